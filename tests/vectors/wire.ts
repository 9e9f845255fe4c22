/** Messages as they travel on NATS, each with what is inside its box. */
import { toBase64 } from '../../crypto/bytes.ts';
import { knownToken } from '../../crypto/known.ts';
import { Redacted } from '../../crypto/redacted.ts';
import { boxKeyBytes, requestBytes, sign, signerBytes } from '../../crypto/sign.ts';
import { refuse } from '../../events/refusal.ts';
import { barePath } from '../../protocol/operations.ts';
import { toWire } from '../../protocol/refusal.ts';
import type { Credential, Enclosed, Request } from '../../protocol/wire.ts';
import { readHash, readSeq } from './log.ts';
import * as m from './material.ts';

const client = { name: 'vectors', version: '1' };
const asToken: Credential = { kind: 'token', token: m.billing.token };

type Asked = { readonly subject: string; readonly service: string | null; readonly id: string; readonly seconds: number; readonly body: string };

/** The request and its message; `n` is the byte that its nonce is made of. */
const request = (n: number, { seconds, ...asked }: Asked, credential: Credential, enclosed: Enclosed | null = null) => {
  const { subject, service, id, body } = asked;
  const plain = JSON.stringify({ v: 1, type: 'req', subject, service, id, time: m.at(seconds), client, credential, body, enclosed });
  return { subject, plain, message: JSON.stringify({ v: 1, kid: m.ID.box, from: m.inSession.from, ...m.boxed(n, plain) }) };
};

const signedByKey = ({ subject, id, seconds, body }: Asked): Credential => {
  const bytes = requestBytes({ v: 1, kid: m.ID.box, from: m.inSession.from, id, time: m.at(seconds), subject, body } as never);
  return { kind: 'key', key: m.signingBilling.publicKey, signature: sign(bytes, m.signingBilling.secretKey) };
};

const reply = (n: number, to: string, seconds: number, content: object, known: string | null = null) => {
  const { subject, service, id } = JSON.parse(to) as Request;
  const plain = JSON.stringify({ v: 1, type: 'rep', subject, service, id, time: m.at(seconds), ...content, known });
  return { plain, message: JSON.stringify({ v: 1, ...m.boxed(n, plain) }) };
};

const service = m.billing.name;
const get = `${m.subjects.get}.${service}`;
const body = JSON.stringify({ paths: [{ path: m.PATH, description: 'the password of the shop', format: null, pattern: '^[^ ]' }, barePath(m.MISSING)], offline: false });
const byKey: Asked = { subject: get, service, id: m.REQUEST.keyGet, seconds: 8, body };

const watching = JSON.stringify({ watch: m.WATCH, paths: [{ ...barePath(m.PATH), version: null }, { ...barePath(m.MISSING), version: null }], offline: false });

const requests = {
  register: request(
    71,
    {
      subject: `${m.subjects.register}.${service}`,
      service,
      id: m.REQUEST.register,
      seconds: 4,
      body: JSON.stringify({ service, kind: 'token', serviceVersion: null }),
    },
    asToken,
  ),
  getWithToken: request(72, { ...byKey, id: m.REQUEST.get, seconds: 7 }, asToken),
  getWithKey: request(73, byKey, signedByKey(byKey)),
  watch: request(75, { subject: `${m.subjects.watch}.${service}`, service, id: m.REQUEST.watch, seconds: 9, body: watching }, asToken),
  writeByAdmin: request(
    74,
    { subject: m.subjects.admin('secret.write'), service: null, id: m.REQUEST.write, seconds: 1, body: m.write.statement },
    { kind: 'admin', key: m.write.key, signature: m.write.signature },
    { value: toBase64(m.VALUE), salt: toBase64(m.SALT) } as Enclosed,
  ),
};

const known = m.subjects.known(knownToken(new Redacted(m.RAW.log), service, 0));
const found = { path: m.PATH, outcome: 'value', version: 1, offlineUntil: null, value: toBase64(m.VALUE) };
const got = { seq: readSeq, messageHash: readHash, checkpoint: null, results: [found, { path: m.MISSING, outcome: 'refused' }], more: [] };

const replies = {
  registered: reply(81, requests.register.plain, 4, { result: { status: 'pending_approval', fingerprint: m.billing.fingerprint }, refusal: null }),
  got: reply(82, requests.getWithToken.plain, 7, { result: got, refusal: null }, known),
  news: reply(85, requests.watch.plain, 9, { result: { news: { ...got, results: [found] } }, refusal: null }),
  nothingNew: reply(86, requests.watch.plain, 21, { result: { news: null }, refusal: null }),
  unauthorized: reply(83, requests.getWithKey.plain, 8, { result: null, refusal: toWire(refuse('unauthorized')) }),
  written: reply(84, requests.writeByAdmin.plain, 3, { result: { changed: true, seq: 3, version: 1, note: null }, refusal: null }),
};

const claim = { keyring: m.KEYRING, kid: m.ID.box, key: m.box.publicKey, notBefore: m.at(1), notAfter: m.at(1 + 86_400) };

const chain = m.signers.slice(1).map((newer, at) => {
  const older = m.signers[at] ?? m.signing;
  return { older: older.publicKey, newer: newer.publicKey, signature: sign(signerBytes(newer.publicKey), older.secretKey) };
});
const last = m.signers.at(-1) ?? m.signing;

export const wire = {
  about: 'Messages on NATS as text, and what is inside their boxes. A request and its reply are of one session.',
  signingSeed: toBase64(m.SEED.signing),
  boxSeed: toBase64(m.SEED.box),
  sessionSeed: toBase64(m.SEED.session),
  sharedKey: toBase64(m.inSession.shared.reveal()),
  serviceKeys: JSON.stringify({ v: 1, ...claim, signer: m.signing.publicKey, signature: sign(boxKeyBytes(claim), m.signing.secretKey), chain: [] }),
  afterRotation: {
    about: 'A client that trusts the signer of serviceKeys, or the one in between, follows the chain to the signer here.',
    between: m.signers[1]?.publicKey,
    serviceKeys: JSON.stringify({ v: 1, ...claim, signer: last.publicKey, signature: sign(boxKeyBytes(claim), last.secretKey), chain }),
  },
  requests,
  replies,
  unsealed: JSON.stringify({ v: 1, refusal: toWire(refuse('wrong_box_key')) }),
  notice: { subject: m.subjects.notify(service), message: JSON.stringify({ seq: 6 }) },
};
