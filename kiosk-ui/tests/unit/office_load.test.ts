// Loading for a screen: a newer load takes the place of an older one, and nobody goes on with what was before it.
import { describe, expect, it } from 'vitest';
import { useLoad } from '@/office/parts/use_load';

describe('a load that another one overtakes', () => {
  it('is over when the newer one is, with what that brought', async () => {
    const answers: ((n: number) => void)[] = [];
    const load = useLoad(
      (signal) =>
        new Promise<number>((done, refused) => {
          answers.push(done);
          signal.addEventListener('abort', () => refused(new DOMException('gone', 'AbortError')));
        }),
    );
    let over = false;
    const older = load.reload().then(() => (over = true));
    const newer = load.reload();
    await new Promise((r) => setTimeout(r, 0));
    expect(over).toBe(false);
    answers[1]?.(2);
    await older;
    expect(load.data.value).toBe(2);
    await newer;
    expect(load.loading.value).toBe(false);
  });
});
