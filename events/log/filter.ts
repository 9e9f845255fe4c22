/** Whether a subject is one that a filter covers: `*` stands for one token, `>` at the end for one or more. */
export const coversSubject = (filter: string, subject: string): boolean => {
  const wanted = filter.split('.');
  const found = subject.split('.');
  const fits = (at: number): boolean => wanted[at] === '*' || wanted[at] === found[at];
  if (wanted.at(-1) !== '>') return wanted.length === found.length && wanted.every((_, at) => fits(at));
  return found.length >= wanted.length && wanted.slice(0, -1).every((_, at) => fits(at));
};
