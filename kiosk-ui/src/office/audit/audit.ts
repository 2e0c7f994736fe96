/* audit.ts - who did it. */

/** Who did it as people call them, and the log-in beside it where that says something else. */
export function actorOf(row: { actor: string; actor_name: string }): { name: string; login: string } {
  const name = row.actor_name || row.actor;
  return { name, login: name === row.actor ? '' : row.actor };
}
