/** A service that is nothing but its wire: it opens and seals like the real one, and answers, or misbehaves, as a test says. */
import * as E from 'fp-ts/lib/Either.js';
import type { ClientFailure, TransportFailure } from '../../client/failure.ts';
import type { Transport } from '../../client/transport.ts';
import { newBoxKey, openWith, sealWith, sharedKey, type BoxKeyPair } from '../../crypto/box.ts';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../crypto/bytes.ts';
import { nonce24, randomId } from '../../crypto/random.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { boxKeyBytes, newSigningKey, sign, type KeyPair } from '../../crypto/sign.ts';
import { refuse, type RefusalCode } from '../../events/refusal.ts';
import { subjectsUnder } from '../../events/subjects.ts';
import { Instant, sure, type Ciphertext, type Id, type Nonce, type PublicKey } from '../../events/vocabulary.ts';
import { toWire } from '../../protocol/refusal.ts';
import type { Reply, Request, SealedReply, SealedRequest, ServiceKeys } from '../../protocol/wire.ts';

export const subjects = subjectsUnder('secrets');
export const clientInfo = { name: 'test', version: '1' } as never;
const DAY_MS = 86_400_000;

export const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
export const parsed = (bytes: Uint8Array): unknown => JSON.parse(fromUtf8(bytes));

/** What a request was, once opened. */
export type Seen = { readonly request: Request; readonly from: PublicKey; readonly kid: Id };
type Answer = { readonly result: unknown } | { readonly refusal: RefusalCode };
export const unsealedReply = (code: RefusalCode): Uint8Array => json({ v: 1, refusal: toWire(refuse(code)) });

/** What a test may change; all of it plays by the rules until then. */
export type Script = {
  answer: (seen: Seen) => Answer | Promise<Answer>;
  /** Changes the reply before it is sealed. */
  reply: (reply: Reply) => unknown;
  /** Changes the message that leaves, or the answer on `secrets.keys`. */
  message: (bytes: Uint8Array) => Uint8Array;
  keys: (keys: ServiceKeys) => unknown;
  /** What the transport reports instead of the reply to the n-th request, from 1; the service has got it all the same. */
  arrives: (n: number) => TransportFailure | undefined;
  /** Whether the connection was lost lately. */
  isUnsettled: () => boolean;
};

export type FakeService = {
  readonly transport: Transport;
  readonly script: Script;
  readonly signer: KeyPair;
  readonly keyring: Id;
  readonly seen: Array<Seen>;
  /** Every subject that was asked, also `secrets.keys`. */
  readonly asked: Array<string>;
  readonly timeouts: Array<number>;
  readonly replaceBoxKey: () => void;
  readonly notify: (seq?: number) => void;
  readonly listeners: () => number;
};

const openRequest = (box: BoxKeyPair, sealed: SealedRequest) => {
  const key = sharedKey(sealed.from, box.secretKey);
  const plain = key && openWith(key, fromBase64(sealed.nonce), fromBase64(sealed.box));
  return key === undefined || plain === undefined ? undefined : { key, seen: { request: parsed(plain) as Request, from: sealed.from, kid: sealed.kid } };
};

const sealedReply = (key: Redacted<Uint8Array>, reply: unknown): SealedReply => {
  const nonce = nonce24();
  return { v: 1, nonce: toBase64(nonce) as Nonce, box: toBase64(sealWith(key, nonce, json(reply))) as Ciphertext };
};

const replyTo = ({ subject, service, id, time }: Request, answer: Answer): Reply => ({
  v: 1,
  type: 'rep',
  subject,
  service,
  id,
  time,
  result: 'result' in answer ? answer.result : null,
  refusal: 'refusal' in answer ? toWire(refuse(answer.refusal)) : null,
  known: null,
});

const play = (): Script => ({
  answer: () => ({ result: 'well' }),
  reply: (reply) => reply,
  message: (bytes) => bytes,
  keys: (keys) => keys,
  arrives: () => undefined,
  isUnsettled: () => false,
});

type Box = { readonly kid: Id; readonly pair: BoxKeyPair };
type State = Pick<FakeService, 'script' | 'signer' | 'keyring' | 'seen'> & { box: Box };

const newBox = (): Box => ({ kid: randomId(), pair: newBoxKey() });

const toldKeys = ({ script, signer, keyring, box }: State, now: number): Uint8Array => {
  const [notBefore, notAfter] = [sure(Instant, now), sure(Instant, now + DAY_MS)];
  const claim = { keyring, kid: box.kid, key: box.pair.publicKey, notBefore, notAfter };
  const signature = sign(boxKeyBytes(claim), signer.secretKey);
  return json(script.keys({ v: 1, ...claim, signer: signer.publicKey, signature, chain: [] }));
};

const answered = async ({ script, box, seen }: State, bytes: Uint8Array): Promise<Uint8Array> => {
  const sealed = parsed(bytes) as SealedRequest;
  if (sealed.kid !== box.kid) return unsealedReply('wrong_box_key');
  const opened = openRequest(box.pair, sealed);
  if (opened === undefined) return unsealedReply('malformed');
  seen.push(opened.seen);
  const reply = script.reply(replyTo(opened.seen.request, await script.answer(opened.seen)));
  return script.message(json(sealedReply(opened.key, reply)));
};

/** @param now the service's clock, milliseconds since 1970 UTC */
export const fakeService = (now: () => number = Date.now): FakeService => {
  const state: State = { script: play(), signer: newSigningKey(), keyring: randomId(), seen: [], box: newBox() };
  const [asked, timeouts]: [string[], number[]] = [[], []];
  const listeners = new Set<(seq: number) => void>();

  const request: Transport['request'] = (subject, bytes, timeoutMs) => async () => {
    asked.push(subject);
    if (subject === subjects.keys) return E.right(toldKeys(state, now()));
    timeouts.push(timeoutMs);
    const failure = state.script.arrives(timeouts.length);
    const reply = await answered(state, bytes);
    return failure === undefined ? E.right(reply) : E.left(failure);
  };
  const notices: Transport['notices'] = (_service, onNotice) => {
    listeners.add(onNotice);
    return { close: () => void listeners.delete(onNotice) };
  };
  return {
    ...state,
    transport: { request, isUnsettled: () => state.script.isUnsettled(), notices, close: async () => undefined },
    asked,
    timeouts,
    replaceBoxKey: () => void (state.box = newBox()),
    notify: (seq = 1) => [...listeners].forEach((listener) => listener(seq)),
    listeners: () => listeners.size,
  };
};

/** The tag of a failure; of a refusal its code; `right` if it was none. */
export const tagOf = (result: { readonly _tag: string; readonly left?: ClientFailure }): string => {
  const failure = result.left;
  if (failure === undefined) return 'right';
  return failure._tag === 'refusal' ? failure.refusal.code : failure._tag;
};
