// money.mjs - money taken as a cashier takes it: a shift, a receipt book of one's own, a receipt.

let slips = 0;
/** A reference that no other payment of a test has. */
export const slip = () => `T${process.pid}-${++slips}`;

/** @client's open shift and his book of @project, made when there is none; the book's id. */
export async function till(client, project, kind = 'receipt') {
  const shifts = (await client.get('/api/v1/my/shifts')).items;
  if (!shifts.some((s) => s.closed_ms === null))
    await client.post('/api/v1/my/shifts', { float_fen: 0 }, 201);
  const books = (await client.get(`/api/v1/projects/${project}/receipt-books`)).items;
  const own = books.find((b) => b.kind === kind && b.holder_id === client.session.user.id);
  if (own) return own.id;
  const free = books.filter((b) => b.kind === kind && b.state === 'registered').at(-1);
  return (await client.post(`/api/v1/receipt-books/${free.id}/take-out`, { version: free.version }, 200)).id;
}

/** The body of a payment of one fund by transfer. */
export const payment = (book_id, fund, amount_fen, more = {}) => ({
  book_id,
  lines: [{ fund, amount_fen }],
  tenders: [{ tender: 'transfer', amount_fen, reference: slip() }],
  ...more,
});

/** Takes it for a deal; the receipt. */
export async function take(client, deal, fund, amount_fen) {
  const { project_id } = await client.get(`/api/v1/deals/${deal}`);
  const book = await till(client, project_id);
  return client.post(`/api/v1/deals/${deal}/receipts`, payment(book, fund, amount_fen), 201);
}

/** The same; the deal as it is then. */
export async function pay(client, deal, fund, amount_fen) {
  await take(client, deal, fund, amount_fen);
  return client.get(`/api/v1/deals/${deal}`);
}
