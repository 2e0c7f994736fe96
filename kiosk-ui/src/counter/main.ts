// Entry of the counter page: one screen, everything by keyboard; and the window that the customer sees beside it.
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import '@/styles/tokens.css';
import './counter.css';
import './login.css';
import './desk.css';
import './member/member.css';
import './till/till.css';
import './glass/glass.css';
import { atStart, i18n } from '@/office/lang';
import App from './App.vue';
import Glass from './glass/Glass.vue';

await atStart;
if (new URLSearchParams(location.search).get('window') === 'customer')
  createApp(Glass).use(i18n).mount('#app');
else createApp(App).use(createPinia()).use(i18n).mount('#app');
