import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { subjectsUnder } from '../../events/subjects.ts';
import { inboxPrefixOf } from '../../services/nats/permissions.ts';
import { provision } from '../../services/nats/provision.ts';
import { fakeService } from '../../tests/support/fake-service.ts';
import { startNats } from '../../tests/support/nats.ts';
import { connectNats } from '../../client/nats/connect.ts';
import { permissionCheck, streamChecks, syncCheck } from '../broker-checks.ts';
import type { Check } from '../check.ts';
import { memoryIo } from '../memory-io.ts';
import { DEV_INBOXES } from '../nats-options.ts';
import { keyChecks } from '../admin-checks.ts';
import type { KeyStatusView } from '../../protocol/views.ts';
import { runProgram } from '../program.ts';
import { rightsChecks } from '../rights-check.ts';
import { serviceCheck } from '../service-check.ts';
import { copiesChecks } from '../stream-check.ts';

const subjects = subjectsUnder('secrets');

const doctor = async (args: string) => {
  const { io, stdout, stderr } = memoryIo();
  const code = await runProgram(`doctor ${args}`.split(' '), io);
  return { code, stdout: stdout(), stderr: stderr() };
};

const checks = ({ stdout }: { readonly stdout: string }) => new Map((JSON.parse(stdout) as { checks: ReadonlyArray<Check> }).checks.map((one) => [one.check, one]));

test('doctor: on a nats-server that nobody has prepared it says what to do, and is exit 78', async (t) => {
  const nats = await startNats(t);
  const result = await doctor(`--nats ${nats.url} --json`);
  t.is(result.code, 78);
  const found = checks(result);
  for (const name of ['connection', 'nats-server', 'jetstream']) t.true(found.get(name)?.ok, name);
  t.regex(found.get('stream and buckets')?.mend ?? '', /jetlock init/);
  t.like(found.get('sync_interval'), { ok: null });
  t.regex(found.get('permissions')?.detail ?? '', /STREAM\.DELETE\.SECRETS and \d+ more/);
  t.like(found.get('service'), { ok: false, detail: 'nobody answers on secrets.keys' });
  t.regex((await doctor(`--nats ${nats.url}`)).stdout, /^ok {5}nats-server: \d.*\nok {5}jetstream: enabled\nwrong {2}stream and buckets: .*\n {7}make what is missing with: jetlock init\n/m);
});

test('doctor: what init made is as it must be; what somebody changed is told, with its mending', async (t) => {
  const nats = await startNats(t, { syncAlways: true });
  const connected = await connectNats({ servers: nats.url })();
  if (E.isLeft(connected)) return t.fail(connected.left.why);
  const nc = connected.right;
  await provision(nc, subjects, { replicas: 1 })();
  const found = checks(await doctor(`--nats ${nats.url} --json --monitoring http://127.0.0.1:1`));
  t.true(found.get('stream and buckets')?.ok);
  t.true(found.get('clock')?.ok);
  t.like(found.get('sync_interval'), { ok: null });
  const { config } = (await nc.request('$JS.API.STREAM.INFO.SECRETS')).json<{ config: object }>();
  await nc.request('$JS.API.STREAM.UPDATE.SECRETS', JSON.stringify({ ...config, max_age: 1_000_000_000_000 }));
  await nc.close();
  const changed = checks(await doctor(`--nats ${nats.url} --json`)).get('stream and buckets');
  t.is(changed?.ok, false);
  t.regex(changed?.detail ?? '', /^SECRETS: max_age is 1000000000000 and must be 0$/);
  t.regex(changed?.mend ?? '', /nats stream edit SECRETS --max-age=0/);
});

test('doctor: nats that is not there is exit 69', async (t) => {
  t.like(await doctor('--nats nats://127.0.0.1:1'), { code: 69, stdout: '' });
});

test('doctor: what this NATS user may not ask is not called wrong', (t) => {
  const denied = { why: 'jetstream does not answer: Permissions Violation for Publish to "$JS"', hint: '', about: 'streams', differences: [] } as const;
  t.like(streamChecks(E.left(denied)), [{ ok: null }]);
  t.like(streamChecks(E.left({ ...denied, why: 'timeout' })), [{ ok: false }]);
});

test('doctor: a NATS user is called by its role', (t) => {
  const rights = { missing: [], surplus: ['publish x'] };
  t.regex(rightsChecks({ ...rights, role: 'auditor' })[0]?.detail ?? '', /this NATS user, an auditor by/);
  t.regex(rightsChecks({ ...rights, role: 'service' })[0]?.detail ?? '', /this NATS user, a service by/);
  t.regex(rightsChecks({ ...rights, surplus: [], role: 'auditor' })[0]?.detail ?? '', /what an auditor must/);
});

test('doctor: every difference is a line of its own', (t) => {
  const one = { stream: 'SECRETS', field: 'max_age', found: '1', wanted: '0', mend: 'edit' };
  t.is(streamChecks(E.left({ why: '', hint: '', about: 'streams', differences: [one, { ...one, field: 'deny_purge' }] })).length, 2);
});

test('doctor: sync_interval as the monitoring tells it', (t) => {
  const told = (config: object) => syncCheck({ jetstream: { config } }).ok;
  t.deepEqual([told({ sync_always: true }), told({ sync_always: false }), told({})], [true, false, false]);
  t.deepEqual([syncCheck(undefined).ok, syncCheck({ other: 1 }).ok], [null, null]);
});

test('doctor: the copies of the log in a cluster', (t) => {
  const seen = (cluster?: object) => copiesChecks({ state: { messages: 3, bytes: 2_500_000 }, cluster }).map(({ check, ok, detail }) => `${check} ${String(ok)} ${detail.split(':')[0] ?? ''}`);
  t.deepEqual(seen(), ['log true 3 messages, 2.5 MB']);
  t.deepEqual(seen({ leader: 'n1', replicas: [{ name: 'n2', current: true }, { name: 'n3', current: false, offline: true }, { name: 'n4', current: false, lag: 5_000 }, { name: 'n5', current: true, lag: 2, active: 6e9 }] }).slice(1), [
    'copies true n2 is up to date',
    'copies false n3 is down or cut off',
    'copies false n4 is 5000 messages behind',
    'copies false n5 is down or cut off',
  ]);
  t.is(seen({ leader: '' })[1], 'copies false the log has no leader');
  t.like(copiesChecks(undefined), [{ ok: null }]);
});

test('doctor: a key that is retired and not replaced yet', (t) => {
  const key = (purpose: string, retired: boolean) => ({ id: 'k', purpose, current: true, retired, addedAt: 0, public: null });
  const status = (retired: boolean) => ({ operatorKey: 'f', operatorKeySince: 0, operatorKeyRetired: false, rotatedBy: 'service', otherDirectories: 0, keys: [key('root', retired), key('log', false)] }) as unknown as KeyStatusView;
  t.like(keyChecks(status(false), 50 * 3_600_000), [{ ok: true, detail: 'ages: operator 2 d, root 2 d, log 2 d' }]);
  t.like(keyChecks(status(true), 0), [{ ok: false, detail: 'the root key is retired and to be replaced' }]);
  t.like(keyChecks(status(false), 31 * 24 * 3_600_000), [{ ok: false, detail: 'the operator key is old and to be replaced' }]);
  t.like(keyChecks({ ...status(false), otherDirectories: 1 as never }, 0), [{ ok: true, mend: /./ }, { ok: true }].map(({ ok }) => ({ ok })));
});

test('doctor: permissions that are too wide', (t) => {
  const may = (publish?: object) => permissionCheck(subjects, { data: publish === undefined ? {} : { permissions: { publish } } }).ok;
  t.false(may());
  t.false(may({ allow: ['$JS.API.>'] }));
  t.false(may({ allow: ['$JS.API.STREAM.PURGE.*'] }));
  t.false(may({ deny: ['$JS.API.STREAM.DELETE.>'] }));
  t.true(may({ allow: ['secrets.>', '$JS.API.STREAM.INFO.*'] }));
  t.true(may({ allow: ['>'], deny: ['$JS.API.STREAM.>'] }));
  t.is(permissionCheck(subjects, undefined).ok, null);
});

test('doctor: the service, its pinned key and the age of its box key', async (t) => {
  const at = Date.now();
  const { transport, signer } = fakeService(() => at);
  const told = (pinned: string | undefined) => serviceCheck(transport, subjects, pinned, at);
  t.like(await told(signer.publicKey), { ok: true, detail: 'answers; box key 0 h old, signed by the pinned key' });
  t.true((await told(undefined)).detail.endsWith(`signed by ${signer.publicKey}`));
  t.false((await told('A'.repeat(43))).ok);
  const later = await serviceCheck(transport, subjects, signer.publicKey, at + 14 * 3_600_000);
  t.like(later, { ok: false });
  t.regex(later.detail, /box key is 14 h old/);
  t.like(await told('abc'), { ok: false, detail: '--signing-key is not a key' });
});

test('the users of jetlock dev get their replies where they may', (t) => {
  for (const role of ['client', 'auditor', 'provisioner'] as const) t.is(DEV_INBOXES[role], inboxPrefixOf({ role }));
});
