// The sentence a person reads for a failed call: the daemon's own words, or ours when the line is dead.
import type { ApiError } from './client';

type Translate = (key: string, values?: Record<string, string | number>) => string;

export function errorText(error: ApiError, t: Translate): string {
  if (error.code === 'net.timeout') return t('common.error.timeout');
  if (error.code === 'net.answer') return t('common.error.answer', { status: error.status });
  if (error.status === 0) return t('common.error.offline');
  return error.detail;
}
