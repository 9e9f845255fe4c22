/** What the whole page shares: how many cards wait, what was said last, and the moment that "ago" counts from. */
import { ref } from 'vue';

/** What has been done, told to everybody, also to who does not see the page. */
export type Said = { readonly id: number; readonly text: string; readonly kind: 'done' | 'failed'; readonly hint?: string };

/** Time to look there, and to read. */
const SHOWN_MS = 6_000;
const LETTER_MS = 70;
const HELD_MS = 2_000;

export const said = ref<ReadonlyArray<Said>>([]);
let count = 0;

export const forgetSaid = (id: number): void => {
  said.value = said.value.filter((one) => one.id !== id);
};

let isHeld = false;
/** While somebody points there, or is there by the keyboard, nothing goes. */
export const holdSaid = (held: boolean): void => {
  isHeld = held;
};
const expire = (id: number, ms: number): void => void setTimeout(() => (isHeld ? expire(id, HELD_MS) : forgetSaid(id)), ms);

/** Shows a sentence for as long as it takes to read it; a failure stays until it is closed. */
export const say = (text: string, kind: Said['kind'] = 'done', hint?: string): void => {
  const id = (count += 1);
  said.value = [...said.value.slice(-2), { id, text, kind, ...(hint === undefined ? {} : { hint }) }];
  if (kind === 'done') expire(id, SHOWN_MS + text.length * LETTER_MS);
};

/** How many cards wait; undefined until it is known. */
export const waiting = ref<number>();

/** The title of the browser's tab. */
export const titleOf = (page: string, count: number | undefined): string => `${count === undefined || count === 0 ? '' : `(${count}) `}${page} · Jetlock`;
