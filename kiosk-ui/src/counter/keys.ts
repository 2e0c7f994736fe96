// The keys of the counter, each in one place. F-keys and Alt with a letter: a reader that types like a keyboard has
// neither, so nothing it sends starts anything. None is a key that a browser keeps for itself in kiosk mode.
export const KEYS = {
  help: 'F1',
  member: 'F2',
  find: 'F3',
  due: 'F4',
  cash: 'F6',
  card: 'F8',
  take: 'F9',
  back: 'Escape',
  answer: 'Alt 0',
  transfer: 'Alt T',
  cheque: 'Alt C',
  loan: 'Alt L',
  drop: 'Alt X',
  carry: 'Alt M',
  leaf: 'Alt N',
  payer: 'Alt B',
  note: 'Alt O',
  print: 'F10',
  account: 'Alt A',
  todos: 'Alt Q',
  shift: 'Alt S',
  receipts: 'Alt R',
  swap: 'Alt H',
  glass: 'Alt W',
  project: 'Alt P',
  refresh: 'Alt U',
} as const;
export type KeyName = keyof typeof KEYS;

/** Kept free: the QR code has its own when it comes. */
export const LATER = ['F7'] as const;
/** What Chromium does with these in kiosk mode a page cannot take over, or must not: reload, whole screen, tools, menus. */
export const BROWSER = [
  'F5',
  'F11',
  'F12',
  'Alt D',
  'Alt E',
  'Alt F',
  'Alt F4',
  'Alt Home',
  'Alt ArrowLeft',
  'Alt ArrowRight',
];

/** The key as it is named above. By where it is, not by what an input method makes of it. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'altKey'>): string {
  if (!event.altKey) return event.key;
  const plain = /^(?:Key|Digit)(.)$/u.exec(event.code)?.[1];
  return `Alt ${plain ?? event.key}`;
}

/** As it stands on a key cap. */
export const cap = (name: KeyName): string => (name === 'back' ? 'Esc' : KEYS[name]);
