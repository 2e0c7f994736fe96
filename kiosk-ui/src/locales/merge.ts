import type { Messages } from './index';

/** The files of one language, each under its own name. */
export function merge(files: Record<string, unknown>): Messages {
  const out: Messages = {};
  for (const [path, body] of Object.entries(files)) {
    const name = path.replace(/^.*\//, '').replace(/\.json$/, '');
    out[name] = body as Messages;
  }
  return out;
}
