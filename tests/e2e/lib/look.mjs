// look.mjs - looking at every screen of a page with axe, at night in both languages.
import assert from 'node:assert/strict'
import * as b from './browser.mjs'

/** At night what shows the same again is looked at too: by everybody who may open it, in every way of showing it. */
export const AGAIN = Boolean(process.env.ANCHANG_NIGHTLY)
export const BOTH = ['zh-CN', 'en']
/** What axe asks for (names, roles, contrast) is of the page and not of its words: by day the first language is enough. */
export const LANGS = AGAIN ? BOTH : BOTH.slice(0, 1)
/** The languages at a time, each in a window of its own. */
export const inEach = (run, langs = LANGS) => Promise.all(langs.map(run))

/** Looks at what is shown now; everything that is found on the way is told together at the end. */
export class Looker {
  /** @touch: what is touched is large enough. @looks: only how it looks. */
  constructor(page, { touch = false, looks = false } = {}) {
    Object.assign(this, { page, touch, looks, found: [], screens: [] })
  }

  /** @within: only there, when the page behind a dialog has been looked at before. */
  async at(name, within) {
    this.screens.push(name)
    this.found.push(...(await b.axe(this.page, within, this)).map((line) => `${name}: ${line}`))
    if (!this.touch) return
    this.found.push(...(await b.smallTargets(this.page)).map((line) => `${name}: small: ${line}`))
    this.found.push(...(await b.clipped(this.page)).map((line) => `${name}: cut off: ${line}`))
  }

  async done() {
    assert.deepEqual(this.found, [])
    await b.close(this.page)
    return this.screens.length
  }
}
