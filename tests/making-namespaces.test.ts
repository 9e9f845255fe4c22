/** Who makes a namespace by HTTP, and with what in the body, against one real service. */
import test from 'ava';
import { Redacted } from '../crypto/redacted.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';

const jetlock = await startJetlock();
test.after.always(() => jetlock.stop());

type Answer = { readonly error?: { readonly code: string; readonly detail: string | null }; readonly namespace?: string; readonly accessKey?: string };
const JSON_TYPE = { 'content-type': 'application/json' };

const post = async (path: string, body?: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = JSON_TYPE) => {
  const response = await fetch(`${jetlock.service().httpUrl}${path}`, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  const { error, ...made } = JSON.parse(text) as Answer;
  return { status: response.status, code: error?.code, detail: error?.detail, made, text };
};

test.serial('a namespace is made without a body as with an empty one, under a random name', async (t) => {
  for (const headers of [{}, JSON_TYPE]) {
    const { status, made } = await post('/namespaces', undefined, headers);
    t.is(status, 201);
    t.truthy(made.namespace);
    t.regex(made.accessKey ?? '', /^jlk_/);
  }
  t.is((await post('/namespaces', '{}')).status, 201);
  t.like(await post('/namespaces/bulk'), { status: 400, detail: 'the whole: expected JSON' });
  t.like(await post('/namespaces/bulk', '{}'), { status: 400, detail: 'count: expected a whole number from 1 to 100' });
});

test.serial('what is no JSON is told as that, and not repeated', async (t) => {
  for (const canary of ['canary', '{"namespace":"canary"', "{'namespace':'canary'}", '\u0000canary', ' ']) {
    const answer = await post('/namespaces', canary);
    t.like(answer, { status: 400, code: 'malformed', detail: 'the whole: expected JSON' }, canary);
    t.notRegex(answer.text, /canary/);
  }
  t.like(await post('/namespaces', Uint8Array.from([0x22, 0xff, 0x22])), { status: 400, detail: 'the whole: expected JSON in UTF-8' });
  for (const other of ['null', '1', '"canary"']) t.like(await post('/namespaces', other), { status: 400, detail: 'the whole: expected NewNamespace' }, other);
  t.like(await post('/namespaces', 'canary', { 'content-type': 'text/plain' }), { status: 415 });
});

test.serial('behind a proxy, where everybody looks like this machine, nobody makes one without a shared secret', async (t) => {
  const { accessKey = '' } = (await post('/namespaces')).made;
  const http = { host: '127.0.0.1', port: 0, origins: ['https://jetlock.example'] };
  orThrow(await jetlock.restart({ http }));
  t.like(await post('/namespaces'), { status: 403, code: 'shared_secret' });
  t.like(await post('/namespaces/bulk', '{"count":1}'), { status: 403, code: 'shared_secret' });
  const set = '{"key":"A","value":"a"}';
  t.like(await post('/namespace', set, { ...JSON_TYPE, 'jetlock-access-key': accessKey }), { status: 201 }, 'an access key lets in by itself');
  orThrow(await jetlock.restart({ http, namespaces: { sharedSecret: new Redacted('hush') } }));
  t.like(await post('/namespaces'), { status: 401, code: 'unauthorized' });
  t.like(await post('/namespaces', undefined, { 'jetlock-shared-secret': 'hush' }), { status: 201 });
  orThrow(await jetlock.restart());
  t.like(await post('/namespaces'), { status: 201 });
});
