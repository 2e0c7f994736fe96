// Rates of a contract as people write them: so many ten-thousandths a day (万分之), in tenths.
import { decimalText, parseDecimal } from '../parts/parse';

/** "0.5" → 5 (0.00001); null: no such rate. */
export const parseRate = (text: string): number | null => {
  const rate = parseDecimal(text, 1);
  return rate !== null && rate <= 10_000 ? rate : null;
};
export const rateText = (rate: number): string => decimalText(rate, 1) || '0';
