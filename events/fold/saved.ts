/** What a fold knows, as it is saved: sections of rows, each row one entry of one of its maps. */
import * as t from 'io-ts';
import { orNull } from '../codec.ts';
import { expectation } from '../expectation.ts';
import { KeyInfo } from '../keyring/keyring.ts';
import { NamespaceOwner } from '../namespace/namespace.ts';
import { refusals } from '../refusal.ts';
import { CredentialKind } from '../service/service.ts';
import * as v from '../vocabulary.ts';

const rows = <S extends string, C extends t.Mixed>(section: S, row: C) => t.strict({ section: t.literal(section), rows: t.readonlyArray(row) }, section);

const KeyRow = t.strict({ ...KeyInfo.type.props, addedAt: v.Instant, retired: t.boolean, until: orNull(v.Instant) }, 'KeyRow');
const OperatorKeyRow = t.strict({ key: v.Fingerprint, at: v.Instant }, 'OperatorKeyRow');
const KeyringRow = t.strict(
  { id: v.Id, operatorKey: v.Fingerprint, operatorKeys: t.readonlyArray(OperatorKeyRow), operatorRetired: t.boolean, keys: t.readonlyArray(KeyRow) },
  'KeyringRow',
);
const AdminKeyRow = t.strict({ key: v.PublicKey, label: orNull(v.Note), addedAt: v.Instant, seq: v.Sequence }, 'AdminKeyRow');
const AdminRow = t.strict({ name: v.AdminName, role: v.Role, keys: t.readonlyArray(AdminKeyRow), addedAt: v.Instant, loggedOut: v.Sequence }, 'AdminRow');
const TokenRow = t.strict(
  { id: v.Id, admin: v.AdminName, label: v.Label, role: v.TokenRole, digest: v.Digest, until: v.Instant, issuedAt: v.Instant, issuedBy: orNull(v.Sequence) },
  'TokenRow',
);
const NamespaceRow = t.strict(
  {
    name: v.Namespace,
    key: v.Id,
    owner: NamespaceOwner,
    createdAt: v.Instant,
    rekeyFor: orNull(v.Sequence),
    accessKeys: t.readonlyArray(t.strict({ id: v.Id, digest: v.Digest, issuedBy: orNull(v.Sequence) }, 'AccessKey')),
  },
  'NamespaceRow',
);
const VersionRow = t.strict({ version: v.Version, seq: v.Sequence, digest: v.Digest, size: v.Count }, 'VersionRow');
const SecretRow = t.strict(
  {
    path: v.SecretPath,
    status: t.keyof({ stub: null, live: null, disabled: null, deleted: null }),
    description: orNull(v.Note),
    version: v.Count,
    versions: t.readonlyArray(VersionRow),
    key: orNull(v.Id),
    askedBy: orNull(v.ServiceName),
  },
  'SecretRow',
);
const Credential = t.strict(
  {
    fingerprint: v.Fingerprint,
    kind: CredentialKind,
    verifier: t.union([v.Digest, v.PublicKey]),
    status: t.keyof({ pending: null, approved: null, denied: null, revoked: null }),
    registeredAt: v.Instant,
    client: orNull(v.ClientInfo),
    seq: v.Sequence,
  },
  'Credential',
);
const Access = t.strict(
  {
    target: v.Target,
    status: t.keyof({ requested: null, granted: null, denied: null, revoked: null }),
    until: orNull(v.Instant),
    once: t.boolean,
    spent: t.boolean,
    offline: orNull(v.Milliseconds),
    seq: v.Sequence,
  },
  'Access',
);
const Doomed = t.strict(
  { cause: v.Sequence, purpose: t.keyof({ root: null, box: null, namespace: null, secret: null }), namespace: orNull(v.Namespace) },
  'Doomed',
);

/** Sequence and rolling hash. */
const HeadRow = t.tuple([v.Sequence, v.Digest], 'HeadRow');
const Refused = t.strict({ code: t.keyof(refusals), detail: orNull(t.string) }, 'Refused');

/** A subject, and the sequence of the last message on it. */
const PreviousRow = t.tuple([t.string, v.Sequence], 'PreviousRow');
/** Which of the subjects in `previous`, from 0; the command's id, when, the sequence of its events, and its refusal. */
const CommandRow = t.tuple([v.Count, v.Id, v.Instant, v.Sequence, orNull(Refused)], 'CommandRow');

/**
 * `place`: where the fold stands, its time, and the last of the rolling hashes that are forgotten. The rest is as in `World`. What
 * there is most of, and what is not kept as it stands here, has rows without names: they take half as long to read.
 */
export const Section = t.union(
  [
    rows('place', t.strict({ applied: v.Sequence, now: v.Instant, forgotten: t.number })),
    rows('heads', HeadRow),
    rows('keyring', KeyringRow),
    rows('admins', AdminRow),
    rows('additions', t.strict({ seq: v.Sequence, admin: v.AdminName, key: v.PublicKey, by: orNull(v.Sequence) })),
    rows('tokens', TokenRow),
    rows('namespaces', NamespaceRow),
    rows('secrets', SecretRow),
    rows('stubs', t.strict({ service: v.ServiceName, path: v.SecretPath })),
    rows('services', t.strict({ service: v.ServiceName, credential: Credential })),
    rows('access', t.strict({ service: v.ServiceName, access: Access })),
    rows('uses', t.strict({ service: v.ServiceName, id: v.Id })),
    rows('expected', t.strict({ service: v.ServiceName, path: v.SecretPath, ...expectation })),
    rows('doomed', t.strict({ id: v.Id, doomed: Doomed })),
    rows('previous', PreviousRow),
    rows('commands', CommandRow),
  ],
  'Section',
);
export type Section = t.TypeOf<typeof Section>;
