// Entry of the counter page: one screen, everything by keyboard.
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import '@/styles/tokens.css';
import './counter.css';
import './login.css';
import './desk.css';
import './member/member.css';
import { i18n } from '@/office/lang';
import App from './App.vue';

createApp(App).use(createPinia()).use(i18n).mount('#app');
