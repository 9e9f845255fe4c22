/**
 * `secrets.watch`: a question that stays open. Who asks → whether there is news → wait until there is → who asks, once more →
 * a read of the news, like any other → reply. While it waits it leaves no record, and whoever may not read a path is told
 * nothing of it, whatever happens to it.
 */
import { isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import type { Event } from '../../events/event.ts';
import type { Folded } from '../../events/fold/verdict.ts';
import { decideRead } from '../../events/read/decide.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { namespaceOf } from '../../events/vocabulary.ts';
import { type GetReply, WatchRequest } from '../../protocol/operations.ts';
import { watchReplyJson } from '../../protocol/reply-json.ts';
import { OPEN_MS, PATHS_MAX } from '../../protocol/wire.ts';
import type { Replica } from '../log/replica.ts';
import { authenticateService } from '../request/authenticate.ts';
import { parseBody } from '../request/body.ts';
import { identify, type Asker } from '../request/identify.ts';
import type { Opened } from '../request/open.ts';
import { isLater } from '../soon.ts';
import { Json } from './json.ts';
import { makeOpenQuestions, type OpenQuestions, type Question } from './open-questions.ts';
import type { GetParts } from './get.ts';
import { oweIfRefused, type ReadParts } from './read.ts';

export type WatchParts = GetParts & Pick<ReadParts, 'values' | 'commits'>;

export type Watch = {
  /** @param letGo called when it has to wait: it is in nobody's way then */
  readonly watch: (opened: Opened, letGo: () => void) => Promise<Either<Refusal, Json>>;
  /** Answers those for whom the log says something new. Resolves when they are answered; undefined where there are none. */
  readonly folded: (folded: Folded) => Promise<unknown> | undefined;
  /** Answers all of them: they ask another replica then. */
  readonly end: () => void;
};

type Watched = WatchRequest['paths'][number];

/** Another version than the client has, or access that it has no more; never an older one, which a replica that is behind would see. */
const isNews = ({ fold }: Replica, { service, credential }: Asker, { path, version }: Watched): boolean => {
  const reading = { service, credential: credential.fingerprint, paths: [path], offline: false };
  const [outcome] = decideRead(fold.world, reading, Math.max(fold.world.now, Date.now()));
  if (outcome === undefined || outcome.result === 'refused') return version !== null;
  return outcome.version.version > (version ?? 0);
};

const newsOf = (replica: Replica, { asker, asked }: Question): ReadonlyArray<Watched> =>
  asked.paths.filter((watched) => isNews(replica, asker, watched)).slice(0, PATHS_MAX);

const hasNews = (replica: Replica, { asker, asked }: Question): boolean => asked.paths.some((watched) => isNews(replica, asker, watched));

/** Whose question it is may have changed while it was open. */
const isStillKnown = ({ fold }: Replica, { service, credential }: Asker): Either<Refusal, unknown> => authenticateService(fold.world, service, credential);

/** Those whom an event can concern. */
const concerned = (questions: OpenQuestions, event: Event): Iterable<Question> => {
  switch (event.type) {
    case 'SecretWritten':
    case 'SecretEnabled':
    case 'SecretDisabled':
    case 'SecretDeleted':
      return questions.about(event.path);
    case 'NamespaceDeleted':
      return [...questions.all()].filter(({ asked }) => asked.paths.some(({ path }) => namespaceOf(path) === event.namespace));
    case 'AccessGranted':
    case 'AccessDenied':
    case 'AccessRevoked':
    case 'CredentialDenied':
    case 'CredentialRevoked':
      return questions.of(event.service);
    default:
      return [];
  }
};

/** Null where there are none. */
type News = Either<Refusal, GetReply | null>;

const toJson = (news: GetReply | null): Json => new Json(watchReplyJson(news));

/** Who still counts, and for what there is news: a read of that, as of now. */
const makeAnswer =
  ({ replica, read }: WatchParts) =>
  async (question: Question): Promise<News> => {
    const known = isStillKnown(replica, question.asker);
    if (isLeft(known)) return known;
    const news = newsOf(replica, question);
    return news.length === 0 ? right(null) : read(question.asker, news, question.asked.offline);
  };

/** Open until it is woken, however long that takes. */
const makeOpening =
  (questions: OpenQuestions, answer: (question: Question) => Promise<News>) =>
  (question: Question, letGo: () => void): Promise<News> =>
    new Promise((resolve) => {
      const answerNow = (): Promise<unknown> => {
        const answered = answer(question);
        resolve(answered);
        return answered.catch(() => undefined);
      };
      if (questions.open(question, answerNow)) letGo();
      else resolve(left(refuse('busy')));
    });

const asked = async (parts: WatchParts, opened: Opened): Promise<Either<Refusal, Question>> => {
  const identified = identify(parts, opened);
  const asker = isLater(identified) ? await identified : identified;
  if (isLeft(asker)) return asker;
  const body = parseBody(WatchRequest, opened.request.body);
  if (isLeft(body)) return body;
  opened.session.remember(asker.right.service);
  return parts.refusedReads.isLeft(asker.right.service) ? right({ asker: asker.right, asked: body.right }) : left(refuse('busy'));
};

export const makeWatch = (parts: WatchParts): Watch => {
  const { replica, values, commits, refusedReads } = parts;
  const questions = makeOpenQuestions(OPEN_MS);
  const answer = makeAnswer(parts);
  const opening = makeOpening(questions, answer);
  const isWoken = (question: Question): boolean => hasNews(replica, question) || isLeft(isStillKnown(replica, question.asker));
  return {
    watch: async (opened, letGo) => {
      const question = await asked(parts, opened);
      if (isLeft(question)) return question;
      questions.replace(question.right);
      if (!hasNews(replica, question.right)) return map(toJson)(await opening(question.right, letGo));
      const news = await answer(question.right);
      if (!isLeft(news) && news.right !== null) oweIfRefused(refusedReads, question.right.asker.service, news.right);
      return map(toJson)(news);
    },
    folded: (folded) => {
      if (folded.verdict._tag !== 'state') return undefined;
      const { events } = folded.verdict.record;
      const woken = [...new Set(events.flatMap((event) => [...concerned(questions, event)]))].filter(isWoken);
      if (woken.length === 0) return undefined;
      // At hand for all of them, in place of a question to the log for each.
      values.keep(folded);
      const answered = Promise.all(woken.map(questions.wake));
      commits.leave();
      return answered;
    },
    end: () => {
      for (const question of [...questions.all()]) void questions.wake(question);
    },
  };
};
