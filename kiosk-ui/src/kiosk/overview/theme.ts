// The canvas cannot see CSS: the tokens it paints with are read once per change of theme.
import type { Theme } from '@/chart/overview';

export function canvasTheme(textRem = 1.25): Theme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const rem = parseFloat(style.fontSize) || 16;
  return {
    ink: token('--ink'),
    ink2: token('--ink-2'),
    line: token('--line'),
    paper: token('--paper'),
    accent: token('--accent'),
    font: token('--font') || 'sans-serif',
    text: Math.max(13, Math.round(rem * textRem)),
  };
}
