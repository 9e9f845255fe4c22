import test from 'ava';
import { utf8 } from './bytes.ts';
import { savedMac } from './saved.ts';

const KEY = new Uint8Array(32).fill(7);

test('text is taken as its UTF-8, and where it is cut does not matter', (t) => {
  const [whole, pieces] = [savedMac(KEY), savedMac(KEY)];
  whole.add(utf8('a line ü\nanother\n'));
  for (const piece of ['a line ü', '\n', 'another\n']) pieces.add(piece);
  t.true(whole.isRight(pieces.mac()));
});

test('under another key, or of other bytes, it is another', (t) => {
  const made = (key: Uint8Array, text: string) => {
    const mac = savedMac(key);
    mac.add(text);
    return mac;
  };
  const right = made(KEY, 'saved').mac();
  t.true(made(KEY, 'saved').isRight(right));
  t.false(made(KEY, 'saveD').isRight(right));
  t.false(made(new Uint8Array(32).fill(8), 'saved').isRight(right));
});
