/** What two replicas make of the same: requests of admins that somebody recorded and sends again, and subjects of services that both listen on. */
import test, { type ExecutionContext } from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { newTokenIdentity, type ServiceIdentity } from '../client/credential.ts';
import { open, seal } from '../client/envelope.ts';
import { randomId } from '../crypto/random.ts';
import { utf8 } from '../crypto/bytes.ts';
import { Instant, sure } from '../events/vocabulary.ts';
import { barePath } from '../protocol/operations.ts';
import type { Enclosed, Request } from '../protocol/wire.ts';
import type { Admission } from '../services/doors/admission.ts';
import { jetstreamReader } from '../events/log/jetstream.ts';
import { linesOf } from './support/audit.ts';
import { writing } from './support/by-hand.ts';
import { tagOf } from './support/fake-service.ts';
import { orThrow, subjects } from './support/jetlock.ts';
import { until } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { startReplicas } from './support/replicas.ts';
import { codeOf, pathOf, serviceOf, stepsOf } from './support/steps.ts';
import { openWire, statementOf } from './support/wire.ts';

/** The door of each replica: a test says which one gets a request. */
const doors: Admission[] = [];
/** What came to whom on the subjects of those who are known. */
const cameKnown: { readonly replica: string; readonly subject: string }[] = [];
const jetlock = await startReplicas({
  servers: 1,
  broker: (broker) => ({
    ...broker,
    serve: (admission, replica, known) => {
      doors.push(admission);
      const admit: Admission['admit'] = (arrival) => {
        if (subjects.isKnown(arrival.subject)) cameKnown.push({ replica, subject: arrival.subject });
        admission.admit(arrival);
      };
      return broker.serve({ ...admission, admit }, replica, known);
    },
  }),
});
test.after.always(() => jetlock.stop());
const steps = stepsOf(jetlock);

const prepared = async () => {
  const wire = await openWire(jetlock);
  const requestOf = (operation: string, args: object, enclosed: Enclosed | null): Request => {
    const { body, credential } = statementOf(jetlock.identity, { operation, ...args });
    const client = { name: 'by-hand', version: '1' } as never;
    const subject = subjects.admin(operation);
    return { v: 1, type: 'req', subject, service: null, id: randomId(), time: sure(Instant, Date.now()), client, credential, body, enclosed };
  };
  /** The same bytes, sent to any replica as often as wanted; what it says. */
  return (operation: string, args: object, enclosed: Enclosed | null = null) => {
    const request = requestOf(operation, args, enclosed);
    const bytes = seal(wire.shared, request);
    return async (replica: number): Promise<string> => {
      const reply = new Promise<Uint8Array>((resolve) => doors[replica]?.admit({ subject: request.subject, bytes, answer: resolve }));
      const answer = open(wire.shared, request, await until(reply, 30_000, 'a reply'));
      return E.isLeft(answer) ? tagOf(answer as never) : `changed ${(answer.right as { changed: boolean }).changed}`;
    };
  };
};

const statusOf = async (path: string) => orThrow(await jetlock.admin.query('secret.show', { path: pathOf(path) })()).secret.status;
const versionOf = async (path: string) => orThrow(await jetlock.admin.query('secret.show', { path: pathOf(path) })()).secret.version;

const answers = async (t: ExecutionContext, send: (replica: number) => Promise<string>, first: string, meanwhile: () => Promise<unknown>): Promise<void> => {
  t.is(await send(0), first);
  t.is(await send(0), 'replayed');
  await meanwhile();
  t.is(await send(1), first);
};

test.serial('what was refused stays refused, also when it would be possible now', async (t) => {
  const record = await prepared();
  await answers(t, record('secret.disable', { path: 'prod/replay/LATER' }), 'not_found', () => steps.write('prod/replay/LATER', 'v'));
  t.is(await statusOf('prod/replay/LATER'), 'live');
  const client = await steps.approved('replayed');
  const revoke = { service: serviceOf('replayed'), target: 'prod/replay/LATER', seen: 0, reason: null };
  await answers(t, record('access.deny', { ...revoke, target: 'prod/replay/' }), 'malformed', async () => undefined);
  await answers(t, record('access.revoke', revoke), 'not_granted', () => steps.grant('replayed', 'prod/replay/LATER'));
  t.is((await client.get('prod/replay/LATER')).text(), 'v');
  const { command, enclosed } = writing('prod/replay/LATER', utf8('w'));
  await answers(t, record('secret.write', { ...command, ifVersion: 2 }, enclosed), 'conflict', () => steps.write('prod/replay/LATER', 'x'));
  t.is((await client.get('prod/replay/LATER')).text(), 'x');
});

test.serial('what changed nothing changes nothing later', async (t) => {
  const record = await prepared();
  const path = 'prod/replay/SAME';
  await steps.write(path, 'one');
  await answers(t, record('secret.enable', { path }), 'changed false', () => steps.command({ operation: 'secret.disable', path: pathOf(path) }));
  t.is(await statusOf(path), 'disabled');
  const { command, enclosed } = writing(path, utf8('one'));
  await answers(t, record('secret.write', command, enclosed), 'changed false', () => steps.write(path, 'two'));
  t.is(await versionOf(path), 2 as never);
});

test.serial('of what was carried out not even the first step is done again', async (t) => {
  const record = await prepared();
  const path = 'prod/gone/KEY';
  await steps.write('prod/gone/OTHER', 'v');
  const { command, enclosed } = writing(path, utf8('one'));
  const remove = () => steps.command({ operation: 'namespace.delete', namespace: 'prod/gone' as never });
  await answers(t, record('secret.write', command, enclosed), 'changed true', remove);
  t.is(await statusOf(path), 'deleted');
  const { items } = orThrow(await jetlock.admin.list('namespace.list', {})());
  t.false(items.some(({ namespace }) => (namespace as string) === 'prod/gone'));
});

test.serial('copies that reach both replicas at the same time are carried out once', async (t) => {
  const record = await prepared();
  for (let round = 0; round < 20; round += 1) {
    const { command, enclosed } = writing('prod/replay/TWICE', utf8(`value ${round}`));
    const send = record('secret.write', command, enclosed);
    t.deepEqual(await Promise.all([send(0), send(1)]), ['changed true', 'changed true']);
    t.is(await versionOf('prod/replay/TWICE'), (round + 1) as never);
  }
});

test.serial('the audit log has a line for each command that was refused or changed nothing', async (t) => {
  const reader = jetstreamReader(await jetlock.connection(), { stream: subjects.stream });
  const lines = await linesOf({ log: reader, subjects } as never);
  const told = lines.flatMap(({ what, who, about, outcome, reason }) => (what === 'nothing.changed' ? [[who?.name, about.operation, outcome, reason]] : []));
  t.deepEqual(told, [
    ['alice', 'secret.disable', 'void', 'not_found'],
    ['alice', 'access.deny', 'void', 'malformed'],
    ['alice', 'access.revoke', 'void', 'not_granted'],
    ['alice', 'secret.write', 'void', 'conflict'],
    ['alice', 'secret.enable', 'done', undefined],
    ['alice', 'secret.write', 'done', undefined],
  ] as never);
});

test.serial('a service that has authenticated asks on a subject of its own, at any replica, and where everyone does when that is gone', async (t) => {
  const path = 'prod/known/KEY';
  await steps.write(path, 'v');
  const client = await steps.approved('known');
  await steps.grant('known', path);
  const before = cameKnown.length;
  for (let n = 0; n < 40; n += 1) t.is((await client.get(path)).text(), 'v');
  const came = cameKnown.slice(before);
  // The first one is where it is told of it.
  t.true(came.length >= 39 && new Set(came.map(({ subject }) => subject)).size === 1);
  t.is(new Set(came.map(({ replica }) => replica)).size, 2);

  await jetlock.replicas[1]!.stop();
  for (let n = 0; n < 5; n += 1) t.is((await client.get(path)).text(), 'v');
  await jetlock.replicas[1]!.start();

  await steps.command({ operation: 'key.rotate', purposes: ['log'] });
  const isElsewhere = async () => {
    t.is((await client.get(path)).text(), 'v');
    return cameKnown.at(-1)?.subject === came[0]?.subject ? undefined : true;
  };
  await eventually(isElsewhere, 30_000, 'another subject');
});

test.serial('who is not known there any more gets nothing there: neither a stranger, nor another service, nor a credential that was revoked', async (t) => {
  const path = 'prod/known/REVOKED';
  await steps.write(path, 'v');
  const identity = newTokenIdentity(serviceOf('leaving'));
  const client = await steps.approved('leaving', identity);
  await steps.grant('leaving', path);
  await client.get(path);
  await client.get(path);
  const { subject } = cameKnown.at(-1)!;
  const wire = await openWire(jetlock);
  const body = { paths: [barePath(pathOf(path))], offline: false };
  const ask = (who: ServiceIdentity, on: string) => wire.send(subject, wire.sealed(who, on, body));
  const own = `${subjects.get}.leaving`;
  t.is((await ask(identity, own)).refusal, null);
  t.is((await ask(newTokenIdentity(serviceOf('leaving')), own)).refusal?.code, 'unauthorized');
  t.is((await ask(newTokenIdentity(serviceOf('other')), own)).refusal?.code, 'unauthorized');
  const another = newTokenIdentity(serviceOf('another'));
  await steps.approved('another', another);
  t.is((await ask(another, `${subjects.get}.another`)).refusal, null);
  t.is((await ask(another, own)).refusal?.code, 'unauthorized');
  // What is not the request of a service in its own name has no business there.
  t.is((await ask(identity, subjects.get)).refusal?.code, 'malformed');
  t.is((await ask(identity, subjects.admin('inbox'))).refusal?.code, 'malformed');
  await steps.revokeCredential('leaving', client.fingerprint);
  t.is(await codeOf(client.get(path)), 'unauthorized');
  const nobody = () => ask(identity, own).then(({ refusal }) => void t.is(refusal?.code, 'unauthorized'), (error: unknown) => (/no responders/i.test(String(error)) ? true : undefined));
  await eventually(nobody, 30_000, 'nobody to listen there');
});
