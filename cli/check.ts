/** One thing that `jetlock doctor` looked at. */
export type Check = {
  readonly check: string;
  /** null where it could not be seen. */
  readonly ok: boolean | null;
  readonly detail: string;
  /** What to do, where there is something to do. */
  readonly mend: string | null;
};

export const fine = (check: string, detail: string): Check => ({ check, ok: true, detail, mend: null });
export const wrong = (check: string, detail: string, mend: string): Check => ({ check, ok: false, detail, mend });
export const unseen = (check: string, detail: string, mend: string): Check => ({ check, ok: null, detail, mend });
