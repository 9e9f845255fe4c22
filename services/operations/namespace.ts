/** `secrets.namespace`: what whoever holds an access key asks on NATS. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fromBase64 } from '../../crypto/bytes.ts';
import type { SaltedValue } from '../../crypto/value.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { AccessKey } from '../../events/world.ts';
import { NamespaceRequest } from '../../protocol/namespaces.ts';
import type { Credential, Request } from '../../protocol/wire.ts';
import { parseBody } from '../request/body.ts';
import type { Opened } from '../request/open.ts';
import type { SharedSecret } from '../request/shared-secret.ts';
import { isLater } from '../soon.ts';
import { ownerOf, type Namespaces } from './namespaces.ts';

type Shown = Extract<Credential, { kind: 'access-key' }>;

/** Anyone may be on NATS: without a shared secret nobody makes a namespace there. Whoever has an access key was given it. */
const isLetIn = ({ isSet, isRight }: SharedSecret, { sharedSecret }: Shown, { operation }: NamespaceRequest): boolean =>
  isSet ? isRight(sharedSecret) : operation !== 'create';

const enclosedIn = ({ enclosed }: Request): Either<Refusal, SaltedValue> =>
  enclosed === null ? left(refuse('malformed', 'no value')) : right({ salt: fromBase64(enclosed.salt), value: fromBase64(enclosed.value) });

type Asked = Exclude<NamespaceRequest, { operation: 'create' }>;

const carryOut = async (namespaces: Namespaces, by: AccessKey, asked: Asked, request: Request): Promise<Either<Refusal, unknown>> => {
  const { id, time: at, client } = request;
  switch (asked.operation) {
    case 'read':
      return namespaces.read(by, { id, at, client, after: asked.after });
    case 'write': {
      const value = enclosedIn(request);
      return isLeft(value) ? value : namespaces.write(by, id, asked.key, value.right);
    }
    case 'delete':
      return namespaces.delete(by, id, asked.key);
    case 'delete-all':
      return namespaces.deleteAll(by, id);
  }
};

export const makeNamespace =
  (namespaces: Namespaces, secret: SharedSecret) =>
  async ({ request, session }: Opened): Promise<Either<Refusal, unknown>> => {
    const { credential } = request;
    if (credential.kind !== 'access-key') return left(refuse('unauthorized'));
    const asked = parseBody(NamespaceRequest, request.body);
    if (isLeft(asked)) return asked;
    if (!isLetIn(secret, credential, asked.right)) return left(refuse('unauthorized'));
    if (asked.right.operation === 'create') return namespaces.create(asked.right.namespace, request.id);
    const opening = namespaces.opened(credential.accessKey);
    const opened = isLater(opening) ? await opening : opening;
    if (isLeft(opened)) return opened;
    session.remember(ownerOf(opened.right), 'access-key');
    return carryOut(namespaces, opened.right, asked.right, request);
  };
