/** The pages and their addresses. All but those of signing in need a session. They come in one piece: none is missing when the service, which hands them out, does not answer. */
import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router';
import type { Session } from './api/session.ts';
import AccountPage from './pages/account-page.vue';
import AuditPage from './pages/audit-page.vue';
import EnrolPage from './pages/enrol-page.vue';
import HealthPage from './pages/health-page.vue';
import InboxPage from './pages/inbox-page.vue';
import NamespacePage from './pages/namespace-page.vue';
import NamespacesPage from './pages/namespaces-page.vue';
import NewSecretPage from './pages/new-secret-page.vue';
import NowherePage from './pages/nowhere-page.vue';
import SecretPage from './pages/secret-page.vue';
import SecretsPage from './pages/secrets-page.vue';
import ServicePage from './pages/service-page.vue';
import ServicesPage from './pages/services-page.vue';
import SignInPage from './pages/sign-in-page.vue';

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
  { path: '/inbox', name: 'inbox', component: InboxPage, meta: { title: 'Inbox' } },
  { path: '/secrets', name: 'secrets', component: SecretsPage, meta: { title: 'Secrets' } },
  { path: '/secrets/new', name: 'new-secret', component: NewSecretPage, meta: { title: 'New secret' } },
  { path: '/secrets/:path', name: 'secret', component: SecretPage, props: true, meta: { title: 'Secret' } },
  { path: '/namespaces', name: 'namespaces', component: NamespacesPage, meta: { title: 'Namespaces' } },
  { path: '/namespaces/:namespace', name: 'namespace', component: NamespacePage, props: true, meta: { title: 'Namespace' } },
  { path: '/services', name: 'services', component: ServicesPage, meta: { title: 'Services' } },
  { path: '/services/:service', name: 'service', component: ServicePage, props: true, meta: { title: 'Service' } },
  { path: '/audit', name: 'audit', component: AuditPage, meta: { title: 'Audit' } },
  { path: '/health', name: 'health', component: HealthPage, meta: { title: 'Health' } },
  { path: '/account', name: 'account', component: AccountPage, meta: { title: 'Account' } },
  { path: '/sign-in', name: 'sign-in', component: SignInPage, meta: { title: 'Sign in', open: true } },
  { path: '/enrol', name: 'enrol', component: EnrolPage, meta: { title: 'Enrol this browser', open: true } },
  { path: '/:rest(.*)', name: 'nowhere', component: NowherePage, meta: { title: 'Not found' } },
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
