/** The admin's console. */
import { createApp } from 'vue';
import App from './app.vue';
import { createJetlock } from './queries/jetlock.ts';
import { makeRouter } from './router.ts';
import { applyTheme } from './theme.ts';
import './styles/base.css';
import './styles/app.css';

applyTheme();
const jetlock = createJetlock();
createApp(App).use(jetlock).use(makeRouter(jetlock.client.session)).mount('#app');
