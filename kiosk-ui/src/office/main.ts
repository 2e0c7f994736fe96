// Entry of the office page.
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import './theme';
import App from './App.vue';
import { i18n } from './lang';
import { router } from './router';

createApp(App).use(createPinia()).use(i18n).use(router).mount('#app');
