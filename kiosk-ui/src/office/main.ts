// Entry of the office page.
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import './theme';
import App from './App.vue';
import { i18n } from './lang';
import { router } from './router';

// Where dialogs and drawers are put (`append-to="#dialogs"`). Inside a section their <header> is their own;
// right below <body> it would be a second banner of the page. It must be there before anything mounts.
const dialogs = document.createElement('section');
dialogs.id = 'dialogs';
document.body.append(dialogs);

createApp(App).use(createPinia()).use(i18n).use(router).mount('#app');
