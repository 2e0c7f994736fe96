// What `kiosk_render` measures, on the kiosk's own code: window.__anchang.overview(n) and .building(n).
// "script" is script time alone, "paint" is from the start to the next frame presented.
import { createApp, nextTick, type App as VueApp } from 'vue';
import '@/styles/tokens.css';
import '@/kiosk/kiosk.css';
import { decodeChart } from '@/chart/model';
import { makeChart } from '../tests/unit/make';
import Building from '@/kiosk/building/Building.vue';
import Overview from '@/kiosk/overview/Overview.vue';
import { chart, screen } from '@/kiosk/state';

interface Figure {
  script: number;
  paint: number;
}

let app: VueApp | null = null;

function frame(): Promise<void> {
  return new Promise((done) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done();
      channel.port2.postMessage(null);
    });
  });
}

function stage(): HTMLElement {
  app?.unmount();
  app = null;
  const root = document.getElementById('app') as HTMLElement;
  root.replaceChildren();
  const kiosk = document.createElement('div');
  kiosk.className = 'kiosk';
  kiosk.style.gridTemplateRows = 'minmax(0, 1fr)';
  const main = document.createElement('main');
  main.className = 'stage';
  kiosk.append(main);
  root.append(kiosk);
  return main;
}

/** From the parsed answer of the daemon to the drawn overview. */
async function overview(units: number): Promise<Figure> {
  const raw = makeChart(units, 240);
  const at = stage();
  await frame();
  performance.clearMeasures();
  const start = performance.now();
  chart.value = decodeChart(raw);
  screen.value = { name: 'overview' };
  app = createApp(Overview);
  app.mount(at);
  await nextTick();
  let script = performance.now() - start;
  await frame(); // the frame's size arrives, the plan is made and drawn
  await frame();
  for (const m of performance.getEntriesByType('measure')) {
    if (m.name.startsWith('anchang.overview')) script += m.duration;
  }
  return { script, paint: performance.now() - start };
}

/** From the touch on a building to its cells on the screen. */
async function building(cells: number): Promise<Figure> {
  chart.value = decodeChart(makeChart(cells, cells));
  const id = chart.value.buildings[0]?.id ?? 0;
  const at = stage();
  await frame();
  const start = performance.now();
  app = createApp(Building, { building: id, stair: null, unit: null });
  app.mount(at);
  await nextTick();
  const script = performance.now() - start;
  await frame();
  return { script, paint: performance.now() - start };
}

Object.assign(window, { __anchang: { overview, building } });
