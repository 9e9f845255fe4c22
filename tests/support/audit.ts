/** What tests of the audit share: an auditor's lines, an intruder's messages, and a history with every event there is. */
import { utf8 } from '../../crypto/bytes.ts';
import type { AuditLine } from '../../protocol/audit-line.ts';
import { auditLog, type AuditOptions } from '../../audit/log.ts';
import { digestOf, fingerprintOf, idOf, keyPairOf } from './names.ts';
import { KEYRING, logCrypto, type Draft, type History } from './history.ts';

/** All lines of an auditor without keys, unless options say otherwise. */
export const linesOf = async ({ log, subjects }: Pick<History, 'log' | 'subjects'>, options: Partial<AuditOptions> = {}): Promise<ReadonlyArray<AuditLine>> => {
  const lines: AuditLine[] = [];
  for await (const line of auditLog({ reader: log, subjects, filter: {}, follow: false, ...options })) {
    if (line._tag === 'Left') throw new Error(line.left.why);
    lines.push(line.right);
  }
  return lines;
};

/** Records in the name of anybody: what the service does by itself is none of it, and goes on at any time. */
export const orderedIn = async (where: Pick<History, 'log' | 'subjects'>): Promise<ReadonlyArray<unknown>> =>
  (await linesOf(where)).filter(({ who }) => who !== undefined && who.kind !== 'service process').map(({ seq, what, who }) => [seq, what, who?.name]);

/** What a test has put there itself. */
const there = <A>(value: A | null | undefined): A => {
  if (value === null || value === undefined) throw new Error('not there');
  return value;
};

export const withKey = { mac: there(logCrypto.mac) };

/** A record as an intruder publishes it: all right, but for the MAC and what `change` does. */
export const forge = (history: History, { subject, record }: Draft, change: object = {}): number =>
  history.publish({ subject, data: utf8(JSON.stringify({ ...record, ...change })), mac: `${KEYRING.log}.${digestOf(9)}` }).seq;

const PATH = 'billing/stripe/KEY';
const DAY_MS = 86_400_000;
export const NOTE = 'said by a person';

const ofKeys = ({ admin, replica, fold, pass }: History): void => {
  pass(DAY_MS);
  replica('key.add', { key: { id: idOf(20), purpose: 'box', public: null, signature: null } }, { made: { key: { id: idOf(20), wrappedBy: there(fold.world.keyring).operatorKey } } });
  admin('key.rotate', { purposes: ['root', 'operator'] });
  replica('operator-key.replace', { operatorKey: fingerprintOf(40) });
  replica('key.replace', { key: { id: idOf(21), purpose: 'root', public: null, signature: null }, old: KEYRING.root }, { made: { key: { id: idOf(21), wrappedBy: fingerprintOf(40) } } });
  const [key, { cause }] = there([...fold.world.doomed].find(([id]) => id === KEYRING.root));
  replica('keys.destroy', { keys: [key], cause });
};

const ofAdmins = ({ admin, write, now }: History): void => {
  admin('admin.add', { admin: 'amy', key: keyPairOf(2).publicKey, role: 'approver' });
  admin('admin.add', { admin: 'amy', key: keyPairOf(3).publicKey, role: 'approver' });
  admin('admin.key.add', { admin: 'amy', key: keyPairOf(4).publicKey, label: NOTE });
  admin('admin.key.remove', { admin: 'amy', key: keyPairOf(3).publicKey });
  admin('admin.key.add', { admin: 'amy', key: keyPairOf(5).publicKey, label: NOTE });
  admin('admin.key.remove-all', { admin: 'amy', key: keyPairOf(5).publicKey });
  admin('admin.logout', { admin: 'amy' }, { admin: 'amy', key: keyPairOf(4) });
  admin('admin.remove', { admin: 'amy' });
  const token = { id: idOf(60), label: 'deploy' };
  const issued = { admin: 'root', token: token.id, label: token.label, role: 'writer', digest: digestOf(60), until: now() + DAY_MS };
  admin('token.issue', issued);
  write('shop/till/KEY', {}, [], { token });
  admin('token.revoke', { admin: 'root', token: token.id });
};

const ofSecrets = ({ admin, replica, read, write, fold }: History): void => {
  write(PATH, { description: NOTE });
  admin('secret.describe', { path: PATH, description: `${NOTE} again` });
  admin('secret.disable', { path: PATH });
  admin('secret.enable', { path: PATH });
  admin('secret.delete', { path: PATH });
  const { name: namespace, key: old, rekeyFor: cause } = there([...fold.world.namespaces.values()][0]);
  replica('namespace.rekey', { namespace, old, cause }, { made: { key: { id: idOf(30), wrappedBy: KEYRING.root } } });
  admin('namespace.rotate', { namespace });
  admin('namespace.access-key.issue', { namespace, key: idOf(31), digest: digestOf(31) });
  read({ namespace, key: idOf(31) });
  admin('namespace.access-key.revoke', { namespace, key: idOf(31) });
  replica('secret.stub', { path: PATH, service: 'invoicer', description: NOTE, read: 1 });
  admin('namespace.delete', { namespace });
};

const ofServices = ({ admin, replica, service, approved, seen, pass }: History): void => {
  const about = (n: number) => ({ service: 'invoicer', fingerprint: fingerprintOf(n) });
  const register = (n: number) => service({ ...about(n), kind: 'token', verifier: digestOf(n) }).seq;
  approved('invoicer', 1);
  admin('service.revoke', { ...about(1), seen: seen.credential('invoicer', fingerprintOf(1)) });
  admin('service.deny', { ...about(2), seen: register(2) });
  register(3);
  pass(DAY_MS);
  replica('credential.expire', about(3));
  approved('invoicer', 4);
};

const ofAccess = ({ replica, service: told, write, grant, deny, revoke, read, now }: History): void => {
  const service = 'invoicer';
  replica('access.request', { service, target: PATH, description: NOTE, read: { seq: 1, id: idOf(50) } });
  replica('access.expect', { service, target: PATH, format: 'uri', pattern: null, read: { seq: 1, id: idOf(50) } });
  grant(service, PATH, { reason: NOTE });
  revoke(service, PATH);
  deny(service, PATH);
  write('shop/till/PIN');
  grant(service, 'shop/till/PIN', { once: true });
  const credential = fingerprintOf(4);
  const { seq } = read({ id: idOf(51), service, credential, paths: ['shop/till/PIN', PATH] });
  replica('access.consume', { service, credential, target: 'shop/till/PIN', path: 'shop/till/PIN', read: { seq, id: idOf(51) } });
  const used = { id: idOf(52), path: 'shop/till/PIN', version: 1, read: seq, count: 2, first: now(), last: now() };
  grant(service, 'shop/till/');
  const applied = { path: 'shop/till/PIN', version: 1, instances: [idOf(53)] };
  told({ operation: 'rollout.report', service, credential, applied: [applied], used: [used] });
};

/** A history with one event of every type at least. */
export const everyEvent = (history: History): History => {
  for (const some of [ofSecrets, ofServices, ofAccess, ofAdmins, ofKeys]) some(history);
  return history;
};
