/**
 * Everything that can be refused, with its stable code, one sentence and the next thing to do. Codes are a promise: scripts
 * rely on them. `detail` names what was refused to those who may know; a requester gets one for the fields of its request alone.
 */
type Entry = { readonly message: string; readonly hint: string; readonly retryable?: true };

export const refusals = {
  // Of the request itself
  malformed: { message: 'the request is not well-formed', hint: 'see the reference of the protocol, or of the HTTP API, for what is taken' },
  too_large: { message: 'the request is too large', hint: 'a message has at most 512 KiB, a value 64 KiB, a request 64 paths' },
  wrong_box_key: { message: 'the request was sealed to a key that is not in use', hint: 'ask for the current key and seal again', retryable: true },
  stale: { message: 'the request is too old, or from the future', hint: 'check the clock of this machine; 60 seconds are allowed' },
  replayed: { message: 'the request was received before', hint: 'every request needs an id of its own' },
  unauthorized: { message: 'the credential is not known here', hint: 'a credential is registered, then approved by an admin; a session, token or access key that has ended or was revoked is made anew' },
  credential_pending: { message: 'the credential waits for approval', hint: 'ask an admin to compare its fingerprint and approve it' },
  refused: { message: 'the secret is not available to this service', hint: 'an admin sees the request in the inbox; wait for approval or ask' },
  shared_secret: { message: 'namespaces are made by those who share a secret with the service', hint: 'start it with JETLOCK_SHARED_SECRET, or let it listen on loopback alone, without further origins' },
  // Of the service
  busy: { message: 'too many requests', hint: 'try again in a moment', retryable: true },
  unavailable: { message: 'the log cannot be written now', hint: 'try again; nothing is answered without an audit record', retryable: true },
  behind: { message: 'the read models are behind the log', hint: 'try again in a moment; jetlock projections status says how far they are', retryable: true },
  running: { message: 'it is under way and not done yet', hint: 'ask again: it goes on meanwhile, and its outcome waits for a minute', retryable: true },
  unknown_outcome: { message: 'no answer from the log in time', hint: 'repeat the same command: it is carried out at most once', retryable: true },
  // Of commands of admins
  role: { message: 'this key may not do that', hint: 'ask an admin whose role allows it' },
  signature: { message: 'the signature is not right', hint: 'sign with the key of an enrolled admin' },
  wrong_service: { message: 'the command was signed for another jetlock', hint: 'connect to the one that it was meant for' },
  outdated: { message: 'the command was signed too long ago, or in the future', hint: 'check the clock of this machine and sign again' },
  changed: { message: 'it has changed since you looked', hint: 'look again, then decide' },
  not_found: { message: 'there is no such thing', hint: 'check the spelling; names are case-sensitive' },
  exists: { message: 'it is there already', hint: 'choose another name' },
  conflict: { message: 'another version is current', hint: 'look at the current version, then write again' },
  ambiguous: { message: 'several credentials are pending', hint: 'name one by its fingerprint' },
  disabled: { message: 'the secret is disabled', hint: 'enable it first' },
  foreign_namespace: { message: 'the namespace belongs to who holds its access key', hint: 'choose another namespace, or delete this one first' },
  no_value: { message: 'the secret has no value', hint: 'set one first' },
  not_pending: { message: 'the credential is not pending', hint: 'list the credentials of the service' },
  not_granted: { message: 'there is no such grant', hint: 'list the access of the service' },
  opened_by_prefix: { message: 'a grant on a wider prefix would open it all the same', hint: 'revoke that grant first, or deny the path; a denial is ended by a grant of the path' },
  last_admin: { message: 'the last admin cannot be removed', hint: 'add another admin first' },
  digest_mismatch: { message: 'the value is not the one that was signed', hint: 'write again with an unchanged client' },
  too_many: { message: 'too many are open already', hint: 'ask an admin to decide the open ones first' },
  // Of calls by HTTP
  csrf: { message: 'the call does not come from a page of this console', hint: 'send the token of the session in the header Jetlock-Csrf' },
  origin: { message: 'the call comes from another site', hint: 'call from a page of this console' },
  host: { message: 'the call was sent to a name that is not of this service', hint: 'call its address, or start it with --http-origin and the origin that it is reached by' },
  plaintext: { message: 'anyone on the way could have read the value', hint: 'seal it to the key that GET /keys tells, or call by https' },
  // Of follow-ups, seen in audit only
  superseded: { message: 'the key that wraps it was replaced', hint: 'it is made again by itself', retryable: true },
  spent: { message: 'the grant was for one read and is spent', hint: 'ask for access again' },
} as const satisfies Record<string, Entry>;

export type RefusalCode = keyof typeof refusals;

export type Refusal = { readonly code: RefusalCode; readonly detail?: string };

export const refuse = (code: RefusalCode, detail?: string): Refusal => (detail === undefined ? { code } : { code, detail });

export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(refusals, code);

export const isRetryable = (code: RefusalCode): boolean => 'retryable' in refusals[code];
