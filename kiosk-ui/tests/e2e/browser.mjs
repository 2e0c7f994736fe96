// What every browser test needs: Chromium as it runs on a kiosk, axe, and words for waiting.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @more: further flags of Chromium. */
export function launch(more = []) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...FLAGS, ...more] });
}

/** A page of the given size. Collects what a page must never do: errors, and requests to other hosts. */
export async function open(browser, url, { width = 1080, height = 1920, lang = 'zh-CN', cookies = [] } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: lang,
    reducedMotion: 'reduce',
  });
  if (cookies.length > 0) await context.addCookies(cookies);
  const page = await context.newPage();
  const own = new URL(url).host;
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) {
      page.faults.push(`console: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    const at = new URL(request.url());
    if (at.protocol.startsWith('http') && at.host !== own)
      page.faults.push(`foreign request: ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that ask how a page looks, not what is in it. */
const LOOKS = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

/**
 * Violations of WCAG 2.2 A and AA, one line each; of the whole page, or only of what is within a selector.
 * @looks: only of how it looks, for a page of other styles whose content has been looked at before.
 */
export async function axe(page, within = null, { looks = false } = {}) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const found = await page.evaluate(
    ([selector, runOnly]) =>
      globalThis.axe.run(selector ?? document, {
        runOnly,
        resultTypes: ['violations'],
        preload: false, // of sounds, which no page has
      }),
    [within, looks ? { type: 'rule', values: LOOKS } : RULES],
  );
  return found.violations.map(
    (v) =>
      `${v.id}: ${v.help} — ${v.nodes
        .slice(0, 3)
        .map((n) => n.target.join(' '))
        .join(' | ')} (${v.nodes.length})`,
  );
}

/** Elements whose text is cut off or that stick out of the page sideways. */
export function clipped(page) {
  return page.evaluate(() => {
    const out = [];
    for (const el of document.querySelectorAll('button, h1, h2, h3, p, dt, dd, li, th, td, span, label')) {
      const box = el.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      const style = getComputedStyle(el);
      if (style.clipPath !== 'none' || el.closest('.hidden, .overview-table, .scroll, .legend')) continue;
      if (style.display !== 'inline' && el.scrollWidth > el.clientWidth + 2)
        out.push(`cut: ${el.className || el.tagName} "${el.textContent.trim().slice(0, 30)}"`);
      else if (box.right > innerWidth + 1 || box.left < -1)
        out.push(`outside: ${el.className || el.tagName} "${el.textContent.trim().slice(0, 30)}"`);
    }
    return out;
  });
}

/** What can be touched and is smaller than the kiosk's rule: 48 px, cells of the chart 44 px high. */
export function smallTargets(page) {
  return page.evaluate(() => {
    const out = [];
    for (const el of document.querySelectorAll('button, a[href], .segments label, [role="gridcell"]')) {
      if (el.closest('.overview-table') || getComputedStyle(el).visibility === 'hidden') continue;
      const box = el.getBoundingClientRect();
      if (box.width === 0) continue;
      const cell = el.getAttribute('role') === 'gridcell';
      if (box.height < (cell ? 43.9 : 47.9) || box.width < (cell ? 43.9 : 47.9)) {
        out.push(
          `${Math.round(box.width)}x${Math.round(box.height)} "${el.textContent.trim().slice(0, 20)}"`,
        );
      }
    }
    return out;
  });
}
