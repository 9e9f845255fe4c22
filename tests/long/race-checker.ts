/**
 * Judges what was seen of a race between readers and decisions, against what the log holds. Written apart from the service: it
 * knows nothing of its code, and no more of its log than that messages have places, and that read messages hold ids.
 *
 * A lane is one secret, one service that reads it, and one admin who opens and closes it, one decision after the other.
 */

/**
 * One request of a reader: for the value of now, or a question that stays open until there is news. Times are of one clock, in
 * milliseconds. `seq` is the place that its answer names.
 */
export type Asked = {
  readonly how: 'get' | 'watch';
  readonly lane: number;
  readonly id: string;
  readonly sent: number;
  readonly got: number;
  /** `none`: nothing was said of the secret, the service did not answer or could not. */
  readonly outcome: 'value' | 'refused' | 'none';
  readonly seq: number;
};

/** One decision of an admin. `nothing`: it was told that it changed nothing; `unknown`: never told for certain. */
export type Decided = {
  readonly lane: number;
  readonly opens: boolean;
  readonly sent: number;
  readonly got: number;
  readonly outcome: 'done' | 'nothing' | 'unknown';
  /** The place that was acknowledged. */
  readonly seq: number;
};

/** One lane of the log: where its decisions are, and where it is read. */
export type Lane = { readonly service: string; readonly path: string; readonly subject: string };

/** What the log holds: the subject of each message, and for each place of a read message who read what in it, by id. */
export type Held = {
  readonly subjects: ReadonlyMap<number, string>;
  readonly reads: ReadonlyMap<number, ReadonlyMap<string, { readonly service: string; readonly paths: ReadonlyArray<string> }>>;
};

export type History = { readonly lanes: ReadonlyArray<Lane>; readonly asked: ReadonlyArray<Asked>; readonly decided: ReadonlyArray<Decided>; readonly held: Held };

export type Violation = {
  readonly what:
    /** The log's order: a value, though the last decision before its place had closed the lane. */
    | 'value after a close'
    /** The order of time: a value, though a close was acknowledged before it was asked for and nothing had opened it since. */
    | 'value asked for after a close'
    /** The other way round: an acknowledged opening has to count. */
    | 'refused while open'
    | 'value without its read in the log'
    | 'acknowledged decision that is not in the log';
  readonly about: Asked | Decided;
};

/** The decisions of one lane: those that count, in the order of the log, and those that may count. */
type Course = { readonly done: ReadonlyArray<Decided>; readonly unknown: ReadonlyArray<Decided>; readonly closes: ReadonlyArray<Decided>; readonly opens: ReadonlyArray<Decided> };

const courseOf = (decided: ReadonlyArray<Decided>): Course => {
  const done = decided.filter(({ outcome }) => outcome === 'done').sort((a, b) => a.seq - b.seq);
  const closes = done.filter(({ opens }) => !opens).sort((a, b) => a.got - b.got);
  const opens = decided.filter((one) => one.opens && one.outcome !== 'nothing').sort((a, b) => a.sent - b.sent);
  return { done, closes, opens, unknown: decided.filter(({ outcome }) => outcome === 'unknown') };
};

/** The last one of a sorted list that the test holds for, given that it holds for none after one that it does not hold for. */
const lastOf = <A>(sorted: ReadonlyArray<A>, holds: (one: A) => boolean): A | undefined => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
};

/** Whether a decision of which nobody knows may have been the last one before a place. */
const isUncertain = ({ done, unknown }: Course, seq: number): boolean =>
  unknown.some((one) => {
    const before = done.filter(({ got }) => got <= one.sent).at(-1)?.seq ?? 0;
    const after = done.find(({ sent }) => sent >= one.got)?.seq ?? Infinity;
    return before < seq && seq < after;
  });

const inLogOrder = (course: Course, one: Asked): Violation['what'] | undefined => {
  const isOpen = lastOf(course.done, ({ seq }) => seq < one.seq)?.opens === true;
  if (isOpen === (one.outcome === 'value') || isUncertain(course, one.seq)) return undefined;
  return isOpen ? 'refused while open' : 'value after a close';
};

const inTime = ({ closes, opens }: Course, one: Asked): Violation['what'] | undefined => {
  const close = lastOf(closes, ({ got }) => got <= one.sent);
  if (close === undefined || one.outcome !== 'value') return undefined;
  const reopened = lastOf(opens, ({ sent }) => sent < one.got);
  return reopened !== undefined && reopened.got > close.sent ? undefined : 'value asked for after a close';
};

const withItsRead = ({ held }: History, { service, path }: Lane, { id, seq, outcome }: Asked): Violation['what'] | undefined => {
  if (outcome !== 'value') return undefined;
  const read = held.reads.get(seq)?.get(id);
  return read?.service === service && read.paths.includes(path) ? undefined : 'value without its read in the log';
};

const ofLane = (history: History, lane: Lane, number: number): ReadonlyArray<Violation> => {
  const decided = history.decided.filter((one) => one.lane === number);
  const course = courseOf(decided);
  const lost = course.done.filter(({ seq }) => history.held.subjects.get(seq) !== lane.subject);
  const asked = history.asked.filter((one) => one.lane === number && one.outcome !== 'none');
  return [
    ...lost.map((about) => ({ what: 'acknowledged decision that is not in the log', about }) as const),
    ...asked.flatMap((about) =>
      [withItsRead(history, lane, about), inLogOrder(course, about), inTime(course, about)].flatMap((what) => (what === undefined ? [] : [{ what, about }])),
    ),
  ];
};

/** Everything in a history that must not be. */
export const violationsIn = (history: History): ReadonlyArray<Violation> => history.lanes.flatMap((lane, number) => ofLane(history, lane, number));
