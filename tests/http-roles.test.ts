/**
 * Every route there is, asked by everybody there can be; and whatever changes something, asked in every way that is not right.
 * The table of routes is walked, so that a new one is asked as well, and has to have a rule.
 */
import test from 'ava';
import type { AdminIdentity } from '../client/credential.ts';
import { makeApiToken } from '../client/bearer.ts';
import { newAdminIdentity } from '../client/credential.ts';
import { newInvitation, isOfferedTo } from '../client/enrolment.ts';
import { fromBase64, toBase64, utf8 } from '../crypto/bytes.ts';
import { tokenDigest } from '../crypto/credential.ts';
import { publicKeyFingerprint } from '../crypto/fingerprint.ts';
import { hash, newSalt, valueDigest } from '../crypto/hash.ts';
import { jetstreamReader } from '../events/log/jetstream-reader.ts';
import { AdminName, Instant, Label, sure, type Role, type TokenRole } from '../events/vocabulary.ts';
import type { Route, SignedRoute } from '../protocol/http/route.ts';
import { routes } from '../protocol/http/routes.ts';
import type { SessionView } from '../protocol/http/session.ts';
import type { AdminView } from '../protocol/views.ts';
import { orderedIn } from './support/audit.ts';
import { callsTo, cookieOf, sealedTo, signedCall, type CallHeaders, type HttpAnswer } from './support/http.ts';
import { bodyFor, commandOf, forgedOf, headersFor, NAMED, NO_KEY, pathOf, WRITE } from './support/http-asks.ts';
import { RULES, turnedAway, type Caller, type Site } from './support/http-rules.ts';
import { startJetlock, subjects } from './support/jetlock.ts';
import { digestOf, idOf, keyPairOf } from './support/names.ts';
import { eventually } from './support/poll.ts';
import { stepsOf } from './support/steps.ts';

const jetlock = await startJetlock({ namespaces: { keyInUrl: true } });
const { command } = stepsOf(jetlock);
const url = jetlock.service().httpUrl;

const call = callsTo(url);
const LIMIT_MS = 60_000;

const openSession = (identity: AdminIdentity, parts: object = {}, headers: CallHeaders = {}) =>
  call('POST', '/session', signedCall(identity, { operation: 'session.open', origin: url, seen: null, ...parts }), headers);

const signedIn = async (identity: AdminIdentity, role: Role): Promise<Caller & { readonly identity: AdminIdentity }> => {
  const opened = await openSession(identity);
  return { name: `session of an ${role}`, role, identity, headers: { cookie: cookieOf(opened), 'jetlock-csrf': (opened.json as SessionView).csrf, origin: url } };
};
const newAdmin = async (name: string, role: Role): Promise<AdminIdentity> => {
  const identity = newAdminIdentity({ admin: sure(AdminName, name), ...jetlock.service().identity });
  await command({ operation: 'admin.add', admin: identity.admin, key: identity.publicKey, role });
  return identity;
};
const bearer = async (label: string, role: TokenRole, ms = 3_600_000) => {
  const { id, text: token, digest } = makeApiToken();
  const admin = jetlock.identity.admin;
  await command({ operation: 'token.issue', admin, token: id, label: sure(Label, label), role, digest, until: sure(Instant, Date.now() + ms) });
  return { id, headers: { authorization: `Bearer ${token.reveal()}` } };
};

/** Of somebody who holds the key of a namespace of their own. */
const newHolder = async (): Promise<{ readonly accessKey: string }> => {
  const { accessKey } = (await call('POST', '/namespaces', {})).json as { readonly accessKey: string };
  await call('POST', '/namespace', { key: 'KEY', value: 'v' }, { 'jetlock-access-key': accessKey });
  return { accessKey };
};

const DONE = { status: 200, json: { changed: true } };
const root = await signedIn(jetlock.identity, 'admin');
const approver = await signedIn(await newAdmin('amy', 'approver'), 'approver');
const bob = await newAdmin('bob', 'admin');
const auditor = await signedIn(await newAdmin('audrey', 'auditor'), 'auditor');
const [looks, writes, revoked, short] = [await bearer('looks', 'auditor'), await bearer('writes', 'writer'), await bearer('revoked', 'writer'), await bearer('short', 'writer', 5_000)];
await command({ operation: 'token.revoke', admin: jetlock.identity.admin, token: revoked.id });
await eventually(async () => ((await call('GET', '/admins', undefined, short.headers)).status === 401 ? true : undefined), 30_000, 'the token to end');
const held = await newHolder();
// Not before all that is waited for here: tests are declared in one go.
test.after.always(() => jetlock.stop());

const CALLERS: ReadonlyArray<Caller> = [
  root,
  approver,
  auditor,
  { name: 'token of an auditor', role: 'auditor', headers: looks.headers },
  { name: 'token of a writer', role: 'writer', headers: writes.headers },
  { name: 'token that was revoked', headers: revoked.headers },
  { name: 'token that has ended', headers: short.headers },
  { name: 'token beside a session that counts', headers: { ...root.headers, ...revoked.headers } },
  { name: 'cookie of nobody', headers: { cookie: `jetlock_session=${digestOf(1)}`, 'jetlock-csrf': digestOf(1) } },
  { name: 'nobody', headers: {} },
  { name: 'access key of a namespace', headers: {}, ...held, holds: true },
  { name: 'access key of nothing', headers: {}, accessKey: NO_KEY },
];

/** What is given away or ended by asking is had anew for it. */
const readied = async (route: Route, caller: Caller): Promise<Caller> => {
  if (caller.holds === true && route.kind === 'access-key') return { ...caller, ...(await newHolder()) };
  return route.name === 'session.close' && caller.identity !== undefined ? signedIn(caller.identity, caller.role as Role) : caller;
};

/** What is not answered now is asked again, as by every client. */
const asked = (route: Route, caller: Caller, body = bodyFor(route, caller), more: CallHeaders = {}): Promise<HttpAnswer> =>
  eventually(
    async () => {
      const asking = await readied(route, caller);
      const answer = await call(route.method, pathOf(route, asking), body, { ...headersFor(route, asking), ...more });
      return answer.status === 503 ? undefined : answer;
    },
    LIMIT_MS,
    route.name,
  );

test.serial('every route lets in whom it is for, and nobody else', async (t) => {
  t.deepEqual(Object.keys(RULES).sort(), routes.map(({ name }) => name).sort());
  for (const route of routes)
    for (const caller of CALLERS) {
      const { status, error } = await asked(route, caller);
      const said = error?.code === 'unauthorized' || error?.code === 'role' ? error.code : undefined;
      const [who] = RULES[route.name] ?? [];
      t.is(said, turnedAway(who!, caller), `${route.method} ${route.path}: ${caller.name}, ${status} ${error?.code ?? ''}`);
      t.is(said === undefined ? undefined : status, { unauthorized: 401, role: 403, none: undefined }[said ?? 'none'], route.path);
      t.not(status, 500, route.path);
      if (said === undefined && (who === 'key' || who === 'session')) t.true(status < 300, `${route.name}: ${status}`);
    }
});

const ordered = async () => orderedIn({ log: jetstreamReader(await jetlock.connection(), { stream: subjects.stream }) as never, subjects });
const ofSite = (wanted: Site) => routes.filter(({ name }) => RULES[name]?.[1] === wanted);

const other = ({ operation }: SignedRoute): string => (operation === 'secret.disable' ? 'secret.enable' : 'secret.disable');
const ELSEWHERE: typeof NAMED = { ...NAMED, path: 'roles/other/KEY', service: 'other', target: 'roles/other/', namespace: 'other', admin: 'other', key: keyPairOf(51).publicKey, token: idOf(2) };

test.serial('what changes something is refused wherever one part of it is not right, and writes nothing', async (t) => {
  const before = await ordered();
  t.true(before.length > 0);
  for (const route of ofSite('csrf').filter((one): one is SignedRoute => one.kind === 'signed')) {
    const right = signedCall(root.identity, commandOf(route));
    const wrong: ReadonlyArray<readonly [string, string, unknown, CallHeaders?]> = [
      ...forgedOf(root, approver).map(([name, code, headers]) => [name, code, right, headers] as const),
      ['without a signature', 'malformed', { statement: right.statement, key: right.key }],
      ['with a wrong signature', 'signature', { ...right, signature: signedCall(root.identity, { operation: 'x' }).signature }],
      ['signed by another admin in their name', 'signature', signedCall(bob, commandOf(route))],
      ['signed by another admin in this name', 'signature', signedCall(bob, commandOf(route), { admin: root.identity.admin })],
      ['signed for another installation', 'wrong_service', signedCall(root.identity, commandOf(route), { keyring: idOf(9) })],
      ['signed long ago', 'outdated', signedCall(root.identity, commandOf(route), { at: Date.now() - 600_000 })],
      ['signed for another route', 'malformed', signedCall(root.identity, { ...commandOf(route), operation: other(route) })],
      ['signed to log in', 'malformed', signedCall(root.identity, { operation: 'session.open', origin: url, seen: null })],
      ...(Object.keys(route.params).length === 0 ? [] : ([['signed for something else', 'malformed', signedCall(root.identity, { ...commandOf(route), ...commandOf(route, ELSEWHERE), ...(route.operation === 'admin.key.add' ? { admin: 'other' } : {}) })]] as const)),
    ];
    for (const [name, code, body, headers = root.headers] of wrong) {
      const { error } = await asked(route, { name, headers }, body);
      t.is(error?.code, code, `${route.method} ${route.path}: ${name}`);
    }
  }
  t.deepEqual(await ordered(), before);
});

test.serial('no page of another site changes anything, whatever it has a browser send', async (t) => {
  t.deepEqual(ofSite('any').filter(({ method }) => method !== 'GET'), []);
  t.deepEqual(ofSite('csrf').filter(({ kind }) => kind !== 'signed').map(({ name }) => name), ['session.close']);
  const session = await signedIn(root.identity, 'admin');
  for (const [name, code, headers] of forgedOf(session, approver)) t.is((await call('DELETE', '/session', undefined, headers)).error?.code, code, name);
  t.is((await call('GET', '/session', undefined, session.headers)).status, 200);
  const holder: Caller = { name: 'holder', headers: {}, ...(await newHolder()) };
  const before = await ordered();
  const foreign: ReadonlyArray<CallHeaders> = [{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: url, 'sec-fetch-site': 'cross-site' }];
  for (const route of ofSite('own'))
    for (const more of foreign) t.like(await asked(route, holder, bodyFor(route, holder), more), { status: 403, error: { code: 'origin' } }, `${route.name} ${JSON.stringify(more)}`);
  t.deepEqual(await ordered(), before);
});

test.serial('a statement that is sent again has no second effect', async (t) => {
  const salt = newSalt();
  const body = { ...signedCall(root.identity, { operation: 'secret.write', ...WRITE, path: 'roles/again/KEY', digest: valueDigest(salt, utf8('a')) }), enclosed: { value: toBase64(utf8('a')), salt: toBase64(salt) } };
  const first = await call('POST', '/secrets', body, root.headers);
  await command({ operation: 'secret.disable', path: 'roles/again/KEY' as never });
  const second = await call('POST', '/secrets', body, root.headers);
  t.like(first.json, { changed: true, version: 1 });
  t.like(second.json, { version: 1, seq: (first.json as { seq: number }).seq });
  t.like((await call('GET', `/secrets/${encodeURIComponent('roles/again/KEY')}`, undefined, root.headers)).json, { secret: { version: 1, status: 'disabled' } });
});

test.serial('a session is opened by a statement for this very place, once', async (t) => {
  const body = signedCall(auditor.identity, { operation: 'session.open', origin: url, seen: null });
  const opened = await call('POST', '/session', body);
  t.like(opened, { status: 200, json: { admin: 'audrey', role: 'auditor', key: auditor.identity.publicKey, keyring: auditor.identity.keyring } });
  t.regex(opened.headers.get('set-cookie') ?? '', /^jetlock_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  t.false(opened.text.includes(cookieOf(opened).split('=')[1] ?? '?'));
  const refused = async (code: string, answer: Promise<HttpAnswer>) => t.is((await answer).error?.code, code);
  await refused('replayed', call('POST', '/session', body));
  await refused('origin', openSession(auditor.identity, { origin: 'http://evil.example' }));
  await refused('origin', openSession(auditor.identity, {}, { origin: 'http://evil.example' }));
  await refused('malformed', openSession(auditor.identity, { operation: 'secret.disable' }));
  await refused('signature', openSession(newAdminIdentity(auditor.identity)));
  await refused('signature', call('POST', '/session', signedCall(auditor.identity, { operation: 'session.open', origin: url, seen: null }, { admin: 'amy' })));
  await refused('outdated', call('POST', '/session', signedCall(auditor.identity, { operation: 'session.open', origin: url, seen: null }, { at: Date.now() - 600_000 })));
  const { loggedOut } = opened.json as SessionView;
  await refused('unauthorized', openSession(auditor.identity, { seen: loggedOut - 1 }));
  await refused('csrf', call('DELETE', '/session', undefined, { cookie: cookieOf(opened) }));
  const headers = { cookie: cookieOf(opened), 'jetlock-csrf': (opened.json as SessionView).csrf };
  t.like(await call('DELETE', '/session', undefined, headers), { status: 200, json: { ended: true } });
  await refused('unauthorized', call('GET', '/session', undefined, headers));
});

test.serial('to log out everywhere, or to take a key away, ends sessions at the next call', async (t) => {
  const identity = await newAdmin('zoe', 'approver');
  const [one, two] = [await signedIn(identity, 'approver'), await signedIn(identity, 'approver')];
  const isIn = async ({ headers }: Caller) => (await call('GET', '/session', undefined, headers)).status === 200;
  t.deepEqual([await isIn(one), await isIn(two)], [true, true]);
  const out = await call('POST', '/admins/zoe/logout', signedCall(identity, { operation: 'admin.logout', admin: 'zoe' }), one.headers);
  t.like(out.json, { changed: true });
  t.deepEqual([await isIn(one), await isIn(two), await isIn(approver)], [false, false, true]);
  const again = await signedIn(identity, 'approver');
  t.true(await isIn(again));
  await command({ operation: 'admin.key.remove', admin: identity.admin, key: identity.publicKey });
  t.false(await isIn(again));
});

test.serial('a stolen key is taken away with what was signed with it, which is told before', async (t) => {
  const [stolen, mallory] = [await newAdmin('zac', 'admin'), newAdminIdentity({ admin: sure(AdminName, 'mallory'), ...jetlock.service().identity })];
  const thief = await signedIn(stolen, 'admin');
  const { id, text, digest } = makeApiToken();
  t.like(await call('POST', '/admins', signedCall(stolen, { operation: 'admin.add', admin: 'mallory', key: mallory.publicKey, role: 'admin' }), thief.headers), DONE);
  const accomplice = await signedIn(mallory, 'admin');
  t.like(await call('POST', '/api-tokens', signedCall(mallory, { operation: 'token.issue', admin: 'mallory', token: id, label: 'loot', role: 'writer', digest, until: Date.now() + 3_600_000 }), accomplice.headers), DONE);
  const signed = (await call('GET', `/admin-keys/${publicKeyFingerprint(stolen.publicKey)}/signed`, undefined, auditor.headers)).json;
  t.like(signed, { key: stolen.publicKey, keys: [{ admin: 'mallory', key: mallory.publicKey }], tokens: [{ label: 'loot', issuedBy: publicKeyFingerprint(mallory.publicKey) }] });
  const statuses = (): Promise<ReadonlyArray<number>> =>
    Promise.all([thief.headers, accomplice.headers, { authorization: `Bearer ${text.reveal()}` }, root.headers].map(async (headers) => (await call('GET', '/admins', undefined, headers)).status));
  t.deepEqual(await statuses(), [200, 200, 200, 200]);
  await command({ operation: 'admin.key.remove-all', admin: stolen.admin, key: stolen.publicKey });
  t.deepEqual(await statuses(), [401, 401, 401, 200]);
});

test.serial('what a stolen key signs while it is taken away goes with it, or is refused', async (t) => {
  for (const n of [1, 2, 3, 4, 5, 6]) {
    const stolen = await newAdmin(`zed-${n}`, 'admin');
    const { headers } = await signedIn(stolen, 'admin');
    const adding = call('POST', '/admins', signedCall(stolen, { operation: 'admin.add', admin: `moll-${n}`, key: keyPairOf(100 + n).publicKey, role: 'admin' }), headers);
    const away = { operation: 'admin.key.remove-all', admin: stolen.admin, key: stolen.publicKey };
    const removing = call('DELETE', `/admins/${stolen.admin}/keys/${stolen.publicKey}/signed`, signedCall(root.identity, away), root.headers);
    t.like((await Promise.all([removing, adding]))[0], DONE);
    const { items } = (await call('GET', '/admins?limit=200', undefined, root.headers)).json as { readonly items: ReadonlyArray<AdminView> };
    t.deepEqual(items.filter(({ admin }) => [`zed-${n}`, `moll-${n}`].includes(admin)).flatMap(({ keys }) => keys), []);
  }
});

test.serial('a browser offers a key, the command line sees that it is the right one, and it signs in', async (t) => {
  const invitation = newInvitation();
  const secret = fromBase64(invitation.code.reveal());
  const browser = newAdminIdentity(jetlock.identity);
  const offer = { id: invitation.id, key: browser.publicKey, proof: hash(fromBase64(browser.publicKey), secret), label: 'Firefox' };
  const show = () => call('GET', `/enrolments/${invitation.id}`);
  t.is((await show()).status, 404);
  t.is((await call('POST', '/enrolments', offer)).status, 201);
  t.is((await call('POST', '/enrolments', { ...offer, key: keyPairOf(9).publicKey })).error?.code, 'exists');
  const shown = (await show()).json as typeof offer;
  t.deepEqual(shown as object, { key: offer.key, proof: offer.proof, label: 'Firefox', admin: null });
  t.true(isOfferedTo(invitation, shown));
  t.false(isOfferedTo(invitation, { ...shown, key: keyPairOf(9).publicKey }));
  t.is((await openSession(browser)).error?.code, 'signature');
  await command({ operation: 'admin.key.add', admin: browser.admin, key: browser.publicKey, label: 'Firefox' as never });
  t.like((await show()).json, { admin: browser.admin });
  t.is((await openSession(browser)).status, 200);
});

test.serial('a writer’s token writes a value, open or sealed, and stands in the history', async (t) => {
  const keys = (await call('GET', '/keys')).json as never;
  const write = (body: object, headers = writes.headers) => call('POST', '/secrets', { path: 'roles/token/KEY', ...body }, headers);
  const box = { v: 1, type: 'write', path: 'roles/token/KEY', token: tokenDigest(writes.headers.authorization.slice('Bearer '.length)), time: Date.now(), value: toBase64(utf8('two')) };
  const sealed = (other: object = {}) => ({ sealed: sealedTo(keys, JSON.stringify({ ...box, ...other })) });
  t.like((await write({ value: 'one', description: 'by a program' })).json, { changed: true, version: 1 });
  t.like((await write({ value: 'one' })).json, { changed: false });
  t.like((await write(sealed())).json, { changed: true, version: 2 });
  for (const other of [{ path: 'roles/token/OTHER' }, { token: tokenDigest('another') }, { type: 'value' }]) t.is((await write(sealed(other))).error?.code, 'malformed');
  t.is((await write(sealed({ time: Date.now() - 61_000 }))).error?.code, 'stale');
  t.is((await write({})).error?.code, 'malformed');
  t.is((await write({ value: 'three', ifVersion: 1 })).error?.code, 'conflict');
  t.is((await write({ value: '\ud800' })).error?.code, 'malformed');
  t.is((await write({ value: 'x'.repeat(65_537) })).error?.code, 'too_large');
  const shown = await call('GET', `/secrets/${encodeURIComponent('roles/token/KEY')}`, undefined, looks.headers);
  t.like(shown.json, { secret: { version: 2, description: 'by a program', updatedBy: 'token:writes' } });
});
