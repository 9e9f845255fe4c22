/** Asking over a connection that can be lost: what is under way then is answered by nobody, and what is sent before it is back is dropped. */
import { LINK_LOST } from './jetstream-link.ts';
import type { Link } from './jetstream-link.ts';

/** The answer, or that the connection was lost before there was one. Rejects as the question does. */
export const asked = <A>(link: Link, ask: () => Promise<A>): Promise<{ readonly answer: A } | 'lost'> =>
  new Promise((resolve, reject) => {
    const off = link.onChange((up) => up || resolve('lost'));
    void ask()
      .then((answer) => resolve({ answer }), reject)
      .finally(off);
  });

/** What comes while a stream, or the cluster, has no leader is answered by nobody, also when it has one again. */
const AGAIN_MS = 500;

export type AskAgain = <A>(ask: () => Promise<A>) => Promise<A>;

/**
 * Asks, and asks again for as long as nobody is answered at all: where others are, the server is only slow, and more questions would make
 * it slower. The first answer counts, whichever time it is to. Rejects as the first question that does.
 */
export const makeAskAgain = (): AskAgain => {
  let answers = 0;
  return <A>(ask: () => Promise<A>) =>
    new Promise<A>((resolve, reject) => {
      let before = answers;
      const answer = (given: A): void => {
        answers += 1;
        resolve(given);
      };
      const once = (): void => void Promise.resolve().then(ask).then(answer, reject).finally(() => clearInterval(timer));
      const timer = setInterval(() => {
        if (answers === before) once();
        before = answers;
      }, AGAIN_MS);
      once();
    });
};

/** Whether the connection stands, now or within the limit; at once if it never will. */
export const isUpWithin = (link: Link, limitMs: number): Promise<boolean> => {
  if (link.isUp() || link.isOver()) return Promise.resolve(link.isUp());
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      off();
      resolve(link.isUp());
    };
    const timer = setTimeout(done, limitMs);
    const off = link.onChange((up) => {
      if (up || link.isOver()) done();
    });
  });
};

/**
 * The answer to something that may be asked twice: asked as soon as the connection stands, and again when it was lost meanwhile.
 * Rejects as the question does, and with `LINK_LOST` after the limit.
 * @param ask is told how many milliseconds are left, at least one
 */
export const askUntil = async <A>(link: Link, limitMs: number, ask: (leftMs: number) => Promise<A>): Promise<A> => {
  const end = performance.now() + limitMs;
  const leftMs = (): number => Math.max(1, end - performance.now());
  while (await isUpWithin(link, leftMs())) {
    const result = await asked(link, () => ask(leftMs()));
    if (result !== 'lost') return result.answer;
  }
  throw new Error(LINK_LOST);
};
