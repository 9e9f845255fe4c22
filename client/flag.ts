/** Flags in variables, for programs and the command line alike. */

const ON = ['1', 'true', 'yes', 'on'];
const OFF = ['', '0', 'false', 'no', 'off'];

/** @returns undefined for a word that is neither on nor off: nobody knows what was meant */
export const flagOf = (value: string | undefined): boolean | undefined => {
  const word = (value ?? '').toLowerCase();
  return ON.includes(word) ? true : OFF.includes(word) ? false : undefined;
};
