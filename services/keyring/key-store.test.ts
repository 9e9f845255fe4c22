import test from 'ava';
import { connect } from 'nats';
import { startNats } from '../../tests/support/nats.ts';
import { takeSnapshot } from '../nats/snapshot.ts';
import { openKeyStore } from './key-store.ts';

const USERS = `authorization: { users: [
  { user: "auditor", password: "a", permissions: { publish: ["$JS.API.STREAM.INFO.*"], subscribe: ["_INBOX.>"] } }
] }`;

test('what NATS does not allow to this user is told as that, with the users that may', async (t) => {
  const nats = await startNats(t, { config: USERS });
  const nc = await connect({ servers: nats.url, user: 'auditor', pass: 'a' });
  t.teardown(() => nc.close());
  const store = await openKeyStore(nc, 'secrets_keys');
  const looked = store._tag === 'Left' ? store : await store.right.isComplete();
  for (const [answer, message] of [
    [looked, 'cannot look in the bucket of keys: NATS does not allow it to this user'],
    [await takeSnapshot(nc, 'SECRETS'), 'SECRETS: NATS does not allow it to this user'],
  ] as const) {
    if (answer._tag === 'Right') return t.fail(message);
    t.like(answer.left, { kind: 'denied', message });
    t.regex(answer.left.hint, /the service for serve, the provisioner for init, backup and restore$/);
  }
});
