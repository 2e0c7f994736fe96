// Entry of the phone page behind a take-home code (/u/<token>).
import { createApp } from 'vue';
import '@/styles/tokens.css';
import './unit.css';
import App from './App.vue';

createApp(App).mount('#app');
