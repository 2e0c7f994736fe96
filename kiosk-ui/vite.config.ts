import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import pkg from './package.json' with { type: 'json' };

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url));

// Two builds into one dist/: the staff pages, and the public pages on their own, so that the kiosk and the
// phone do not download what only the office needs from shared libraries. Every page must live under `Content-Security-Policy: default-src 'self'`:
// so no inline script, no data: modules, no polyfill injected into the HTML.
const STAFF = ['index', 'counter', 'office'];
const PUBLIC = ['kiosk', 'unit'];

export default defineConfig(({ mode }) => ({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __PAGE_VERSION__: JSON.stringify(pkg.version),
    __VUE_OPTIONS_API__: JSON.stringify(mode !== 'public'), // Element Plus needs it
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
    __INTLIFY_JIT_COMPILATION__: 'true', // compiles messages without `new Function`, which the CSP forbids
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    manifest: `.vite/${mode}.json`,
    emptyOutDir: mode !== 'public', // the staff build runs first
    copyPublicDir: mode !== 'public',
    chunkSizeWarningLimit: 1024,
    rollupOptions: {
      input: Object.fromEntries((mode === 'public' ? PUBLIC : STAFF).map((name) => [name, page(name)])),
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: {
    environment: 'happy-dom',
    pool: 'vmThreads', // a world of its own for each file, without a thread and a DOM loaded anew for it
    include: ['tests/unit/**/*.test.ts', 'src/**/*.test.ts'],
    restoreMocks: true,
  },
}));
