/** A small log, as a service would have written it: each message with its MAC, the rolling hash after it, and its verdict. */
import { concat, equalText, toBase64, utf8 } from '../../crypto/bytes.ts';
import { frame } from '../../crypto/frame.ts';
import { logMac, messageHash, nextHead, noHead } from '../../crypto/log.ts';
import { type Command, subjectOf } from '../../events/command.ts';
import { decide } from '../../events/decide.ts';
import type { Actor } from '../../events/decider.ts';
import { makeFold, type Fold } from '../../events/fold/fold.ts';
import type { LogMessage } from '../../events/log/log.ts';
import { madeNothing, type Made, type Origin } from '../../events/record.ts';
import { ClientInfo, sure, type Id } from '../../events/vocabulary.ts';
import { idOf } from '../support/names.ts';
import * as m from './material.ts';

const WRITER = 'r-1';
const client = sure(ClientInfo, { name: 'vectors', version: '1' });
const mac = (subject: string, prev: number, data: Uint8Array) => `${m.ID.log}.${logMac(m.RAW.log, subject, prev, data)}`;

const fold = makeFold(m.subjects, {
  mac: (key, subject, prev, data) => (key === m.ID.log ? logMac(m.RAW.log, subject, prev, data) : undefined),
  equal: equalText,
  nextHead,
  noHead,
});

type Verdict = ReturnType<Fold['apply']>['verdict'];

const toldRead = ({ outcomes, namespaces }: Extract<Verdict, { _tag: 'read' }>): unknown => ({
  read: outcomes.map((of) => of.map((one) => (one.result === 'refused' ? one.reason : one.result))),
  ...(namespaces.length === 0 ? {} : { namespaces: namespaces.map((one) => (one.result === 'refused' ? one.reason : one.present.map(({ path }) => path))) }),
});

/** What a reader of the vectors has to find too; the outcomes of a read in the order of its attempts and their paths. */
const told = (verdict: Verdict): unknown => {
  if (verdict._tag === 'read') return toldRead(verdict);
  if (verdict._tag === 'skipped') return { skipped: verdict.why };
  if (verdict._tag === 'void') return { void: verdict.refusal.code };
  return verdict._tag === 'state' ? 'counts' : 'halted';
};

const messages: Array<{ readonly seq: number; readonly data: string } & Record<string, unknown>> = [];

const store = ({ subject, data, mac: header }: Omit<LogMessage, 'seq' | 'time'>): number => {
  const seq = messages.length + 1;
  const time = m.at(seq);
  const prev = fold.previous(subject);
  const { verdict } = fold.apply({ subject, seq, time, data, mac: header });
  messages.push({ seq, subject, time, prev, mac: header, data: toBase64(data), head: fold.head(), verdict: told(verdict) });
  return seq;
};

const append = (subject: string, content: object): number => {
  const [prev, seq] = [fold.previous(subject), messages.length + 1];
  const data = utf8(JSON.stringify({ v: 1, id: idOf(100 + seq), at: m.at(seq), writer: WRITER, prev, head: fold.head(), ...content }));
  return store({ subject, data, mac: mac(subject, prev, data) });
};

const state = (origin: Origin, command: Command, made: Made = madeNothing): number => {
  const actor: Actor = origin.by === 'admin' ? { by: 'admin', admin: m.admin.name, key: m.admin.publicKey } : { by: 'replica' };
  const decision = decide(fold.world, command, { made, actor, now: m.at(messages.length + 1) });
  if (decision._tag === 'Left') throw new Error(`a command of the vectors is refused: ${decision.left.code}`);
  return append(subjectOf(m.subjects, command), { kind: 'state', origin, made, events: decision.right });
};

const byAdmin = (n: number, command: Command): number =>
  state({ by: 'admin', ...m.signed(idOf(n), messages.length + 1, command as never) }, command);

const read = (id: Id, seconds: number, namespaces: ReadonlyArray<object> = []) =>
  append(m.subjects.read(WRITER as never), {
    kind: 'read',
    reads: [{ id, service: m.billing.name, credential: m.billing.fingerprint, paths: [m.PATH, m.MISSING], offline: false, at: m.at(seconds), client }],
    namespaces,
    refusals: [{ code: 'unauthorized', service: null, credential: null, count: 3, since: m.at(seconds) }],
  });

const begin = (): void => {
  const keys = [
    { id: m.ID.root, purpose: 'root', public: null, signature: null },
    { id: m.ID.log, purpose: 'log', public: null, signature: null },
    { id: m.ID.signing, purpose: 'signing', public: m.signing.publicKey, signature: null },
    { id: m.ID.box, purpose: 'box', public: m.box.publicKey, signature: null },
  ] as const;
  const command = { operation: 'keyring.create', keyring: m.KEYRING, operatorKey: m.operatorKey, keys, admin: m.admin.name, adminKey: m.admin.publicKey } as const;
  state({ by: 'replica', id: idOf(41), command }, command);
};

/** One signed write is two records: the namespace that it needs, and the version. */
const writeValue = (): void => {
  const { command } = JSON.parse(m.write.statement) as { readonly command: Command };
  const origin: Origin = { by: 'admin', ...m.write };
  state(origin, { operation: 'namespace.create', namespace: 'prod/shop' } as Command, { ...madeNothing, key: { id: m.ID.namespace, wrappedBy: m.ID.root } });
  const sealed = m.encrypted(m.RAW.secret, 51, concat(m.SALT, m.VALUE), frame('jetlock value v1', m.PATH, 1, m.ID.secret));
  state(origin, command, { ...madeNothing, key: { id: m.ID.secret, wrappedBy: m.ID.namespace }, sealed });
};

const register = (): number => {
  const { name: service, verifier, fingerprint } = m.billing;
  const command = { operation: 'credential.register', service, kind: 'token', verifier, fingerprint, client } as const;
  return state({ by: 'service', id: m.REQUEST.register, command }, command);
};

/** The key store: each key under the one that wraps it, the first under the operator's. */
const wrapped = () =>
  (
    [
      [m.ID.root, 'root', m.operatorKey, m.RAW.operator, m.RAW.root],
      [m.ID.log, 'log', m.operatorKey, m.RAW.operator, m.RAW.log],
      [m.ID.namespace, 'namespace', m.ID.root, m.RAW.root, m.RAW.namespace],
      [m.ID.secret, 'secret', m.ID.namespace, m.RAW.namespace, m.RAW.secret],
    ] as const
  ).map(([id, purpose, wrappedBy, by, key], n) => {
    const sealed = m.encrypted(by, 61 + n, key, frame('jetlock key v1', id, purpose, wrappedBy));
    return { key: `key.${id}`, value: { v: 1, purpose, wrappedBy, sealed } };
  });

begin();
writeValue();
const registered = register();
byAdmin(32, { operation: 'service.approve', service: m.billing.name, fingerprint: m.billing.fingerprint, seen: registered } as Command);
const about = { service: m.billing.name, target: m.PREFIX, reason: null } as const;
const granted = byAdmin(33, { operation: 'access.grant', ...about, seen: 0, duration: null, once: false, offline: null } as Command);
/** The read that the reply in the wire's vectors answers. */
export const readSeq = read(m.REQUEST.get, messages.length);
const reported = { operation: 'rollout.report', service: m.billing.name, credential: m.billing.fingerprint, client } as const;
const applied = [{ path: m.PATH, version: 1, instances: [idOf(71), idOf(72)] }];
const used = [{ id: idOf(73), path: m.PATH, version: 1, read: readSeq, count: 2, first: m.at(messages.length), last: m.at(messages.length) }];
const report = { ...reported, applied, used } as unknown as Command & typeof reported;
state({ by: 'service', id: idOf(74), command: report as never }, report);
byAdmin(34, { operation: 'access.revoke', ...about, seen: granted } as Command);
const old = messages[granted - 1] as unknown as { readonly subject: string; readonly data: string; readonly mac: string };
store({ ...old, data: Buffer.from(old.data, 'base64url') });
read(m.REQUEST.secondGet, messages.length);
const shop = { namespace: 'prod/shop', key: m.accessKey.id } as const;
byAdmin(35, { operation: 'namespace.access-key.issue', ...shop, digest: m.accessKey.digest } as Command);
const byKey = (id: Id) => read(m.REQUEST.secondGet, messages.length, [{ id, ...shop, after: null, at: m.at(messages.length), client }]);
/** The read of a namespace that the reply in the wire's vectors answers. */
export const namespaceSeq = byKey(m.REQUEST.namespace);
byAdmin(36, { operation: 'namespace.access-key.revoke', ...shop } as Command);
byKey(idOf(75));

export const readHash = messageHash(Buffer.from(messages[readSeq - 1]?.data ?? '', 'base64url'));

export const log = {
  about: 'The messages of a log in order; data is base64url of the exact bytes, mac the header Jetlock-Mac, head what is folded after it.',
  operatorKey: { key: toBase64(m.RAW.operator), fingerprint: m.operatorKey },
  logKey: { id: m.ID.log, key: toBase64(m.RAW.log) },
  keys: wrapped(),
  value: { path: m.PATH, version: 1, salt: toBase64(m.SALT), value: toBase64(m.VALUE), digest: m.DIGEST },
  messages,
};
