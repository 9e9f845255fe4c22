import test from 'ava';
import { makeOpenQuestions, QUESTION_BYTES_MAX, type Question } from './open-questions.ts';

const HOUR_MS = 3_600_000;

type Given = { readonly service?: string; readonly from?: string; readonly watch?: string; readonly time?: number; readonly paths?: ReadonlyArray<string>; readonly body?: string };

const questionOf = ({ service = 'shop', from = 'session', watch = 'w', time = 1, paths = ['a/b'], body = '' }: Given = {}): Question =>
  ({ asker: { service, opened: { sealed: { from }, request: { time, body } } }, asked: { watch, paths: paths.map((path) => ({ path })) } }) as never;

const setUp = () => {
  const questions = makeOpenQuestions(HOUR_MS);
  const answered: Question[] = [];
  const open = (question: Question) => questions.open(question, async () => answered.push(question));
  const asked = (question: Question) => {
    questions.replace(question);
    return open(question);
  };
  return { questions, answered, open, asked };
};

test('a question is found by each of its paths and by its service until it is woken, and is answered once', async (t) => {
  const { questions, answered, open } = setUp();
  const question = questionOf({ paths: ['a/b', 'a/c'] });
  t.true(open(question));
  t.deepEqual([[...questions.about('a/c' as never)], [...questions.of('shop' as never)], [...questions.about('a/d' as never)]], [[question], [question], []]);
  await questions.wake(question);
  await questions.wake(question);
  t.deepEqual(answered, [question]);
  t.deepEqual([[...questions.about('a/c' as never)], [...questions.of('shop' as never)], [...questions.all()]], [[], [], []]);
});

test('the next one of its name in its session takes its place, a copy of an older one does not', (t) => {
  const { questions, answered, asked } = setUp();
  const [first, other, second, copy] = [questionOf({ time: 5 }), questionOf({ from: 'other', time: 5 }), questionOf({ time: 6 }), questionOf({ time: 5 })];
  for (const question of [first, other, second, copy]) t.true(asked(question));
  t.deepEqual(answered, [first]);
  t.true([...questions.all()].includes(second) && [...questions.all()].includes(other));
  for (const question of [...questions.all()]) void questions.wake(question);
});

test('of a service, and in all, no more is open than there is room for; what is answered makes room', async (t) => {
  const { questions, open } = setUp();
  const large = (service: string, n: number) => questionOf({ service, watch: `${n}`, body: 'x'.repeat(1024 * 1024) });
  const opened: Question[] = [];
  for (let n = 0; open(large('greedy', n)); n += 1) opened.push([...questions.of('greedy' as never)].at(-1)!);
  t.is(opened.length, Math.floor(QUESTION_BYTES_MAX.each / (3 * 1024 * 1024 + 2_048 + 512)));
  t.true(open(questionOf({ service: 'modest' })));
  for (let service = 0; service < 10; service += 1) for (let n = 0; open(large(`s${service}`, n)); n += 1);
  t.false(open(large('late', 0)));
  await questions.wake(opened[0]!);
  t.true(open(large('late', 0)));
  for (const question of [...questions.all()]) void questions.wake(question);
});
