// group_commit, import: the database, against SQLite used plainly.
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ANCHANGCTL, SHARED, WORK, in_turn, median, run, serve, short, spread, tool, unserve } from './lib.mjs';

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

const now_ms = () => Number(process.hrtime.bigint()) / 1e6;

// What anchangctl says to a running daemon: one line there, one line back.
function control(place, command, args) {
  return new Promise((done, fail) => {
    let text = '';
    const socket = connect(join(place.folder, 'control'), () => socket.write(`${JSON.stringify({ command, args })}\n`));
    socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    socket.on('error', fail).on('end', () => done(JSON.parse(text)));
  });
}

// The plan a person confirms on the screen before the import runs: measured is the run.
function plan_of(list, folder) {
  const accept = ['--accept', 'floor-missing,class-unknown,total-differs,floor-from-room', '--floor', '裙楼', '--class', 'home'];
  const state = join(folder, 'plan');
  mkdirSync(state);
  const plan = JSON.parse(run(ANCHANGCTL, ['--state', state, 'import', list, ...accept, '--print-plan', 'yes']));
  return { ...plan, project_from_file: true };
}

async function import_once(list, plan, folder) {
  const place = { folder: join(folder, 'site') };
  rmSync(place.folder, { recursive: true, force: true });
  mkdirSync(place.folder);
  const daemon = await serve(place); // makes the empty database
  try {
    const begun = now_ms();
    const answer = await control(place, 'import', { path: list, file_name: 'list.csv', plan });
    const ms = now_ms() - begun;
    if (answer.result?.units !== ROWS) throw new Error(`import: ${JSON.stringify(answer)}`);
    return ms;
  } finally {
    await unserve(daemon);
  }
}

// Both without the start of a process, which for SQLite's shell would be a tenth of its time: ours is the
// daemon's, from the request to the answer after the sync; the shell's own start is taken off its time.
async function import_list() {
  const folder = join(WORK, 'import');
  const real = join(SHARED, 'data/91_shenzhen_2018_real_status_16projects.csv');
  const list = existsSync(real) ? real : join(folder, 'list.csv');
  const plain = join(folder, 'plain.db');
  mkdirSync(folder, { recursive: true });
  if (list !== real) list_make(list);
  const plan = plan_of(list, folder);
  const shell = (...args) => {
    const begun = now_ms();
    run('sqlite3', args);
    return now_ms() - begun;
  };
  const start_ms = median(Array.from({ length: 9 }, () => shell(':memory:', 'SELECT 1')));
  const result = await in_turn(
    11,
    () => import_once(list, plan, folder),
    () => {
      rmSync(plain, { force: true });
      return shell(plain, '-cmd', '.mode csv', `.import ${list} list`) - start_ms;
    },
  );
  const notes = `${result.spread}; ${list === real ? 'real' : 'made'} list, ${short(statSync(list).size / 1000)} kB`;
  return [{ name: 'import', unit: 'ms', judge: 'ratio', must: ['<=', 6], aim: ['<=', 3], ...result, spread: `${notes}; sqlite3 starts in ${short(start_ms)} ms, taken off` }];
}

export const figures = { group_commit, import: import_list };
