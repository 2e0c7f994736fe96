// Entry of the office page.
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { createI18n } from 'vue-i18n';
import '@/styles/tokens.css';
import { messages } from '@/locales';
import App from './App.vue';

const i18n = createI18n({ legacy: false, locale: 'zh-CN', fallbackLocale: 'en', messages });

createApp(App).use(createPinia()).use(i18n).mount('#app');
