/**
 * Whether a text has a pattern of JSON Schema in it. A pattern comes from a requester: it must be JavaScript's, but is matched
 * by an engine that needs time in proportion to the text, and only where program and text together are small.
 */

/** What one pattern may come to, in instructions: the engine makes 250,000 of the worst one of 256 characters, which takes seconds. */
export const SIZE_MAX = 1_000;
/** Instructions times characters, at most about 0.15 s of one core for the worst pattern that is known. */
export const STEPS_MAX = 1 << 19;

/** What a pattern consists of: escapes, classes, the beginnings and ends of groups, counts, single characters. */
const TOKEN = /\\[pPu]\{[^}]*\}|\\k<[^>]*>|\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:<?[=!]|:|<[^>]*>))?|\)|\{\d+(?:,\d*)?\}|./gsu;
const COUNT = /^\{(\d+)(?:,(\d*))?\}$/;

type Sum = { done: number; last: number };

/** How often something is written down for a count, which has no more than the engine allows: 1,000. */
const timesFor = (count: RegExpExecArray): number => Math.min(1_001, Math.max(1, Number(count[1]), Number(count[2] ?? 0)));

/** About the instructions that a pattern will come to, from its text alone; it is one that JavaScript takes. */
const sizeOf = (pattern: string): number => {
  const open: Sum[] = [{ done: 0, last: 0 }];
  for (const [token] of pattern.matchAll(TOKEN)) {
    const sum = open.at(-1) as Sum;
    const count = COUNT.exec(token);
    if (count !== null) sum.last *= timesFor(count);
    else if (token.startsWith('(')) open.push({ done: 0, last: 0 });
    else if (token === ')') {
      open.pop();
      const outer = open.at(-1) as Sum;
      Object.assign(outer, { done: outer.done + outer.last, last: sum.done + sum.last + 2 });
    } else Object.assign(sum, { done: sum.done + sum.last, last: token === '|' ? 1 : token.startsWith('[') ? 2 : 1 });
  }
  const all = open[0] as Sum;
  return all.done + all.last;
};

const isJavaScript = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

/** null where that cannot be told: a pattern that is none, looks ahead, refers back, or is too large for such a text. Never rejects. */
export const hasPattern = async (pattern: string, text: string): Promise<boolean | null> => {
  if (!isJavaScript(pattern) || sizeOf(pattern) > SIZE_MAX) return null;
  // Only a service whose requesters have patterns needs it.
  const { RE2JS } = await import('re2js');
  try {
    const program = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return program.programSize() * text.length > STEPS_MAX ? null : program.test(text);
  } catch {
    return null;
  }
};
