// fuzz_readers: what a reader could send, made up by libFuzzer, on each codec under ASan and UBSan. Minutes a codec
// (ANCHANG_FUZZ_SECONDS): measured only when it is named.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ROOT, run, short, start } from './lib.mjs';

const MUST_S = 300;
const AIM_S = 1800;
const SECONDS = Number(process.env.ANCHANG_FUZZ_SECONDS ?? MUST_S);
const FUZZER = join(ROOT, 'build/fuzz/tests/fuzz/fuzz_reader');

const drivers = () =>
  [...readFileSync(join(ROOT, 'drivers/drivers.def'), 'utf8').matchAll(/^DRIVER\((\w+)\)$/gm)].map(([, name]) => name.replaceAll('_', '-'));

/** One codec, from the seeds and what was found worth keeping before: how often it was called, and what ended it. */
async function fuzz(driver) {
  const kept = join(ROOT, 'build/corpus', `fuzz_reader-${driver}`);
  const crashes = join(ROOT, 'build/crashes');
  for (const folder of [kept, crashes]) mkdirSync(folder, { recursive: true });
  const options = { max_total_time: SECONDS, timeout: 10, rss_limit_mb: 1024, verbosity: 0, print_final_stats: 1, artifact_prefix: join(crashes, `fuzz_reader-${driver}-`) };
  const child = start(FUZZER, [...Object.entries(options).map(([k, v]) => `-${k}=${v}`), kept, join(ROOT, 'tests/fuzz/corpus/fuzz_reader')], {
    env: { ...process.env, FUZZ_DRIVER: driver },
  });
  const status = await child.ended;
  const executions = Number(/number_of_executed_units: (\d+)/.exec(child.text)?.[1] ?? 0);
  if (status === 0 && executions === 0) throw new Error(`${driver}: the fuzzer did nothing: ${child.text}`);
  const finding = status === 0 ? null : (/^SUMMARY: (.*)$/m.exec(child.text)?.[1] ?? `exit ${status}`);
  return { driver, executions, finding };
}

async function fuzz_readers() {
  const name = 'fuzz_readers';
  if (!existsSync('/usr/bin/clang')) return [{ name, skipped: 'clang is not installed' }];
  if (!(SECONDS >= 1)) throw new Error('ANCHANG_FUZZ_SECONDS is no number of seconds');
  run(join(ROOT, 'run'), ['preset', 'fuzz', 'OFF', 'fuzz_reader'], { seconds: 600 });
  const left = drivers();
  const done = [];
  const lane = async () => {
    for (let driver = left.shift(); driver; driver = left.shift()) done.push(await fuzz(driver));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  const found = done.filter((d) => d.finding);
  const notes = [
    `${SECONDS} s a codec, ${done.length} codecs`,
    ...found.map((d) => `${d.driver}: ${d.finding}, see build/crashes`),
    `executions: ${done.map((d) => `${d.driver} ${short(d.executions)}`).join(', ')}`,
  ].join('; ');
  return [
    { name, value: found.length, unit: 'findings', judge: 'value', must: found.length || SECONDS >= MUST_S ? ['<=', 0] : null, aim: SECONDS >= AIM_S ? ['<=', 0] : null, spread: notes },
  ];
}

export const figures = { fuzz_readers };
