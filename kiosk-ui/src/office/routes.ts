/* routes.ts - every screen of the office page: its address, the rights that open it, its place in the menu.
 *
 * A screen is shown in the menu, and its address answers, when the session holds at least one of
 * `meta.rights` (PA-12). Each screen is a folder named after its noun with a `Page.vue` in it and is
 * loaded on first use. To add one: add a line here, a folder, and `office.nav.<name>` in both languages.
 */
import type { RouteRecordRaw } from 'vue-router';

export type NavGroup = 'sell' | 'money' | 'mine' | 'publish' | 'keep' | 'run';

declare module 'vue-router' {
  interface RouteMeta {
    /** key below `office.nav`, also the title of the window */
    title?: string;
    /** any one of these opens the screen; absent: anybody who is logged in */
    rights?: string[];
    /** group in the left menu; absent: not in the menu */
    nav?: NavGroup;
    /** svg path data of the menu icon, drawn on a 20 × 20 grid with a 1.5 stroke */
    icon?: string;
    /** shown without a session */
    open?: boolean;
    /** the screen uses the whole window below the top bar and scrolls inside itself */
    full?: boolean;
    /** the screen is about the project chosen in the top bar; absent: true */
    project?: boolean;
  }
}

export const routes: RouteRecordRaw[] = [
  {
    path: '/login',
    name: 'login',
    component: () => import('./login/Page.vue'),
    meta: { title: 'login', open: true, project: false },
  },
  {
    path: '/',
    name: 'home',
    component: () => import('./home/Page.vue'),
    meta: { title: 'home', nav: 'sell', icon: 'M3 9.5 10 3.5l7 6M5 8.5v8h10v-8' },
  },
  {
    path: '/chart/:building(\\d+)?',
    name: 'chart',
    component: () => import('./chart/Page.vue'),
    meta: {
      title: 'chart',
      rights: ['chart.view'],
      nav: 'sell',
      full: true,
      icon: 'M4 3.5h5v13H4zM11.5 7.5h4.5v9h-4.5M4 8h5M4 12h5',
    },
  },
  {
    path: '/units/:unit(\\d+)',
    name: 'unit',
    component: () => import('./unit/Page.vue'),
    meta: { title: 'unit', rights: ['chart.view'] },
  },
  {
    path: '/report',
    name: 'report',
    component: () => import('./report/Page.vue'),
    meta: {
      title: 'report',
      rights: ['report.view'],
      nav: 'sell',
      icon: 'M3.5 16.5h13M5.5 13.5v-4M9 13.5v-8M12.5 13.5v-6M16 13.5v-2',
    },
  },
  {
    path: '/tasks',
    name: 'task',
    component: () => import('./task/Page.vue'),
    meta: {
      title: 'task',
      rights: ['follow.edit', 'follow.supervise'],
      nav: 'sell',
      icon: 'M4 4.5h12v12H4zM7 3v3M13 3v3M7 11l2 2 4-4',
    },
  },
  {
    path: '/pool',
    name: 'pool',
    component: () => import('./pool/Page.vue'),
    meta: {
      title: 'pool',
      rights: ['customer.pool'],
      nav: 'sell',
      icon: 'M3.5 7c2-2 4-2 6.500 0s4.500 2 6.500 0M3.5 11c2-2 4-2 6.500 0s4.500 2 6.500 0M3.5 15c2-2 4-2 6.500 0s4.500 2 6.500 0',
    },
  },
  {
    path: '/collisions',
    name: 'collision',
    component: () => import('./collision/Page.vue'),
    meta: {
      title: 'collision',
      rights: ['follow.edit', 'customer.allocate'],
      nav: 'sell',
      icon: 'M8.500 13.500a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12.200 12.200l4.300 4.300M6.500 8.500h4',
    },
  },
  {
    path: '/supervision',
    name: 'supervise',
    component: () => import('./supervise/Page.vue'),
    meta: {
      title: 'supervise',
      rights: ['follow.supervise'],
      nav: 'sell',
      icon: 'M3.5 10c2-3.500 4-5 6.500-5s4.500 1.500 6.500 5c-2 3.500-4 5-6.500 5s-4.500-1.500-6.500-5zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
    },
  },
  {
    path: '/customers',
    name: 'customer',
    component: () => import('./customer/Page.vue'),
    meta: {
      title: 'customer',
      rights: ['customer.view'],
      nav: 'sell',
      project: false,
      icon: 'M3.5 5h13v10.500h-13zM8 10.500a1.600 1.600 0 1 0 0-3.200 1.600 1.600 0 0 0 0 3.200zM5.500 13.500c.3-1.300 1.300-2 2.500-2s2.200.7 2.500 2M12.500 8.500h2.500M12.500 11.500h2.500',
    },
  },
  {
    path: '/customers/import',
    name: 'customer-import',
    component: () => import('./customer-import/Page.vue'),
    meta: { title: 'customer-import', rights: ['customer.import'], project: false },
  },
  {
    path: '/customers/:customer(\\d+)',
    name: 'customer-one',
    component: () => import('./customer/One.vue'),
    meta: { title: 'customer-one', rights: ['customer.view'], project: false },
  },
  {
    path: '/my-sales',
    name: 'my-sales',
    component: () => import('./deal/Mine.vue'),
    meta: {
      title: 'my-sales',
      rights: ['deal.make'],
      nav: 'sell',
      icon: 'M3.500 16.500v-5l4 2 4-6 5 3v6zM13 3.500h3.500V7',
    },
  },
  {
    path: '/deals',
    name: 'deal',
    component: () => import('./deal/Page.vue'),
    meta: {
      title: 'deal',
      rights: ['deal.view'],
      nav: 'sell',
      icon: 'M3 9l4-3.500 3 1.500 3-1.500L17 9M5 10.500l5 4.500 5-4.500M8 12l2-2 3 2.500',
    },
  },
  {
    path: '/deals/:deal(\\d+)',
    name: 'deal-one',
    component: () => import('./deal/One.vue'),
    meta: { title: 'deal-one', rights: ['deal.view'] },
  },
  {
    path: '/changes/:change(\\d+)?',
    name: 'change',
    component: () => import('./change/Page.vue'),
    meta: {
      title: 'change',
      rights: ['deal.view'],
      nav: 'sell',
      icon: 'M4 7.500h11M12 4.500l3 3-3 3M16 12.500H5M8 9.500l-3 3 3 3',
    },
  },
  {
    path: '/queue',
    name: 'queue',
    component: () => import('./queue/Page.vue'),
    meta: {
      title: 'queue',
      rights: ['deal.queue'],
      nav: 'sell',
      icon: 'M3.500 5.500h13v3a1.500 1.500 0 0 0 0 3v3h-13v-3a1.500 1.500 0 0 0 0-3zM12 6v8',
    },
  },
  {
    path: '/openings',
    name: 'opening',
    component: () => import('./opening/Page.vue'),
    meta: {
      title: 'opening',
      rights: ['opening.desk'],
      nav: 'sell',
      icon: 'M3.500 16.500V7l6.500-3.500L16.500 7v9.500M3.500 16.500h13M7 16.500v-5h6v5M10 7.500h.01',
    },
  },
  {
    path: '/openings/:opening(\\d+)',
    name: 'opening-one',
    component: () => import('./opening/One.vue'),
    meta: { title: 'opening-one', rights: ['opening.desk'], full: true },
  },
  {
    path: '/openings/:opening(\\d+)/board',
    name: 'opening-board',
    component: () => import('./opening/Board.vue'),
    meta: { title: 'opening-board', rights: ['opening.desk'], full: true },
  },
  {
    path: '/questionnaires',
    name: 'questionnaire',
    component: () => import('./questionnaire/Page.vue'),
    meta: {
      title: 'questionnaire',
      rights: ['questionnaire.edit'],
      nav: 'sell',
      icon: 'M4.500 3.500h11v13h-11zM7 7.500l1 1 1.500-2M7 12l1 1 1.500-2M11.500 8h2M11.500 12.500h2',
    },
  },
  {
    path: '/questionnaires/:questionnaire(\\d+)',
    name: 'questionnaire-one',
    component: () => import('./questionnaire/One.vue'),
    meta: { title: 'questionnaire-one', rights: ['questionnaire.edit'] },
  },
  {
    path: '/service',
    name: 'service',
    component: () => import('./service/Page.vue'),
    meta: {
      title: 'service',
      rights: ['deal.view'],
      nav: 'sell',
      icon: 'M3.5 4.5h13M3.5 10h13M3.5 15.500h13M7 3v3M12 8.500v3M9 14v3',
    },
  },
  {
    path: '/service/:deal(\\d+)',
    name: 'service-one',
    component: () => import('./service/One.vue'),
    meta: { title: 'service-one', rights: ['deal.view'] },
  },
  {
    path: '/arrears',
    name: 'arrears',
    component: () => import('./arrears/Page.vue'),
    meta: {
      title: 'arrears',
      rights: ['deal.view'],
      nav: 'money',
      icon: 'M4 3.5h12v13H4zM7 7h6M7 10h6M7 13h2M12 12v3M13.500 13.500h-3',
    },
  },
  {
    path: '/settlements',
    name: 'settlement',
    component: () => import('./settlement/Page.vue'),
    meta: {
      title: 'settlement',
      rights: ['deal.view'],
      nav: 'money',
      icon: 'M3.5 16.500v-13l13 13zM3.5 12h3M7.500 16.500v-3',
    },
  },
  {
    path: '/loans',
    name: 'loan',
    component: () => import('./loan/Page.vue'),
    meta: {
      title: 'loan',
      rights: ['deal.view'],
      nav: 'money',
      icon: 'M3.5 8.500h13L10 4zM5.500 8.500v5M10 8.500v5M14.500 8.500v5M3.5 16.5h13',
    },
  },
  {
    path: '/escrow',
    name: 'escrow',
    component: () => import('./escrow/Page.vue'),
    meta: {
      title: 'escrow',
      rights: ['finance.handle'],
      nav: 'money',
      icon: 'M10 3 4 5.500v4.500c0 3.500 2.500 5.700 6 7 3.500-1.300 6-3.500 6-7V5.500zM7 10l2 2 4-4',
    },
  },
  {
    path: '/invoices/:invoice(\\d+)?',
    name: 'invoice',
    component: () => import('./invoice/Page.vue'),
    meta: {
      title: 'invoice',
      rights: ['invoice.handle'],
      nav: 'money',
      icon: 'M5 3.5h10v13l-2-1.500-1.500 1.500L10 15l-1.500 1.500L7 15l-2 1.500zM7.500 7h5M7.500 10h5',
    },
  },
  {
    path: '/refunds/:refund(\\d+)?',
    name: 'refund',
    component: () => import('./refund/Page.vue'),
    meta: {
      title: 'refund',
      rights: ['finance.handle'],
      nav: 'money',
      icon: 'M7.500 4.500 4 8l3.500 3.500M4 8h8a4 4 0 0 1 0 8H7',
    },
  },
  {
    path: '/agency-fees',
    name: 'agency-fee',
    component: () => import('./agency-fee/Page.vue'),
    meta: {
      title: 'agency-fee',
      rights: ['report.view'],
      nav: 'money',
      icon: 'M4 4.500h7v12H4zM6.500 8h2M6.500 11h2M11 8.500h5.500M14 6l2.500 2.500L14 11',
    },
  },
  {
    path: '/collection',
    name: 'collection',
    component: () => import('./collection/Page.vue'),
    meta: {
      title: 'collection',
      rights: ['report.view'],
      nav: 'money',
      icon: 'M5 3.5h10v13l-2.500-1.500L10 16.500l-2.500-1.500L5 16.500zM7.500 7.500h5M7.500 10.500h5',
    },
  },
  {
    path: '/receipt-books',
    name: 'receipt-book',
    component: () => import('./receipt-book/Page.vue'),
    meta: {
      title: 'receipt-book',
      rights: ['money.take', 'book.edit'],
      nav: 'money',
      icon: 'M4.500 3.500h11v13l-1.800-1.300-1.900 1.300-1.800-1.300-1.800 1.300-1.900-1.300-1.800 1.300zM7.500 7.500h5M7.500 11h5',
    },
  },
  {
    path: '/receipt-books/:book(\\d+)',
    name: 'receipt-book-one',
    component: () => import('./receipt-book/One.vue'),
    meta: { title: 'receipt-book', rights: ['money.take', 'book.edit'] },
  },
  {
    path: '/accounts',
    name: 'account',
    component: () => import('./account/Page.vue'),
    meta: {
      title: 'account',
      rights: ['account.edit'],
      nav: 'money',
      icon: 'M3.500 8 10 4l6.500 4zM5 8v6.500M8.500 8v6.500M11.500 8v6.500M15 8v6.500M3.500 16.500h13',
    },
  },
  {
    path: '/todos',
    name: 'todo',
    component: () => import('./todo/Page.vue'),
    meta: {
      title: 'todo',
      nav: 'mine',
      project: false,
      icon: 'M4 4.500h12v12H4zM7 3v3M13 3v3M7 11l2 2 4-4',
    },
  },
  {
    path: '/approvals',
    name: 'approval',
    component: () => import('./approval/Page.vue'),
    meta: {
      title: 'approval',
      nav: 'mine',
      project: false,
      full: true,
      icon: 'M5 16.500h10M6.500 13.500h7l-1-3.500h-1.500V6a1.500 1.500 0 0 0-3 0v4H7.500z',
    },
  },
  {
    path: '/requests',
    name: 'request',
    component: () => import('./approval/Requests.vue'),
    meta: {
      title: 'request',
      nav: 'mine',
      project: false,
      icon: 'M17 3 9 11M17 3l-5.500 14-2.500-6-6-2.500z',
    },
  },
  {
    path: '/reprices/:plan(\\d+)?',
    name: 'reprice',
    component: () => import('./reprice/Page.vue'),
    meta: {
      title: 'reprice',
      rights: ['price.edit'],
      nav: 'publish',
      icon: 'M3.500 13.500l4-4 3 3 6-7M12.500 5.500h4v4M3.500 16.500h13',
    },
  },
  {
    path: '/flows',
    name: 'flow',
    component: () => import('./flow/Page.vue'),
    meta: {
      title: 'flow',
      rights: ['flow.edit'],
      nav: 'run',
      project: false,
      icon: 'M3.500 8h4v4h-4zM12.500 3.500h4v4h-4zM12.500 12.500h4v4h-4zM7.500 10h2.500V5.500h2.500M10 10v4.500h2.500',
    },
  },
  {
    path: '/terms',
    name: 'terms',
    component: () => import('./terms/Page.vue'),
    meta: {
      title: 'terms',
      rights: ['terms.view'],
      nav: 'sell',
      icon: 'M4 3.5h12v13H4zM7 7h6M7 10h3M7 13h3M12.500 11v4M11 13.500h3',
    },
  },
  {
    path: '/offers',
    name: 'offer',
    component: () => import('./offer/Page.vue'),
    meta: {
      title: 'offer',
      rights: ['plan.edit', 'disclosure.edit', 'discount.limit'],
      nav: 'keep',
      icon: 'M3.5 10.5v-7h7l6 6-7 7zM7 7h.01',
    },
  },
  {
    path: '/publications',
    name: 'publication',
    component: () => import('./publication/Page.vue'),
    meta: {
      title: 'publication',
      rights: ['chart.view'],
      nav: 'publish',
      icon: 'M4 3.5h8l4 4v9H4zM12 3.5v4h4M7 12l2 2 4-4',
    },
  },
  {
    path: '/publications/:publication(\\d+)',
    name: 'publication-one',
    component: () => import('./publication/Detail.vue'),
    meta: { title: 'publication', rights: ['chart.view'] },
  },
  {
    path: '/publications/:publication(\\d+)/replay',
    name: 'publication-replay',
    component: () => import('./publication/Replay.vue'),
    meta: { title: 'replay', rights: ['chart.view'], full: true },
  },
  {
    path: '/disclosure-check',
    name: 'disclosure-check',
    component: () => import('./report/Disclosure.vue'),
    meta: {
      title: 'disclosure-check',
      rights: ['report.view'],
      nav: 'publish',
      icon: 'M3.5 5.5l1.5 1.5 2.5-3M3.5 11l1.5 1.5 2.5-3M10.5 6h6M10.5 11.5h6M4 16.5h12.5',
    },
  },
  {
    path: '/disclosure',
    name: 'disclosure',
    component: () => import('./disclosure/Page.vue'),
    meta: {
      title: 'disclosure',
      rights: ['disclosure.edit'],
      nav: 'publish',
      icon: 'M4 3.5h12v13H4zM7 7.5h6M7 10.5h6M7 13.5h3',
    },
  },
  {
    path: '/permits',
    name: 'permit',
    component: () => import('./permit/Page.vue'),
    meta: {
      title: 'permit',
      rights: ['permit.edit'],
      nav: 'publish',
      icon: 'M3.5 4.5h13v8h-13zM6 7.5h5M12.5 12.5v4l-1.800-1.200L9 16.5v-4',
    },
  },
  {
    path: '/import',
    name: 'import',
    component: () => import('./import/Page.vue'),
    meta: {
      title: 'import',
      full: true,
      rights: ['unit.import'],
      nav: 'keep',
      icon: 'M10 3.5v8M6.800 8.5 10 11.700l3.200-3.200M3.5 12.5v4h13v-4',
    },
  },
  {
    path: '/property',
    name: 'property',
    component: () => import('./property/Page.vue'),
    meta: {
      title: 'property',
      rights: ['project.edit', 'unit.edit'],
      nav: 'keep',
      icon: 'M4 4.5h4v3H4zM12 8.5h4v3h-4zM12 14h4v3h-4zM6 7.5V15.5h6M6 10h6',
    },
  },
  {
    path: '/processes',
    name: 'process',
    component: () => import('./process/Page.vue'),
    meta: {
      title: 'process',
      rights: ['process.edit'],
      nav: 'keep',
      icon: 'M4 4h4v4H4zM12 12h4v4h-4zM8 6h4.500a1.500 1.500 0 0 1 1.500 1.500V12',
    },
  },
  {
    path: '/document-templates',
    name: 'document',
    component: () => import('./document/Page.vue'),
    meta: {
      title: 'document',
      rights: ['process.edit'],
      nav: 'keep',
      icon: 'M5 3.500h7l3 3v10H5zM12 3.500v3h3M7.500 10h5M7.500 13h3',
    },
  },
  {
    path: '/customer-rules',
    name: 'customer-rules',
    component: () => import('./rules/Page.vue'),
    meta: {
      title: 'customer-rules',
      rights: ['project.edit'],
      nav: 'keep',
      icon: 'M4 5.5h7M14.500 5.5H16M4 10h2M9.500 10H16M4 14.5h6M13.500 14.5H16M12.700 7.200a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400zM7.700 11.700a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400zM11.700 16.200a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400z',
    },
  },
  {
    path: '/layouts',
    name: 'layout',
    component: () => import('./layout/Page.vue'),
    meta: {
      title: 'layout',
      rights: ['layout.edit'],
      nav: 'keep',
      icon: 'M3.5 3.5h13v13h-13zM3.5 10h6M9.5 3.5v8.5M13 10h3.5',
    },
  },
  {
    path: '/options',
    name: 'option',
    component: () => import('./option/Page.vue'),
    meta: {
      title: 'option',
      rights: ['option.edit'],
      nav: 'keep',
      project: false,
      icon: 'M4 5.5h2M9 5.5h7M4 10h2M9 10h7M4 14.5h2M9 14.5h7',
    },
  },
  {
    path: '/users',
    name: 'user',
    component: () => import('./user/Page.vue'),
    meta: {
      title: 'user',
      rights: ['user.edit'],
      nav: 'run',
      project: false,
      icon: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16.5c.6-3 3-4.5 6-4.5s5.400 1.5 6 4.5',
    },
  },
  {
    path: '/terminals',
    name: 'terminal',
    component: () => import('./terminal/Page.vue'),
    meta: {
      title: 'terminal',
      rights: ['terminal.edit'],
      nav: 'run',
      project: false,
      icon: 'M5 3.5h10v10H5zM10 13.5v3M6.5 16.5h7',
    },
  },
  {
    path: '/devices',
    name: 'device',
    component: () => import('./device/Page.vue'),
    meta: {
      title: 'device',
      rights: ['system.view'],
      nav: 'run',
      project: false,
      icon: 'M3.500 8.500h13v7.500h-13zM6 8.500V4h8v4.500M6 13h4',
    },
  },
  {
    path: '/printing',
    name: 'print',
    component: () => import('./print/Page.vue'),
    meta: {
      title: 'print',
      rights: ['system.view'],
      nav: 'run',
      project: false,
      icon: 'M6 8V3.5h8V8M6 13.5H3.500V8h13v5.500H14M6 11.500h8v5H6z',
    },
  },
  {
    path: '/printing/layouts/:layout(\\d+)',
    name: 'paper-layout',
    component: () => import('./print/LayoutEditor.vue'),
    props: (route) => ({ id: Number(route.params.layout) }),
    meta: { title: 'paper-layout', rights: ['system.view'], project: false },
  },
  {
    path: '/audit',
    name: 'audit',
    component: () => import('./audit/Page.vue'),
    meta: {
      title: 'audit',
      rights: ['audit.view'],
      nav: 'run',
      project: false,
      icon: 'M10 5.5v5l3 2M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z',
    },
  },
  {
    path: '/system',
    name: 'system',
    component: () => import('./system/Page.vue'),
    meta: {
      title: 'system',
      rights: ['system.view'],
      nav: 'run',
      project: false,
      icon: 'M3.5 5h13v4h-13zM3.5 11.5h13v4h-13zM6 7h.01M6 13.5h.01',
    },
  },
  {
    path: '/:rest(.*)*',
    name: 'missing',
    component: () => import('./parts/Missing.vue'),
    meta: { title: 'missing', project: false },
  },
];
