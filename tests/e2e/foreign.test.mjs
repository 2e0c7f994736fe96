// What a page of another site can do to this one from a browser in which somebody is logged in: nothing (RS T1, T2, T3).
//
// Two strangers: another site (evil.localhost, which is this machine too) and another port of the same host, to which
// the browser gives the cookies of ours. Both try every operation of the contract in every way a page has.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { operations } from '../integration/lib/contract.mjs'
import { Site } from '../integration/lib/site.mjs'
import * as b from './lib/browser.mjs'

let site, browser, control, audit, stranger
before(async () => {
  const open = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end('<!doctype html><title>stranger</title>')
  })
  stranger = await new Promise((resolve) => open.listen(0, '127.0.0.1', () => resolve(open)))
  site = await Site.demo({ config: b.pages() })
  ;[control, audit] = [await site.login('control'), await site.login('audit')]
  browser = await b.launch()
})
after(async () => {
  await browser?.close()
  await site?.close()
  stranger?.close()
})

/** The last row of the log: whatever changes anything writes one. */
const head = async () => (await audit.get('/api/v1/audit?limit=1')).items[0].seq
const rejected = async () =>
  Number(
    /^anchang_http_rejected_total\{reason="origin"\} (\d+)$/m.exec(
      (await control.request('GET', '/metrics')).bytes.toString('utf8'),
    )[1],
  )

/** Runs in the stranger's page: all ways of a page to send @method to @url, and what it could read of the answers. */
async function attack({ target, list }) {
  const read = []
  const until = (set) => new Promise((resolve) => set(resolve))
  const within = (work) => Promise.race([work, new Promise((resolve) => setTimeout(resolve, 5000))])
  for (const { method, path } of list) {
    const url = target + path
    const note = (how) => read.push(`${how} ${method} ${path}`)
    const body = '{"login":"x","version":1,"name":"x","reason":"x"}'
    for (const mode of ['cors', 'no-cors'])
      for (const headers of [{ 'Content-Type': 'text/plain' }, { 'Content-Type': 'application/json', 'X-Anchang': '1' }])
        await fetch(url, {
          method,
          mode,
          credentials: 'include',
          headers: method === 'GET' ? {} : headers,
          ...(method !== 'GET' && { body }),
        }).then(
          (answer) => answer.type !== 'opaque' && note(`fetch ${mode}`),
          () => undefined,
        )
    if (method === 'GET') {
      await within(
        until((done) => {
          const image = Object.assign(new Image(), { onload: () => done(note('img')), onerror: done, src: url })
          document.body.append(image)
        }),
      )
      await within(
        until((done) => {
          const code = document.createElement('script')
          document.body.append(Object.assign(code, { onload: () => done(note('script')), onerror: done, src: url }))
        }),
      )
    } else if (method === 'POST') {
      navigator.sendBeacon(url, body)
      const frame = document.createElement('iframe')
      frame.name = `f${Math.random()}`
      document.body.append(frame)
      const form = document.createElement('form')
      Object.assign(form, { method: 'post', action: url, target: frame.name, enctype: 'text/plain' })
      form.append(Object.assign(document.createElement('input'), { name: '{"login":"x","a":"', value: '"}' }))
      document.body.append(form)
      await within(
        until((done) => {
          frame.onload = done
          form.submit()
        }),
      )
      frame.remove()
    }
  }
  await within(
    until((done) => {
      const socket = new WebSocket(`${target.replace('http', 'ws')}/api/v1/events?project=1`)
      socket.onopen = () => done(read.push('websocket'))
      socket.onerror = done
    }),
  )
  await within(
    until((done) => {
      const stream = new EventSource(`${target}/api/v1/events?project=1`, { withCredentials: true })
      stream.onmessage = stream.onopen = () => done(read.push('event stream'))
      stream.onerror = done
    }),
  )
  return read
}

/** The stranger's page of @host by @using: every operation is tried, every try comes, and nothing comes of it. */
async function tryAll(host, using) {
  const context = await using.newContext()
  await context.addCookies(b.cookiesOf(control))
  const page = await context.newPage()
  await page.goto(`http://${host}:${stranger.address().port}/`)
  const list = operations.map(({ method, path }) => ({ method, path: path.replace(/\{[a-z_]+\}/g, '1') }))
  const [seq, turned] = [await head(), await rejected()]
  const read = await page.evaluate(attack, { target: `http://127.0.0.1:${site.port}`, list })
  assert.deepEqual(read, [])
  assert.ok((await rejected()) - turned >= list.length, 'the requests did come')
  assert.equal(await head(), seq, 'nothing was written')
  assert.equal((await control.get('/api/v1/session')).user.login, 'control', 'nobody was logged out')
  // nor does it get a page of ours into a frame
  await page.setContent(`<iframe src="http://127.0.0.1:${site.port}/office/"></iframe>`)
  const [, frame] = await page.waitForFunction(() => frames.length === 1).then(() => page.frames())
  await frame.waitForLoadState('load').catch(() => undefined)
  assert.equal(await frame.locator('#app').count(), 0)
  await context.close()
}

for (const host of ['evil.localhost', '127.0.0.1'])
  test(`a page of ${host} changes nothing and reads nothing`, { timeout: 180_000 }, () => tryAll(host, browser))

// A newer Chromium asks the person before a page of the internet may reach this machine. The person may say yes, and
// other browsers do not ask: so here nobody is asked, and it is the daemon alone that refuses.
test('T3: nor does a page of the internet, in a browser that lets it through', { timeout: 180_000 }, async () => {
  const lenient = await b.launch([
    `--ip-address-space-overrides=127.0.0.1:${stranger.address().port}=public`,
    '--disable-features=LocalNetworkAccessChecks',
  ])
  try {
    await tryAll('127.0.0.1', lenient)
  } finally {
    await lenient.close()
  }
})

test('a name of another that leads here opens nothing', async () => {
  const page = await browser.newPage()
  for (const path of ['/', '/office/', '/kiosk/', '/api/v1/session', '/healthz'])
    assert.equal((await page.goto(`http://evil.localhost:${site.port}${path}`)).status(), 421, path)
  await page.close()
})
