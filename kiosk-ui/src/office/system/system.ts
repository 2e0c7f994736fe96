/* system.ts - when a backup is fresh enough, and when a disk is too full. */
const DAY_MS = 86_400_000;

/** Below this the daemon may soon be unable to save. */
export const DISK_LOW_BYTES = 1024 * 1024 * 1024;

/** fresh: within a day and a half, so that a nightly backup never turns red in the afternoon. */
export function backupAge(lastMs: number | null, nowMs: number): 'fresh' | 'old' | 'none' {
  if (lastMs === null) return 'none';
  return nowMs - lastMs <= DAY_MS * 1.5 ? 'fresh' : 'old';
}
