import test from 'ava';
import fc from 'fast-check';
import { duration } from './duration.ts';

for (const [typed, ms] of [['90s', 90_000], ['15m', 900_000], ['1h', 3_600_000], ['7d', 604_800_000], ['007s', 7_000]] as const) {
  test(`${typed} is a length of time`, (t) => t.deepEqual(duration(typed), { _tag: 'Right', right: ms as never }));
}

test('anything else is none, and is not repeated', (t) => {
  const typed = fc.oneof(fc.string(), fc.constantFrom('', '0s', '1', 's', '-1h', '1.5h', '1e3s', '1h30m', '1H', ' 1h', '1h\n', '9999999999d', '1w', '1ms'));
  fc.assert(
    fc.property(typed, (text) => {
      const result = duration(text);
      if (/^\d{1,9}[smhd]$/.test(text) && !/^0+[smhd]$/.test(text)) return;
      t.like(result, { _tag: 'Left', left: { exit: 65, message: 'that is not a length of time' } });
    }),
  );
  t.is(duration(undefined)._tag, 'Left');
});
