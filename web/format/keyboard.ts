/** Keys of the keyboard that do something on a page. */
export type Shortcut = { readonly key: string; readonly does: string };

export const SHORTCUTS: ReadonlyArray<Shortcut> = [
  { key: 'j', does: 'Next card' },
  { key: 'k', does: 'The one before' },
  { key: 'a', does: 'Approve the card' },
  { key: 'd', does: 'Deny the card' },
  { key: 'p', does: 'Provide a value' },
  { key: '/', does: 'Search all paths' },
  { key: 'g i', does: 'Inbox' },
  { key: 'g s', does: 'Secrets' },
  { key: 'g n', does: 'Namespaces' },
  { key: 'g v', does: 'Services' },
  { key: 'g a', does: 'Audit' },
  { key: 'g h', does: 'Health' },
  { key: '?', does: 'This help' },
];

/** What is looked at of an event of the keyboard. */
export type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'defaultPrevented'> & { readonly typing: boolean };

/** Held down, these go on; any other would decide one card after the other, unseen. */
const GO_ON = ['j', 'k'];

/** The key as a shortcut; undefined while somebody types, or where a modifier makes it the browser's. */
export const shortcutKey = ({ key, ctrlKey, metaKey, altKey, repeat, defaultPrevented, typing }: Pressed): string | undefined =>
  ctrlKey || metaKey || altKey || defaultPrevented || typing || key.length !== 1 || (repeat && !GO_ON.includes(key)) ? undefined : key;

/** Whether keys go into an element as text. */
export const takesText = (tag: string, isEditable: boolean): boolean => isEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(tag);

/** Two keys, one after the other: what the second means after the first. */
export const chord = (before: string | undefined, key: string): string => (before === 'g' ? `g ${key}` : key);
