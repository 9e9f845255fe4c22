/** What a benchmark is: a name, and figures, each beside what it is measured against in the same run. */

export type Figure = {
  readonly what: string;
  readonly value: number;
  /** `reads/s`, `ms`, `MB`, `events/s`. */
  readonly unit: string;
  /** The floor that was measured in the same run, in the same unit. */
  readonly floor?: number;
  /** What has to hold: of the value, or of its ratio to the floor where one is given. */
  readonly bar?: { readonly atLeast: number } | { readonly atMost: number };
};

export type Benchmark = {
  /** As `npm run bench -- NAME` takes it. */
  readonly name: string;
  readonly does: string;
  /** Says what it is doing on `say`; takes as long as it needs. */
  readonly run: (say: (line: string) => void) => Promise<ReadonlyArray<Figure>>;
};
