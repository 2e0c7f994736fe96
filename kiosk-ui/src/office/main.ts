// Entry of the office page.
import { createPinia } from 'pinia';
import { createApp, watchEffect } from 'vue';
import { ID_INJECTION_KEY } from 'element-plus';
import './theme';
import App from './App.vue';
import { atStart, i18n } from './lang';
import { router } from './router';

// Where dialogs and drawers are put (`append-to="#dialogs"`). Inside a section their <header> is their own;
// right below <body> it would be a second banner of the page. It must be there before anything mounts.
const dialogs = document.createElement('section');
dialogs.id = 'dialogs';
document.body.append(dialogs);

// Where lists and calendars of fields open: Element Plus looks for this id. A named section is a landmark, so that
// what opens is not outside of all of them.
const ids = { prefix: 0, current: 0 };
const choices = document.createElement('section');
choices.id = `el-popper-container-${ids.prefix}`;
document.body.append(choices);
watchEffect(() => choices.setAttribute('aria-label', i18n.global.t('office.shell.choices')));

await atStart;
createApp(App).provide(ID_INJECTION_KEY, ids).use(createPinia()).use(i18n).use(router).mount('#app');
