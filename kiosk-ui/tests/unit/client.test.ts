import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, ApiError, newKey, ok, setApiLanguage } from '@/api/client';
import { errorText } from '@/api/errors';

function answer(body: unknown, status = 200, type = 'application/json'): void {
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })),
  );
}
const sent = () => (globalThis.fetch as ReturnType<typeof vi.fn>).mock.calls[0]?.[0] as Request;
// happy-dom needs absolute addresses.
const base = { baseUrl: 'http://127.0.0.1' };

describe('client', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('marks writes and names the language', async () => {
    answer({});
    setApiLanguage('en');
    await ok(api.POST('/api/v1/terminal/pair', { ...base, body: { code: '1' } }));
    expect(sent().headers.get('X-Anchang')).toBe('1');
    expect(sent().headers.get('Accept-Language')).toBe('en');
  });

  it('does not mark reads', async () => {
    answer({ items: [] });
    await ok(api.GET('/api/v1/public/projects', { ...base }));
    expect(sent().headers.get('X-Anchang')).toBeNull();
  });

  it('turns a problem into an error with the sentence of the daemon', async () => {
    answer(
      {
        type: 't',
        title: 'T',
        status: 422,
        detail: '配对码不对。',
        code: 'pairing.unknown',
        errors: [{ code: 'c', detail: 'd', row: 3 }],
        id: 'Q7',
      },
      422,
      'application/problem+json',
    );
    const failed = await ok(api.POST('/api/v1/terminal/pair', { ...base, body: { code: '1' } })).catch(
      (e: unknown) => e,
    );
    expect(failed).toBeInstanceOf(ApiError);
    const error = failed as ApiError;
    expect([error.status, error.code, error.detail, error.id, error.errors[0]?.row]).toEqual([
      422,
      'pairing.unknown',
      '配对码不对。',
      'Q7',
      3,
    ]);
    expect(error.uncertain).toBe(false);
    expect(errorText(error, (k) => k)).toBe('配对码不对。');
  });

  it('tells an answer that is not ours from a dead line', async () => {
    answer('<html>', 502, 'text/html');
    const foreign = (await ok(api.GET('/api/v1/public/projects', { ...base })).catch(
      (e: unknown) => e,
    )) as ApiError;
    expect(foreign.code).toBe('net.answer');
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    const dead = (await ok(api.GET('/api/v1/public/projects', { ...base })).catch(
      (e: unknown) => e,
    )) as ApiError;
    expect([dead.code, dead.status, dead.uncertain]).toEqual(['net.offline', 0, true]);
    expect(errorText(dead, (k) => k)).toBe('common.error.offline');
    expect(errorText(foreign, (k) => k)).toBe('common.error.answer');
  });

  it('makes keys the daemon accepts, never the same', () => {
    const keys = new Set(Array.from({ length: 100 }, newKey));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
  });
});
