/** The pages and their addresses. All but those of signing in need a session. */
import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router';
import type { Session } from './api/session.ts';

declare module 'vue-router' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- only an interface can be added to
  interface RouteMeta {
    /** Of the page, in the browser's tab. */
    readonly title: string;
    /** It can be seen without a session. */
    readonly open?: true;
  }
}

export const BASE = '/console/';

const routes: ReadonlyArray<RouteRecordRaw> = [
  { path: '/', redirect: { name: 'inbox' } },
  { path: '/inbox', name: 'inbox', component: () => import('./pages/inbox-page.vue'), meta: { title: 'Inbox' } },
  { path: '/secrets', name: 'secrets', component: () => import('./pages/secrets-page.vue'), meta: { title: 'Secrets' } },
  { path: '/secrets/new', name: 'new-secret', component: () => import('./pages/new-secret-page.vue'), meta: { title: 'New secret' } },
  { path: '/secrets/:path', name: 'secret', component: () => import('./pages/secret-page.vue'), props: true, meta: { title: 'Secret' } },
  { path: '/services', name: 'services', component: () => import('./pages/services-page.vue'), meta: { title: 'Services' } },
  { path: '/services/:service', name: 'service', component: () => import('./pages/service-page.vue'), props: true, meta: { title: 'Service' } },
  { path: '/audit', name: 'audit', component: () => import('./pages/audit-page.vue'), meta: { title: 'Audit' } },
  { path: '/health', name: 'health', component: () => import('./pages/health-page.vue'), meta: { title: 'Health' } },
  { path: '/account', name: 'account', component: () => import('./pages/account-page.vue'), meta: { title: 'Account' } },
  { path: '/sign-in', name: 'sign-in', component: () => import('./pages/sign-in-page.vue'), meta: { title: 'Sign in', open: true } },
  { path: '/enrol', name: 'enrol', component: () => import('./pages/enrol-page.vue'), meta: { title: 'Enrol this browser', open: true } },
  { path: '/:rest(.*)', name: 'nowhere', component: () => import('./pages/nowhere-page.vue'), meta: { title: 'Not found' } },
];

/** Whoever is not signed in comes to the page for that, and goes on from there. */
export const makeRouter = ({ state, resume }: Session): Router => {
  const router = createRouter({ history: createWebHistory(BASE), routes, scrollBehavior: (to, from, saved) => (to.path === from.path ? undefined : (saved ?? { top: 0 })) });
  router.beforeEach(async (to) => {
    if (to.meta.open === true || state.value.status === 'open') return true;
    const isSignedIn = state.value.status === 'unknown' && (await resume().catch(() => false));
    return isSignedIn ? true : { name: 'sign-in', query: to.path === '/inbox' ? {} : { next: to.fullPath } };
  });
  return router;
};
