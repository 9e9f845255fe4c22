/** @returns how many milliseconds ago this was called: by the machine's clock, which goes on while it sleeps, or by one that nobody can set back, whichever says more */
export const ageFromNow = (): (() => number) => {
  const [since, steadily] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - since, performance.now() - steadily);
};
