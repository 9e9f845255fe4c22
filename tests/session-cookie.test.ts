/** The cookie of a session, by each way that a browser comes: against one real service, called under the name that the browser sees. */
import { request as overPlain } from 'node:http';
import { request as overTls } from 'node:https';
import test from 'ava';
import type { SessionView } from '../protocol/http/session.ts';
import { signedCall } from './support/http.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { TEST_TLS } from './support/tls.ts';

const BEHIND = 'https://jetlock.example';
const PLAIN = 'http://plain.example';
const origins = [BEHIND, PLAIN];
const jetlock = await startJetlock({ origins });
test.after.always(() => jetlock.stop());

type Answer = { readonly status: number | undefined; readonly cookie: string; readonly json: unknown };

/** What a proxy sends on for a browser at an origin: `fetch` names no host but the true one. */
const call = (method: string, origin: string, headers: Readonly<Record<string, string>>, body?: object): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { protocol, hostname, port } = new URL(jetlock.service().httpUrl);
    const to = { hostname, port, method, path: '/session', headers: { host: origin.replace(/^https?:\/\//, ''), origin, 'content-type': 'application/json', ...headers } };
    const send = protocol === 'https:' ? overTls : overPlain;
    const sent = send({ ...to, ca: TEST_TLS.cert, checkServerIdentity: () => undefined, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (data: string) => (text += data));
      answer.on('end', () => resolve({ status: answer.statusCode, cookie: answer.headers['set-cookie']?.[0] ?? '', json: JSON.parse(text) }));
    });
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });

/** The cookie as it is set at the beginning of a session, and at its end, without what it holds. */
const cookiesAt = async (origin: string): Promise<ReadonlyArray<string>> => {
  const opened = await call('POST', origin, {}, signedCall(jetlock.identity, { operation: 'session.open', origin, seen: null }));
  const { csrf } = opened.json as SessionView;
  const closed = await call('DELETE', origin, { cookie: opened.cookie.split(';', 1)[0] ?? '', 'jetlock-csrf': csrf });
  return [opened, closed].map(({ status, cookie }) => `${status} ${cookie.replace(/=[^;]*;/, ';')}`);
};

const OPENED = '200 jetlock_session; Path=/; HttpOnly; SameSite=Strict';

test.serial('behind an https origin it is for TLS alone, on this machine and behind a plain origin it is not', async (t) => {
  t.deepEqual(await cookiesAt(BEHIND), [`${OPENED}; Secure`, `${OPENED}; Secure; Max-Age=0`]);
  for (const origin of [jetlock.service().httpUrl, PLAIN]) t.deepEqual(await cookiesAt(origin), [OPENED, `${OPENED}; Max-Age=0`], origin);
});

test.serial('over TLS it is for TLS alone, by whichever name', async (t) => {
  orThrow(await jetlock.restart({ http: { host: '127.0.0.1', port: 0, origins, tls: TEST_TLS } }));
  for (const origin of [jetlock.service().httpUrl, ...origins]) t.deepEqual(await cookiesAt(origin), [`${OPENED}; Secure`, `${OPENED}; Secure; Max-Age=0`], origin);
});
