/** Questions that wait for something to change: by path and by service, bounded, each until it is woken, replaced or over. */
import type { SecretPath, ServiceName } from '../../events/vocabulary.ts';
import type { WatchRequest } from '../../protocol/operations.ts';
import type { Asker } from '../request/identify.ts';

export type Question = { readonly asker: Asker; readonly asked: WatchRequest };

/** Resolves when it is answered. */
type Answer = () => Promise<unknown>;

export type OpenQuestions = {
  /** One before it of the same name is to be answered now. */
  readonly replace: (question: Question) => void;
  /** Calls back, once, when it is to be answered. @returns whether there is room for it */
  readonly open: (question: Question, answer: Answer) => boolean;
  /** Those that wait for a path. */
  readonly about: (path: SecretPath) => Iterable<Question>;
  readonly of: (service: ServiceName) => Iterable<Question>;
  readonly all: () => Iterable<Question>;
  /** It is to be answered now. Resolves when it is. */
  readonly wake: (question: Question) => Promise<unknown>;
};

/** About the memory of what waits: of a service, and in all. */
export const QUESTION_BYTES_MAX = { each: 16 * 1024 * 1024, all: 64 * 1024 * 1024 } as const;
/** What a question takes, each of its paths, and a character of its text: that is there as it came, and opened, and decoded. */
const BYTES = { each: 2_048, path: 512, character: 3 } as const;

type Opened = { readonly name: string; readonly bytes: number; readonly answer: Answer };

const bytesOf = ({ asker, asked }: Question): number => BYTES.each + asked.paths.length * BYTES.path + asker.opened.request.body.length * BYTES.character;

/** A client has questions of its own in each of its sessions. */
const nameOf = ({ asker, asked }: Question): string => `${asker.service} ${asker.opened.sealed.from} ${asked.watch}`;

/** Sets by key; a key without anything in it is gone. */
const makeIndex = <K>() => {
  const sets = new Map<K, Set<Question>>();
  return {
    of: (key: K): Iterable<Question> => sets.get(key) ?? [],
    add: (key: K, question: Question): void => {
      const known = sets.get(key) ?? new Set();
      sets.set(key, known.add(question));
    },
    remove: (key: K, question: Question): void => {
      const known = sets.get(key);
      known?.delete(question);
      if (known?.size === 0) sets.delete(key);
    },
  };
};

/** How much waits, of each service and in all. */
const makeRoom = () => {
  const bytesOfEach = new Map<ServiceName, number>();
  let all = 0;
  return {
    hasFor: (service: ServiceName, bytes: number): boolean =>
      all + bytes <= QUESTION_BYTES_MAX.all && (bytesOfEach.get(service) ?? 0) + bytes <= QUESTION_BYTES_MAX.each,
    add: (service: ServiceName, bytes: number): void => {
      const own = (bytesOfEach.get(service) ?? 0) + bytes;
      if (own === 0) bytesOfEach.delete(service);
      else bytesOfEach.set(service, own);
      all += bytes;
    },
  };
};

/** What is open, found by all that it is looked for by. */
const makeRegister = () => {
  const [byPath, byService] = [makeIndex<SecretPath>(), makeIndex<ServiceName>()];
  const opened = new Map<Question, Opened>();
  const named = new Map<string, Question>();
  const room = makeRoom();
  return {
    byPath,
    byService,
    room,
    all: () => opened.keys(),
    named: (name: string): Question | undefined => named.get(name),
    add: (question: Question, one: Opened): void => {
      const { asker, asked } = question;
      opened.set(question, one);
      named.set(one.name, question);
      byService.add(asker.service, question);
      for (const { path } of asked.paths) byPath.add(path, question);
      room.add(asker.service, one.bytes);
    },
    remove: (question: Question): Opened | undefined => {
      const { asker, asked } = question;
      const one = opened.get(question);
      if (one === undefined || !opened.delete(question)) return undefined;
      if (named.get(one.name) === question) named.delete(one.name);
      byService.remove(asker.service, question);
      for (const { path } of asked.paths) byPath.remove(path, question);
      room.add(asker.service, -one.bytes);
      return one;
    },
  };
};

/** @param openMs how long a question stays open at most */
export const makeOpenQuestions = (openMs: number): OpenQuestions => {
  const { byPath, byService, room, all, named, add, remove } = makeRegister();
  const wake = async (question: Question): Promise<unknown> => remove(question)?.answer();
  return {
    replace: (question) => {
      const before = named(nameOf(question));
      // A copy of an old one that somebody sends again ends none that is newer.
      if (before !== undefined && before.asker.opened.request.time <= question.asker.opened.request.time) void wake(before);
    },
    open: (question, answer) => {
      const bytes = bytesOf(question);
      if (!room.hasFor(question.asker.service, bytes)) return false;
      const timer = setTimeout(() => void wake(question), openMs);
      const answerOnce: Answer = () => {
        clearTimeout(timer);
        return answer();
      };
      add(question, { name: nameOf(question), bytes, answer: answerOnce });
      return true;
    },
    about: byPath.of,
    of: byService.of,
    all,
    wake,
  };
};
