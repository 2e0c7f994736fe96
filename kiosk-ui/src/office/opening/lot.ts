// The lot of a number, as the daemon draws it (db/opening.c): BLAKE2b of 128 bits over the seed, a new line and the
// number. Worked out here once more, from what is public, so that an order can be checked on the page that shows it.

const IV = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];
// prettier-ignore
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
// prettier-ignore
const MIX = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
] as const;
const ROUNDS = 12;
const BLOCK = 128;
const SIZE = 16;
const MASK = (1n << 64n) - 1n;

const turn = (x: bigint, by: bigint): bigint => ((x >> by) | (x << (64n - by))) & MASK;

/** Takes one block of 128 bytes, @done bytes with it. */
function compress(h: bigint[], block: Uint8Array, done: number, last: boolean): void {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK);
  const m = Array.from({ length: 16 }, (_, i) => view.getBigUint64(i * 8, true));
  const v = [...h, ...IV];
  const of = (i: number): bigint => v[i] as bigint;
  v[12] = of(12) ^ BigInt(done);
  if (last) v[14] = of(14) ^ MASK;
  for (let round = 0; round < ROUNDS; round++) {
    const order = SIGMA[round % SIGMA.length] as number[];
    MIX.forEach(([a, b, c, d], i) => {
      for (const [k, one, two] of [
        [0, 32n, 24n],
        [1, 16n, 63n],
      ] as const) {
        v[a] = (of(a) + of(b) + (m[order[2 * i + k] as number] as bigint)) & MASK;
        v[d] = turn(of(d) ^ of(a), one);
        v[c] = (of(c) + of(d)) & MASK;
        v[b] = turn(of(b) ^ of(c), two);
      }
    });
  }
  for (let i = 0; i < 8; i++) h[i] = (h[i] as bigint) ^ of(i) ^ of(i + 8);
}

function blake2b128(bytes: Uint8Array): string {
  const h = [...IV];
  h[0] = (h[0] as bigint) ^ 0x01010000n ^ BigInt(SIZE);
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK));
  for (let i = 0; i < blocks; i++) {
    const block = new Uint8Array(BLOCK);
    block.set(bytes.subarray(i * BLOCK, (i + 1) * BLOCK));
    const last = i === blocks - 1;
    compress(h, block, last ? bytes.length : (i + 1) * BLOCK, last);
  }
  const out = new DataView(new ArrayBuffer(SIZE));
  out.setBigUint64(0, h[0] as bigint, true);
  out.setBigUint64(8, h[1] as bigint, true);
  return Array.from(new Uint8Array(out.buffer), (b) => b.toString(16).padStart(2, '0')).join('');
}

export const lotOf = (seed: string, number: number): string =>
  blake2b128(new TextEncoder().encode(`${seed}\n${number}`));

/** Numbers in the order that @seed gives them. */
export function drawn(seed: string, numbers: readonly number[]): number[] {
  const lots = numbers.map((n) => ({ n, lot: lotOf(seed, n) }));
  lots.sort((a, b) => (a.lot < b.lot ? -1 : a.lot > b.lot ? 1 : a.n - b.n));
  return lots.map((l) => l.n);
}

/**
 * Whether the places that were given are those of @seed. Who was passed over and came back stands behind everybody
 * since, on a place beyond those: his own place is then free, and the rest must still be in the order of the lots.
 */
export function agrees(seed: string, placed: readonly { number: number; place: number }[]): boolean {
  const order = drawn(
    seed,
    placed.map((p) => p.number),
  );
  const place = new Map(placed.map((p) => [p.number, p.place]));
  return order.every((n, i) => {
    const at = place.get(n) as number;
    return at === i + 1 || at > placed.length;
  });
}
