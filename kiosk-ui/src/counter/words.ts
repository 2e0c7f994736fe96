// Sentences of the counter that more than one part says.
import type { ApiError } from '@/api/client';

type Translate = (key: string, values?: Record<string, unknown>) => string;

/** A refusal in words: the daemon's own, or ours when there was no answer. */
export function problemWords(e: ApiError, t: Translate): string {
  if (e.code === 'net.offline') return t('common.error.offline');
  if (e.code === 'net.timeout') return t('common.error.timeout');
  if (e.code === 'net.answer') return t('common.error.answer', { status: e.status });
  return e.detail;
}
