/* system.ts - when a backup is fresh enough. */
const DAY_MS = 86_400_000;

/** fresh: within a day and a half, so that a nightly backup never turns red in the afternoon. */
export function backupAge(lastMs: number | null, nowMs: number): 'fresh' | 'old' | 'none' {
  if (lastMs === null) return 'none';
  return nowMs - lastMs <= DAY_MS * 1.5 ? 'fresh' : 'old';
}
