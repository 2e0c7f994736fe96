// clock.mjs - a wall clock that a test sets.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ANCHANGD } from './site.mjs';

/** A wall clock that is set from here: { env, set }, set in milliseconds ahead of ours (lib/clock.c). */
export function settable(folder) {
  const file = join(folder, 'clock');
  const library = join(dirname(ANCHANGD), '../tests/libtest_clock.so');
  const set = (ms) => writeFileSync(file, String(ms / 1000));
  set(0);
  return { env: { LD_PRELOAD: library, ANCHANG_TEST_CLOCK: file }, set };
}
