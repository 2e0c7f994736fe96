// How due times and spans are said on the screens of follow-up.
import { span, type Span } from '../figures';

export const WHENS = ['overdue', 'today', 'future'] as const;
export const CHANNELS = ['phone', 'wechat', 'visit', 'sms', 'other'] as const;
export const STAGES = ['lead', 'contacted', 'visited', 'intent', 'negotiating'] as const;
export const OPEN_STAGES = ['contacted', 'visited', 'intent', 'negotiating'] as const;
export const LOST = [
  'price',
  'location',
  'layout',
  'loan',
  'qualification',
  'competitor',
  'postponed',
  'unreachable',
  'other',
] as const;
export type When = (typeof WHENS)[number];
export type Channel = (typeof CHANNELS)[number];
export type OpenStage = (typeof OPEN_STAGES)[number];

/** How far @ms is from @now, and on which side: what is due this very moment is overdue. */
export function away(ms: number, now: number): Span & { past: boolean } {
  const past = ms <= now;
  return { ...span(past ? now - ms : ms - now), past };
}

/** Whether a protection that ends then is over, ends within a day, or neither. */
export function guard(until: number | null, now: number): 'none' | 'over' | 'soon' | 'safe' {
  if (until === null) return 'none';
  if (until <= now) return 'over';
  return until - now <= 86_400_000 ? 'soon' : 'safe';
}
