const byTokens = (filter: string) => {
  const wanted = filter.split('.');
  const open = wanted.at(-1) === '>';
  if (open) wanted.pop();
  return (subject: string): boolean => {
    const found = subject.split('.');
    const long = open ? found.length > wanted.length : found.length === wanted.length;
    return long && wanted.every((token, at) => token === '*' || token === found[at]);
  };
};

const coverage = (filter: string): ((subject: string) => boolean) => {
  if (filter.includes('*') || filter === '>') return byTokens(filter);
  // The usual two need no splitting; this is asked of every message of a replay.
  if (filter.endsWith('.>')) return (subject) => subject.startsWith(filter.slice(0, -1));
  return (subject) => subject === filter;
};

/** Whether a subject is one that any of the filters covers: `*` stands for one token, `>` at the end for one or more. */
export const covers = (filters: ReadonlyArray<string>): ((subject: string) => boolean) => {
  const each = filters.map(coverage);
  return (subject) => each.some((one) => one(subject));
};

/** Whether one filter covers a subject. */
export const coversSubject = (filter: string, subject: string): boolean => coverage(filter)(subject);
