// customer_search, unit_match: the one box among 200,000 customers, units for a wish among 5,000, through HTTP.
import { ask, at_percent, log_in, median, serve, short, site, spread, unserve } from './lib.mjs';

const CUSTOMERS = 200000;
const ROUNDS = 60;

// Of each kind of question many different ones, as a day has them: some find thousands, some one, some nobody.
const digits = (i, n) => String((i * 7919) % 10 ** n).padStart(n, '0');
const surnames = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗'];
const givens = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚'];
const syllables = ['wang', 'li', 'zhang', 'liu', 'chen', 'yang', 'huang', 'zhao', 'wu', 'zhou'];
const asked = {
  tail: (i) => digits(i * 31, 4),
  part: (i) => digits(i * 137, 9).slice(3),
  phone: (i) => `19${digits(i * 137, 9)}`,
  name: (i) => surnames[i % 20] + (i % 3 ? givens[(i * 7) % 20] : ''),
  within: (i) => givens[(i * 3) % 20] + (i % 2 ? givens[(i * 11) % 20] : ''),
  pinyin: (i) => syllables[i % 10] + (i % 2 ? 'wei' : ''),
  initials: (i) => 'wlzchygs'[i % 8] + 'wfmjlqy'[i % 7] + (i % 2 ? 'h' : ''),
  letter: (i) => 'wlzc'[i % 4],
  card: (i) => `BX-${String((i * 10) % CUSTOMERS).padStart(7, '0').slice(0, 4 + (i % 4))}`,
  nobody: (i) => ['xyzzy', '不存在', '%', "' OR 1=1"][i % 4],
};

async function timed(daemon, path, cookie) {
  const begun = process.hrtime.bigint();
  const answer = await ask(daemon, 'GET', path, { cookie });
  return { ms: Number(process.hrtime.bigint() - begun) / 1e6, answer };
}

async function customer_search() {
  const place = site(1000, 'customer', { customers: CUSTOMERS });
  const daemon = await serve(place);
  try {
    const cookie = await log_in(daemon, { ...place, login: place.manager });
    const all = [];
    const kinds = [];
    for (const [kind, ask_for] of Object.entries(asked)) {
      const own = [];
      for (let i = 0; i < ROUNDS; i += 1) {
        const { ms } = await timed(daemon, `/api/v1/customers/search?q=${encodeURIComponent(ask_for(i))}`, cookie);
        own.push(ms);
      }
      all.push(...own);
      kinds.push(`${kind} ${short(at_percent(own, 99))}`);
    }
    const notes = `median ${short(median(all))} ms; p99 of ${kinds.join(', ')}`;
    return [{ name: 'customer_search', value: at_percent(all, 99), unit: 'ms p99', judge: 'value', must: ['<=', 300], aim: ['<=', 30], spread: notes }];
  } finally {
    await unserve(daemon);
  }
}

async function unit_match() {
  const place = site(10000, 'match'); // half of them come sold: 5,000 are on sale
  const daemon = await serve(place);
  const wishes = [
    '',
    '?class=home&hard=class&area_min=8000&area_max=12000',
    '?class=home&area_min=8000&price_max=200000000&floor_min=5&floor_max=20&hard=class,area',
    '?price_min=100000000&price_max=150000000&hard=price',
    '?rooms_min=3&rooms_max=3&orientation=%E5%8D%97&floor_min=10',
  ];
  try {
    const cookie = await log_in(daemon, place);
    const times = [];
    let on_sale = 0;
    for (let i = 0; i < ROUNDS * 2; i += 1) {
      const { ms, answer } = await timed(daemon, `/api/v1/projects/${place.project}/match${wishes[i % wishes.length]}`, cookie);
      if (i % wishes.length === 0) on_sale = JSON.parse(answer.bytes).fitting;
      if (i >= wishes.length) times.push(ms); // the first of each warms up
    }
    if (on_sale < 5000) throw new Error(`only ${on_sale} units are on sale`);
    const notes = `among ${on_sale} on sale; p99 ${short(at_percent(times, 99))}, ${spread(times)}`;
    return [{ name: 'unit_match', value: median(times), unit: 'ms', judge: 'value', must: ['<=', 200], aim: ['<=', 5], spread: notes }];
  } finally {
    await unserve(daemon);
  }
}

export const figures = { customer_search, unit_match };
