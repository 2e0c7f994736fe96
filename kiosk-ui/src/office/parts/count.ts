// Whole numbers of things, grouped by thousands: 10737 → "10,737".
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}
