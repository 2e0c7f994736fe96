// What an estimate lets a visitor choose from: what the class of the unit offers, in steps that fit on one line.

const DOWNS = [1500, 2000, 3000, 4000, 5000, 6000, 7000, 8000];
const DOWNS_SHOWN = 5;
const YEARS = [5, 10, 20, 30];
const YEARS_SHOWN = 3;

/** First payments in 0.0001 of the price, from the least one up; `chosen` is always among them. */
export function downChoices(least: number, chosen: number): number[] {
  const steps = DOWNS.filter((d) => d >= least).slice(0, DOWNS_SHOWN);
  return [...new Set([...steps, least, chosen])].filter((d) => d > 0).sort((a, b) => a - b);
}

/** Terms in years, up to the longest. */
export function yearChoices(longest: number): number[] {
  return [...new Set([...YEARS.filter((y) => y <= longest), longest])].slice(-YEARS_SHOWN);
}
