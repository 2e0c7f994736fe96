// Forms over records with versions, and steps that are asked for first.
import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/client';
import { useConfirm } from '@/office/parts/use_confirm';
import { useForm } from '@/office/parts/use_form';
import { useSend } from '@/office/parts/use_send';

interface Fee {
  id: number;
  version: number;
  name: string;
  basis: string;
  list: number[];
}
const read = (f: Fee | null) => ({ name: f?.name ?? '', basis: f?.basis ?? '', list: [...(f?.list ?? [])] });
const stale = new ApiError(412, 'version.changed', '', 'changed by someone else');

describe('a form', () => {
  it('knows what was typed, and forgets it when it opens again', () => {
    const form = useForm(read, () => Promise.resolve(undefined));
    expect(form.dirty.value).toBe(false);
    form.show(null);
    expect(form.dirty.value).toBe(false);
    form.values.value.name = '契税';
    expect(form.dirty.value).toBe(true);
    form.show(null, { ...read(null), basis: '国家规定' });
    expect(form.values.value).toEqual({ name: '', basis: '国家规定', list: [] });
    expect(form.dirty.value).toBe(false);
  });

  it('goes on from what somebody else saved first: their fields, and what was typed here', async () => {
    const old: Fee = { id: 1, version: 1, name: '契税', basis: '旧', list: [1] };
    const form = useForm(read, (r) =>
      Promise.resolve({ id: r.id, version: 2, name: '契税（代收）', basis: '新', list: [1, 2] }),
    );
    form.show(old);
    form.values.value.basis = '我写的';
    await form.sending.send({}, () => Promise.reject(stale));
    expect(form.sending.problem.value?.status).toBe(412);
    await form.renew();
    expect(form.values.value).toEqual({ name: '契税（代收）', basis: '我写的', list: [1, 2] });
    expect(form.record.value?.version).toBe(2);
    expect(form.sending.problem.value).toBeNull();
    expect(form.dirty.value).toBe(true);
  });

  it('keeps everything, and the refusal, when the record is gone', async () => {
    const form = useForm(read, () => Promise.resolve(undefined));
    form.show({ id: 1, version: 1, name: '契税', basis: '', list: [] });
    form.values.value.basis = '我写的';
    await form.sending.send({}, () => Promise.reject(stale));
    await form.renew();
    expect(form.values.value.basis).toBe('我写的');
    expect(form.sending.problem.value).not.toBeNull();
  });
});

describe('a step that is asked for first', () => {
  it('closes when it is done, stays open with the refusal when it is not', async () => {
    const done: string[] = [];
    let refuse = true;
    const step = useConfirm<string>(
      () => (refuse ? Promise.reject(stale) : Promise.resolve(undefined)),
      (x) => done.push(x),
    );
    await step.confirm();
    step.ask('a');
    await step.confirm();
    expect([step.open.value, step.problem.value?.code, done]).toEqual([true, 'version.changed', []]);
    refuse = false;
    step.ask('b');
    expect(step.problem.value).toBeNull();
    await step.confirm();
    expect([step.open.value, step.problem.value, done]).toEqual([false, null, ['b']]);
  });
});

describe('a step on something that somebody else changed first', () => {
  it('stays open on what it is now, and goes through when asked again', async () => {
    const step = useConfirm(
      (x: { version: number }) => (x.version === 1 ? Promise.reject(stale) : Promise.resolve()),
      () => undefined,
      () => Promise.resolve({ version: 2 }),
    );
    step.ask({ version: 1 });
    await step.confirm();
    expect([step.open.value, step.problem.value?.status, step.target.value]).toEqual([
      true,
      412,
      { version: 2 },
    ]);
    await step.confirm();
    expect([step.open.value, step.problem.value]).toEqual([false, null]);
  });
});

describe('sending', () => {
  const lost = new ApiError(0, 'net.timeout', '', '');
  it('repeats an unknown outcome with its key, and anything else with another', async () => {
    const { send, problem } = useSend();
    const keys: string[] = [];
    const act = (fail: ApiError | null) => (_: unknown, key: string) => {
      keys.push(key);
      return fail ? Promise.reject(fail) : Promise.resolve('done');
    };
    expect(await send({ a: 1 }, act(lost), 7)).toBeNull();
    expect(await send({ a: 1 }, act(lost), 7)).toBeNull();
    expect(await send({ a: 1 }, act(lost), 8)).toBeNull();
    expect(await send({ a: 2 }, act(stale), 8)).toBeNull();
    expect(problem.value?.status).toBe(412);
    expect(await send({ a: 2 }, act(null), 8)).toBe('done');
    expect(await send({ a: 2 }, act(null), 8)).toBe('done');
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(5);
  });

  it('sends one at a time', async () => {
    const { send } = useSend();
    let free = (): void => undefined;
    const first = send({}, () => new Promise<string>((done) => (free = () => done('one'))));
    expect(await send({}, () => Promise.resolve('two'))).toBeNull();
    free();
    expect(await first).toBe('one');
  });
});
