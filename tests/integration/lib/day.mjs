// day.mjs - the day as the house has it: Chinese time, eight hours before the machine's UTC.

/** The Chinese calendar day @days from today, as YYYY-MM-DD. */
export const chinaDay = (days = 0) =>
  new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
