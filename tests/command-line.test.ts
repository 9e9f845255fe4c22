/** The command line on a real service and a real nats-server: a program asks, an admin answers, an auditor reads what happened. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { memoryIo, type Setting } from '../cli/memory-io.ts';
import { runProgram } from '../cli/program.ts';
import { writeAdminIdentity } from '../client/credential.ts';
import { orThrow, startJetlock, type Jetlock } from './support/jetlock.ts';

const CANARY = 'hunter2-canary-value';

/** Types commands, and remembers everything that was said. */
const terminal = ({ nats, dataDir, identity }: Jetlock) => {
  const said: string[] = [];
  const directory = join(dataDir, 'user');
  orThrow(writeAdminIdentity(join(directory, 'admin.json'), identity));
  const environment = { HOME: directory, JETLOCK_NATS: nats.url, JETLOCK_SIGNING_KEY: identity.servicePublicKey };
  const type = async (args: string, setting: Setting = {}) => {
    const { io, stdout, stderr } = memoryIo({ directory, environment, ...setting });
    const code = await runProgram(args.split(' '), io);
    said.push(stderr());
    return { code, stdout: stdout(), stderr: stderr() };
  };
  return { type, admin: (args: string, setting?: Setting) => type(`${args} --identity admin.json`, setting), said, directory };
};

test('a program registers, is refused alike whatever the reason, and gets its value while it waits; the auditor sees all of it', async (t) => {
  const jetlock = await startJetlock();
  t.teardown(jetlock.stop);
  const { type, admin, said, directory } = terminal(jetlock);
  t.is((await admin('secret set prod/shop/A', { stdin: CANARY })).code, 0);
  t.is((await type('register billing')).code, 0);
  t.like(await type('get prod/shop/A --as billing'), { code: 75, stdout: '' });
  t.is((await admin('service approve billing')).code, 0);

  for (const path of ['denied', 'disabled']) t.is((await admin(`secret set prod/shop/${path}`, { stdin: CANARY })).code, 0);
  t.is((await admin('secret disable prod/shop/disabled')).code, 0);
  for (const path of ['missing', 'disabled']) t.is((await admin(`access grant billing prod/shop/${path}`)).code, 0);
  t.is((await admin('access deny billing prod/shop/denied')).code, 0);
  const refusals = [];
  for (const path of ['A', 'missing', 'denied', 'disabled']) {
    const { stderr, ...refused } = await type(`get prod/shop/${path} --as billing --description why`);
    refusals.push({ ...refused, stderr: stderr.replace(`prod/shop/${path}`, 'PATH') });
  }
  t.like(refusals[0], { code: 77, stdout: '' });
  for (const refused of refusals) t.deepEqual(refused, refusals[0]);
  t.regex((await admin('inbox')).stdout, /why/);

  const waiting = type('get prod/shop/A --as billing --wait 60s');
  t.is((await admin('access grant billing prod/shop/A')).code, 0);
  t.like(await waiting, { code: 0, stdout: CANARY });

  // With the service stopped the log can still be read.
  await jetlock.service().stop();
  t.like(await type('get prod/shop/A --as billing'), { code: 69, stdout: '' });
  const log = await type('audit log --service billing');
  t.is(log.code, 0);
  const lines = log.stdout.trimEnd().split('\n').map((line) => line.split('\t'));
  const reads = lines.filter(([, , , what]) => what === 'read').map(([, , , , about, outcome]) => `${about} ${outcome}`);
  t.deepEqual(
    [...new Set(reads)],
    ['prod/shop/A refused (ungranted)', 'prod/shop/missing refused (missing)', 'prod/shop/denied refused (denied)', 'prod/shop/disabled refused (disabled)', 'prod/shop/A v1 allowed'],
  );
  for (const what of ['credential.registered', 'credential.approved', 'access.requested', 'access.granted', 'access.denied'])
    t.true(lines.some((line) => line[3] === what), what);
  const { token } = JSON.parse(readFileSync(join(directory, '.config/jetlock/services/billing.json'), 'utf8')) as { token: string };
  for (const text of [log.stdout, ...said]) for (const secret of [CANARY, token]) t.false(text.includes(secret));
});

test('the log is read by path, and the doctor finds nothing wrong with the service', async (t) => {
  const jetlock = await startJetlock();
  t.teardown(jetlock.stop);
  const { type, admin } = terminal(jetlock);
  await admin('secret set prod/shop/A', { stdin: CANARY });
  await admin('secret set prod/till/B', { stdin: CANARY });
  const { lines } = JSON.parse((await type('audit log --json --path prod/till/')).stdout) as { lines: ReadonlyArray<{ what: string }> };
  t.deepEqual(lines.map(({ what }) => what), ['namespace.created', 'secret.written']);
  const { checks } = JSON.parse((await type('doctor --json')).stdout) as { checks: ReadonlyArray<{ check: string; ok: boolean | null }> };
  for (const name of ['nats-server', 'stream and buckets', 'clock', 'service']) t.true(checks.find(({ check }) => check === name)?.ok, name);
});
