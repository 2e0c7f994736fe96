// Entry of the kiosk page: no router, no component library, nothing written to any storage.
import { createApp } from 'vue';
import '@/styles/tokens.css';
import './kiosk.css';
import App from './App.vue';
import { startHeartbeat } from './heartbeat';
import { preload } from './later';
import { idle, start } from './state';
import { listenAsTerminal } from './terminal';

// A glass in a public room: no long-press menu, no dragging of pictures, no pinch.
document.addEventListener('contextmenu', (event) => event.preventDefault());
document.addEventListener('dragstart', (event) => event.preventDefault());
document.addEventListener('selectstart', (event) => {
  const at = event.target instanceof Node ? event.target.parentElement : null;
  if (!at?.closest('.selectable')) event.preventDefault();
});
document.addEventListener(
  'touchmove',
  (event) => {
    if (event.touches.length > 1) event.preventDefault();
  },
  { passive: false },
);
document.addEventListener(
  'wheel',
  (event) => {
    if (event.ctrlKey) event.preventDefault();
  },
  { passive: false },
);

for (const name of ['pointerdown', 'keydown', 'wheel'] as const) {
  document.addEventListener(
    name,
    (event) => {
      // The one touch that does not mean "I am still here".
      if (event.target instanceof Element && event.target.closest('[data-leave]')) return;
      idle.touch();
    },
    { passive: true, capture: true },
  );
}
setInterval(() => idle.tick(), 500);

createApp(App).mount('#app');
void start().finally(preload);
listenAsTerminal();
startHeartbeat();
