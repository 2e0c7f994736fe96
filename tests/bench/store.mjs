// group_commit, import: the database, against SQLite used plainly.
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANCHANGCTL, SHARED, WORK, in_turn, median, run, short, spread, tool } from './lib.mjs';

async function group_commit() {
  const folder = join(WORK, 'commit');
  mkdirSync(folder, { recursive: true });
  const found = JSON.parse(run(tool('bench_commit'), [folder, '7', '1.5']));
  const ratios = found.grouped.map((rate, i) => rate / found.single[i]);
  const notes = `ratio ${spread(ratios)}; ${short(median(found.jobs_per_commit))} a commit, p99 ${short(median(found.p99_us) / 1000)} ms`;
  return [
    { name: 'group_commit', value: median(found.grouped), unit: 'tx/s', reference: median(found.single), ratio: median(ratios), judge: 'ratio', must: ['>=', 4], aim: ['>=', 10], spread: notes },
  ];
}

// ---- import ----

const HEAD = 'project,building,stair,floor,room,usage,layout,orientation,building_area_m2,inner_area_m2,unit_price_cny_per_m2,total_price_cny,status_source_text';
const ROWS = 10737;

// A list of the same length and shape for those who have no real one: 16 projects, states mixed.
function list_make(path) {
  const words = ['在售', '已签约', '已备案', '在售', '已备案'];
  const rows = [HEAD];
  for (let i = 0; rows.length <= ROWS; i += 1) {
    const project = Math.floor((i * 16) / ROWS) + 1;
    const floor = Math.floor((i % 240) / 8) + 1;
    const gross = 7809 + (i % 37) * 131;
    const inner = Math.floor((gross * 71) / 100);
    const price = 30000 + (i % 97) * 83;
    const fen = (n) => `${Math.floor(n / 100)}.${String(n % 100).padStart(2, '0')}`;
    rows.push(
      `测量项目${project},${Math.floor(i / 240) + 1}栋,${i % 8 < 4 ? 'A' : 'B'}座,${floor},${floor}0${(i % 8) + 1},住宅,,,${fen(gross)},${fen(inner)},${price}.00,${fen(gross * price)},${words[i % 5]}`,
    );
  }
  writeFileSync(path, `${rows.join('\n')}\n`);
}

const clock = (task) => {
  const begun = process.hrtime.bigint();
  task();
  return Number(process.hrtime.bigint() - begun) / 1e6;
};

async function import_list() {
  const folder = join(WORK, 'import');
  const real = join(SHARED, 'data/91_shenzhen_2018_real_status_16projects.csv');
  const list = existsSync(real) ? real : join(folder, 'list.csv');
  const plan = join(folder, 'plan.json');
  const state = join(folder, 'site');
  const plain = join(folder, 'plain.db');
  const ctl = (...args) => run(ANCHANGCTL, ['--state', state, ...args]);
  mkdirSync(folder, { recursive: true });
  if (list !== real) list_make(list);
  mkdirSync(state);
  // What a person decides on the screen before the import runs: measured is the run.
  const accept = ['--accept', 'floor-missing,class-unknown,total-differs,floor-from-room', '--floor', '裙楼', '--class', 'home'];
  writeFileSync(plan, ctl('import', list, ...accept, '--print-plan', 'yes'));
  const result = await in_turn(
    9,
    () => {
      rmSync(state, { recursive: true, force: true });
      mkdirSync(state);
      ctl('user', 'list'); // makes the empty database
      let said = '';
      const ms = clock(() => (said = ctl('import', list, '--plan', plan)));
      if (!said.startsWith(`${ROWS} units`)) throw new Error(`import: ${said}`);
      return ms;
    },
    () => {
      rmSync(plain, { force: true });
      return clock(() => run('sqlite3', [plain, '-cmd', '.mode csv', `.import ${list} list`]));
    },
  );
  const source = list === real ? 'real list' : 'made list';
  return [
    { name: 'import', unit: 'ms', judge: 'ratio', must: ['<=', 6], aim: ['<=', 3], ...result, spread: `${result.spread}; whole processes, ${source}, ${short(statSync(list).size / 1000)} kB` },
  ];
}

export const figures = { group_commit, import: import_list };
