// Forms over records with versions, and steps that are asked for first.
import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/client';
import { useConfirm } from '@/office/parts/use_confirm';
import { latestIn, useForm } from '@/office/parts/use_form';
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

describe('saving a form', () => {
  it('changes the record, or makes a new one with a key that stays while the outcome is unknown', async () => {
    const form = useForm(
      read,
      latestIn<Fee>(
        () => Promise.resolve(),
        () => [],
      ),
    );
    const keys: string[] = [];
    let lost = true;
    const save = () =>
      form.save(
        (r: Fee) => Promise.resolve(`changed ${r.id} of ${r.version}`),
        (key) => {
          keys.push(key);
          return lost ? Promise.reject(new ApiError(0, 'net.timeout', '', '')) : Promise.resolve('made');
        },
      );
    form.show({ id: 1, version: 4, name: '契税', basis: '', list: [] });
    expect(await save()).toBe('changed 1 of 4');
    form.show(null);
    form.values.value.name = '印花税';
    expect(await save()).toBeNull();
    expect(await save()).toBeNull();
    form.values.value.basis = '国家规定';
    lost = false;
    expect(await save()).toBe('made');
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('goes on from what was sent: what was typed meanwhile is still to be saved', async () => {
    const form = useForm(
      read,
      latestIn<Fee>(
        () => Promise.resolve(),
        () => [],
      ),
    );
    form.show({ id: 1, version: 1, name: '契税', basis: '', list: [] });
    form.values.value.name = '契税（代收）';
    await form.sending.send({}, () => {
      form.values.value.basis = '国家规定';
      return Promise.resolve(true);
    });
    form.took({ id: 1, version: 2, name: '契税（代收）', basis: '', list: [] });
    expect(form.values.value).toEqual({ name: '契税（代收）', basis: '国家规定', list: [] });
    expect([form.record.value?.version, form.dirty.value]).toEqual([2, true]);
    form.values.value.basis = '';
    expect(form.dirty.value).toBe(false);
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
