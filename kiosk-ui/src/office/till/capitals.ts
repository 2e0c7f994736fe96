// An amount in Chinese capitals, as papers about money carry it; the same as `../../../../db/capitals.c` writes.
const DIGITS = '零壹贰叁肆伍陆柒捌玖';
const PLACES = ['仟', '佰', '拾', ''];
const GROUPS = ['亿', '万', ''];

/** Four digits with their places; @open: something stands before them, so that a zero reads. */
function groupText(group: number, open: boolean): string {
  let text = '';
  let zero = false;
  for (const [i, digit] of [...String(group).padStart(4, '0')].entries()) {
    if (digit === '0') {
      zero = open || text !== '';
      continue;
    }
    if (zero) text += DIGITS[0];
    text += `${DIGITS[Number(digit)]}${PLACES[i]}`;
    zero = false;
  }
  return text;
}

function yuanText(yuan: number): string {
  const groups = [Math.floor(yuan / 100_000_000), Math.floor(yuan / 10_000) % 10_000, yuan % 10_000];
  let text = '';
  let skipped = false;
  for (const [i, group] of groups.entries()) {
    if (group === 0) {
      skipped = text !== '';
      continue;
    }
    // A whole group of zeros reads once; one that the next begins with is its own.
    if (skipped && group >= 1000) text += DIGITS[0];
    text += groupText(group, text !== '') + GROUPS[i];
    skipped = false;
  }
  return text;
}

/** 140950 → 壹仟肆佰零玖元伍角整 */
export function capitals(fen: number): string {
  const rest = fen % 10;
  const jiao = Math.floor(fen / 10) % 10;
  const yuan = Math.floor(fen / 100);
  let text = yuan > 0 ? `${yuanText(yuan)}元` : fen === 0 ? '零元' : '';
  if (jiao > 0) text += `${DIGITS[jiao]}角`;
  else if (rest > 0 && yuan > 0) text += DIGITS[0];
  return rest > 0 ? `${text}${DIGITS[rest]}分` : `${text}整`;
}
