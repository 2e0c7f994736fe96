// rounds.mjs - how often what is left to chance is tried, and chances that can be repeated.
const NIGHTLY = Boolean(process.env.ANCHANG_NIGHTLY);
const seed = Number(process.env.ANCHANG_SEED ?? Date.now() % 1000000);
console.log(`seed ${seed} (ANCHANG_SEED)`);

/** Everyday so many rounds, at night ten times as many, or as many as said. */
export const rounds = (everyday, nightly = everyday * 10) =>
  Number(process.env.ANCHANG_ROUNDS ?? (NIGHTLY ? nightly : everyday));

let state = seed >>> 0;
/** In [0, 1), the same sequence for the same seed (mulberry32). */
export function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

export const oneOf = (list) => list[Math.floor(random() * list.length)];

/** @list in another order. */
export function shuffled(list) {
  const all = [...list];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const k = Math.floor(random() * (i + 1));
    [all[i], all[k]] = [all[k], all[i]];
  }
  return all;
}
