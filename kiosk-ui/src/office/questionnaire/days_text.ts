// The days within which a set may be filled in, in words.
import type { Schemas } from '@/api/types';

type Translate = (key: string, args?: Record<string, unknown>) => string;

export function daysText(valid: Schemas['QuestionnaireDays'], t: Translate): string {
  const { from, until } = valid;
  if (from && until) return t('questionnaire.validBoth', { from, until });
  if (from) return t('questionnaire.validFrom', { from });
  if (until) return t('questionnaire.validUntil', { until });
  return t('questionnaire.validAlways');
}
