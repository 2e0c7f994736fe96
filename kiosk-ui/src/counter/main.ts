// Entry of the counter page: one screen, everything by keyboard.
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import '@/styles/tokens.css';
import './counter.css';
import './login.css';
import './desk.css';
import './member/member.css';
import { atStart, i18n } from '@/office/lang';
import App from './App.vue';

await atStart;
createApp(App).use(createPinia()).use(i18n).mount('#app');
