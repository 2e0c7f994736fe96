import { createApp } from 'vue';
import '@/styles/tokens.css';
import App from './App.vue';

createApp(App).mount('#app');
