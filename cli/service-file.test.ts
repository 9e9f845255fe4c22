import { generateKeyPairSync } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { keyPairOf } from '../tests/support/names.ts';
import { parsePublicKey } from './public-key.ts';
import { parseServices } from './service-file.ts';

const KEY = keyPairOf(1).publicKey;
const bytes = Buffer.from(KEY, 'base64url');

test('32 bytes are one key in every writing', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const text = Buffer.from(key);
      const armoured = `-----BEGIN ED25519 PUBLIC KEY-----\n${text.toString('base64')}\n-----END ED25519 PUBLIC KEY-----\n`;
      const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), text]).toString('base64');
      const pem = `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`;
      for (const writing of [text.toString('base64url'), text.toString('base64'), `\n ${text.toString('base64')} \n`, armoured, pem, pem.replaceAll('\n', '\r\n')]) {
        t.deepEqual(parsePublicKey(writing), { _tag: 'Right', right: text.toString('base64url') as never });
      }
    }),
    { numRuns: 50 },
  );
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

for (const [what, text] of [
  ['nothing', ''],
  ['31 bytes', bytes.subarray(1).toString('base64url')],
  ['33 bytes', Buffer.concat([bytes, Buffer.of(1)]).toString('base64')],
  ['bits that no byte holds', `${KEY.slice(0, -1)}B`],
  ['an RSA key', rsa],
  ['a private key', privatePem],
  ['a private key under the label of the other system', `-----BEGIN ED25519 PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END ED25519 PRIVATE KEY-----`],
  ['a SPKI under the label for bare bytes', `-----BEGIN ED25519 PUBLIC KEY-----\n${Buffer.concat([Buffer.alloc(12), bytes]).toString('base64')}\n-----END ED25519 PUBLIC KEY-----`],
  ['bare bytes under the label for SPKI', `-----BEGIN PUBLIC KEY-----\n${bytes.toString('base64')}\n-----END PUBLIC KEY-----`],
  ['labels that do not match', `-----BEGIN ED25519 PUBLIC KEY-----\n${bytes.toString('base64')}\n-----END PUBLIC KEY-----`],
  ['two keys', `${KEY}\n${KEY}`],
] as const) {
  test(`not a public key: ${what}`, (t) => {
    const result = parsePublicKey(text);
    t.is(result._tag, 'Left');
    t.true(result._tag === 'Left' && (text === '' || !result.left.includes(text.slice(30, 40))));
  });
}

for (const [what, text, expected] of [
  ['not YAML', '- {name: a\n- b: [', ['line 2: not YAML']],
  ['no list', 'name: a', ['it is not a list of name and public key']],
  ['nothing', '', ['it is not a list of name and public key']],
  ['an entry without a name', `- {keypub: ${KEY}}`, ['entry 1: it has no name']],
  ['a number as a name', `- {name: 7, keypub: ${KEY}}`, ['entry 1: it has no name']],
  ['the same name twice', `- {name: a, keypub: ${KEY}}\n- {name: a, keypub: ${KEY}}`, ['entry 2: the same name as entry 1, or the same but for capitals']],
  ['a field of every object', '- {name: a, keypub: null}\n- {name: b, toString: x}', ['entry 1: it has no public key: name it publicKey or keypub', 'entry 2: it has no public key: name it publicKey or keypub']],
  ['aliases that multiply', `- &a [x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e'].map((name, at) => `- &${name} [${Array(9).fill(`*${'abcd'[at]}`).join(',')}]`).join('\n')}`, ['it repeats itself too often']],
] as const) {
  test(`a list of services: ${what}`, (t) => t.deepEqual(parseServices(text), { _tag: 'Left', left: expected }));
}

test('an empty list adds nothing', (t) => t.deepEqual(parseServices('[]'), { _tag: 'Right', right: [] }));
