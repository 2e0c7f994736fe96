// A sign of life every 10 s with how long the last frame took: three missed ones and the machine's watchdog
// restarts the browser. The answer may ask the page to load itself anew (after an update).
import { api } from '@/api/client';
import { watch } from 'vue';
import { awake, chart, currentScreenName, phase } from './state';

const EVERY_MS = 10_000;
const MIN_UPTIME_MS = 60_000;

function frameTime(): Promise<number> {
  return new Promise((done) => {
    const asked = performance.now();
    const limit = setTimeout(() => done(EVERY_MS), EVERY_MS - 1_000); // no frame at all: say so
    requestAnimationFrame(() => {
      clearTimeout(limit);
      done(Math.round(performance.now() - asked));
    });
  });
}

async function beat(): Promise<void> {
  if (phase.value !== 'ready') return;
  const frame_ms = await frameTime();
  const answer = await api
    .POST('/api/v1/terminal/heartbeat', {
      body: {
        screen: currentScreenName(),
        frame_ms,
        chart_version: chart.value?.publication.number ?? null,
        page_version: __PAGE_VERSION__,
      },
    })
    .catch(() => null);
  // Only between visitors, and not in a circle when the daemon keeps asking.
  if (answer?.data?.reload && !awake.value && performance.now() > MIN_UPTIME_MS) location.reload();
}

export function startHeartbeat(): void {
  watch(phase, () => void beat(), { immediate: true });
  setInterval(() => void beat(), EVERY_MS);
}
