/** Namespaces with an access key, by HTTP: who may call, what is asked, and what is read sealed to whoever asked. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { FastifyRequest } from 'fastify';
import { sealText } from '../../crypto/box.ts';
import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import { tokenDigest } from '../../crypto/credential.ts';
import { newSalt } from '../../crypto/hash.ts';
import { randomId } from '../../crypto/random.ts';
import type { SaltedValue } from '../../crypto/value.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { ClientInfo, Id, Instant, PublicKey, sure, type Namespace, type SecretName } from '../../events/vocabulary.ts';
import { currentKey, type AccessKey } from '../../events/world.ts';
import type { NamespaceWrite } from '../../protocol/http/namespaces.ts';
import type { NamespaceIssued } from '../../protocol/namespaces.ts';
import { replyJson } from '../../protocol/reply-json.ts';
import { sealedAnswerJson } from '../../protocol/wire.ts';
import { BY_ACCESS_KEY } from '../doors/lane.ts';
import { makeTurns, type Turns } from '../doors/turns.ts';
import type { Replica } from '../log/replica.ts';
import { ownerOf, type Namespaces } from '../operations/namespaces.ts';
import type { Opener } from '../request/open.ts';
import type { Session } from '../request/sessions.ts';
import type { SharedSecret } from '../request/shared-secret.ts';
import { andThen, isLater, type Soon } from '../soon.ts';
import { JSON_TYPE, Written, type Call, type Handler } from './call.ts';
import { openNamespaceValue } from './namespace-value.ts';
import { isPrivate } from './private.ts';

export type NamespaceDoor = {
  readonly replica: Replica;
  readonly namespaces: Namespaces;
  readonly sharedSecret: SharedSecret;
  readonly opener: Opener;
  /** Only this machine can call: neither another address nor a proxy was told of. */
  readonly isLocal: boolean;
};

/** Each access key has its turn. */
type InTurn = NamespaceDoor & { readonly inTurn: Turns };

type Answer<A> = Promise<Either<Refusal, A>>;

const header = ({ headers }: FastifyRequest, name: string): string | null => {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
};

/** Where there is a shared secret it is demanded of every call. */
const turnedAway = ({ sharedSecret: { isSet, isRight } }: NamespaceDoor, request: FastifyRequest): Refusal | undefined =>
  isSet && !isRight(header(request, 'jetlock-shared-secret')) ? refuse('unauthorized') : undefined;

/** Without one whoever reaches the listener could make namespaces. */
const mayNotMake = (door: NamespaceDoor, request: FastifyRequest): Refusal | undefined =>
  door.sharedSecret.isSet || door.isLocal ? turnedAway(door, request) : refuse('shared_secret');

const idOf = (request: FastifyRequest): Either<Refusal, Id> => {
  const id = header(request, 'jetlock-request');
  if (id === null) return right(randomId());
  return Id.is(id) ? right(id) : left(refuse('malformed', 'Jetlock-Request: expected Id'));
};

/** `shown`: the access key as it was shown. */
type Asked = { readonly by: AccessKey; readonly shown: string; readonly id: Id; readonly call: Call };

/** For whoever shows an access key. */
const withKey =
  (door: InTurn, then: (asked: Asked) => Answer<unknown>): Handler =>
  (call) => {
    const refused = turnedAway(door, call.request);
    if (refused !== undefined) return left(refused);
    const { accessKey } = call.args;
    const shown = typeof accessKey === 'string' ? accessKey : (header(call.request, 'jetlock-access-key') ?? '');
    const goOn = (opened: Either<Refusal, AccessKey>): ReturnType<Handler> => {
      if (isLeft(opened)) return opened;
      const id = idOf(call.request);
      return isLeft(id) ? id : door.inTurn(ownerOf(opened.right), () => then({ by: opened.right, shown, id: id.right, call }));
    };
    const opening = door.namespaces.opened(shown);
    return isLater(opening) ? opening.then(goOn) : goOn(opening);
  };

type Sealing = { readonly kid: Id; readonly session: Session };

/** The session of a recipient with our box key of now: found before anything is written, since not every key is one. */
const sessionOf = ({ replica, opener }: NamespaceDoor, { by, call }: Asked): Soon<Either<Refusal, Sealing>> => {
  const recipient = header(call.request, 'recipient-key');
  if (!PublicKey.is(recipient)) return left(refuse('malformed', 'Recipient-Key: expected PublicKey'));
  const kid = currentKey(replica.fold.world, 'box')?.id;
  if (kid === undefined) return left(refuse('unavailable'));
  return andThen(opener.boxKey(kid), (boxKey) => {
    if (boxKey === undefined) return left(refuse('unavailable'));
    const session = opener.sessions.open(kid, recipient, boxKey, ownerOf(by));
    if (session === undefined) return left(refuse('malformed', 'Recipient-Key: expected another key'));
    if (session === 'busy') return left(refuse('busy'));
    session.remember(ownerOf(by), 'access-key');
    return right({ kid, session });
  });
};

const CLIENT = sure(ClientInfo, { name: 'http', version: '1' });

/** A reply as on NATS, in a box that says which key of the service it is from. */
const read = (door: InTurn): Handler =>
  withKey(door, async (asked) => {
    const { by, id, call } = asked;
    const finding = sessionOf(door, asked);
    const found = isLater(finding) ? await finding : finding;
    if (isLeft(found)) return found;
    const { kid, session } = found.right;
    const time = sure(Instant, Date.now());
    const contents = await door.namespaces.read(by, { id, at: time, client: CLIENT, after: (call.args['after'] ?? null) as SecretName | null });
    if (isLeft(contents)) return contents;
    const reply = replyJson({ v: 1, type: 'rep', subject: door.replica.subjects.namespace, service: null, id, time, known: null }, contents.right.reveal());
    return right(new Written(JSON_TYPE, sealedAnswerJson({ kid, ...sealText(session.key, reply) })));
  });

/** Half of a surrogate pair has no UTF-8: it would come back as something else. */
const ofText = (text: string): Either<Refusal, SaltedValue> => {
  const value = utf8(text);
  return fromUtf8(value) === text ? right({ salt: newSalt(), value }) : left(refuse('malformed', 'value: expected text'));
};

const valueOf = async ({ opener }: NamespaceDoor, { by, shown, id, call: { request, body } }: Asked): Answer<SaltedValue> => {
  const { key, value, sealed } = body as NamespaceWrite;
  if (sealed !== undefined) return openNamespaceValue(opener, sealed, { request: id, namespace: by.namespace, key, accessKey: tokenDigest(shown) }, ownerOf(by));
  if (value === undefined) return left(refuse('malformed', 'value: expected string'));
  return isPrivate(request) ? ofText(value) : left(refuse('plaintext'));
};

const write = (door: InTurn): Handler =>
  withKey(door, async (asked) => {
    const value = await valueOf(door, asked);
    return isLeft(value) ? value : door.namespaces.write(asked.by, asked.id, (asked.call.body as NamespaceWrite).key, value.right);
  });

/** For whoever makes namespaces. */
const letIn =
  (door: NamespaceDoor, then: (body: unknown) => Answer<unknown>): Handler =>
  ({ request, body }) => {
    const refused = mayNotMake(door, request);
    return refused === undefined ? then(body) : left(refused);
  };

/** Where some could not be made those that were are told all the same: nobody else ever will know their keys. */
const createMany = async ({ namespaces }: NamespaceDoor, count: number): Answer<{ readonly namespaces: ReadonlyArray<NamespaceIssued> }> => {
  const made = await Promise.all(Array.from({ length: count }, () => namespaces.create(null)));
  const issued = made.flatMap((one) => (isLeft(one) ? [] : [one.right]));
  const refused = made.find(isLeft);
  return issued.length === 0 && refused !== undefined ? refused : right({ namespaces: issued });
};

export const namespaceHandlers = (parts: NamespaceDoor) => {
  const door = { ...parts, inTurn: makeTurns(BY_ACCESS_KEY) };
  const removed = withKey(door, ({ by, id, call }) => door.namespaces.delete(by, id, call.args['key'] as SecretName));
  const allRemoved = withKey(door, ({ by, id }) => door.namespaces.deleteAll(by, id));
  return {
    'namespace.create': letIn(door, (body) => door.namespaces.create((body as { readonly namespace?: Namespace | null }).namespace ?? null)),
    'namespace.bulk': letIn(door, (body) => createMany(door, (body as { readonly count: number }).count)),
    'namespace.read': read(door),
    'namespace.write': write(door),
    'namespace.delete-key': removed,
    'namespace.delete-all': allRemoved,
    'namespace.read-by-url': read(door),
    'namespace.write-by-url': write(door),
    'namespace.delete-key-by-url': removed,
    'namespace.delete-all-by-url': allRemoved,
  } as const;
};
