import test from 'ava';
import type { PublicKey } from '../events/vocabulary.ts';
import { newSigningKey, sign, signerBytes, type KeyPair } from './sign.ts';
import { leadsTo, type SignerLink } from './signers.ts';

const link = (older: KeyPair, newer: KeyPair, by = older): SignerLink => ({
  older: older.publicKey,
  newer: newer.publicKey,
  signature: sign(signerBytes(newer.publicKey), by.secretKey),
});

const [a, b, c, thief] = [newSigningKey(), newSigningKey(), newSigningKey(), newSigningKey()];
const chain = [link(a, b), link(b, c)];
const leads = (from: KeyPair, to: KeyPair, links: ReadonlyArray<SignerLink> = chain) => leadsTo(from.publicKey, links, to.publicKey);

test('a chain is followed from any key in it, forward only', (t) => {
  t.deepEqual([leads(a, c), leads(b, c), leads(c, c), leads(a, b)], [true, true, true, true]);
  t.deepEqual([leads(c, a), leads(b, a), leads(c, b), leads(thief, c), leads(a, thief)], [false, false, false, false, false]);
});

test('every link from the trusted key on has to hold', (t) => {
  t.false(leads(a, thief, [link(a, thief, thief)]));
  t.false(leads(a, c, [link(a, b, thief), link(b, c)]));
  t.true(leads(b, c, [link(a, b, thief), link(b, c)]));
  t.false(leads(a, c, [link(b, c)]));
  t.false(leads(a, c, [link(b, c), link(a, b)]));
  t.false(leads(a, thief, [{ ...link(a, b), newer: thief.publicKey }]));
  t.false(leadsTo('' as PublicKey, chain, c.publicKey));
});
