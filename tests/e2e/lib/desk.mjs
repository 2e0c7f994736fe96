// desk.mjs - counters with readers: a machine that is paired, its virtual reader, and who is logged in there.
import { bindReader } from '../../integration/lib/members.mjs'
import * as b from './browser.mjs'

/** The card of the demo's member @n, the first is 1. */
export const demoCard = (n) => `n:8800${String(n).padStart(4, '0')}`

/** A paired counter with the reader @reader: { client, id, name, reader }. */
export async function place(stage, { name, reader, kind = 'counter' }) {
  const { admin, control } = stage.people
  const client = await stage.site.terminal(admin, { kind, name })
  const { id } = (await admin.get('/api/v1/terminals')).items.find((t) => t.name === name)
  if (reader) await bindReader(control, reader, id)
  return { client, id, name, reader, swipe: (card) => stage.site.ctlOk('swipe', card, '--reader', reader) }
}

/** The counter page at that machine, with @client logged in; it hears of swipes. */
export async function desk(stage, at, { client = stage.people.cashier, ...more } = {}) {
  const page = await b.counter(stage.browser, stage.site, {
    client: { jar: new Map([...at.client.jar, ...client.jar]) },
    ...more,
  })
  await page.waitForSelector('.machine .line.live')
  return page
}
