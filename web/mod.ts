/** The parts of the console for other Vue apps: `app.use(createJetlock())`, then components and queries. `declarations.ts` declares them. */
import './styles/base.css';

export { default as MissingSecretsTable } from './components/missing-secrets-table.vue';
export { default as PendingApprovalsTable } from './components/pending-approvals-table.vue';
export { default as SecretForm } from './components/secret-form.vue';
export { default as SecretsTable } from './components/secrets-table.vue';
export { useDecisions } from './queries/decisions.ts';
export { createJetlock } from './queries/jetlock.ts';
export { useAccess, useAudit, useHealth, useInbox, useMissingSecrets, useNamespaces, useReads, useSecret, useSecrets, useServices, useServiceTokens } from './queries/lists.ts';
