/** Keys that do something, wherever nothing is being typed. */
import { chord, shortcutKey, takesText } from './format/keyboard.ts';

type Handlers = Readonly<Record<string, () => unknown>>;

const CHORD_MS = 1_200;

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && takesText(target.tagName, target.isContentEditable);
const isAsking = (): boolean => document.querySelector('dialog[open]') !== null;

/** Listens until it is told not to any more. */
export const onKey = (handlers: Handlers): (() => void) => {
  let before: string | undefined;
  let at = 0;
  const pressed = (event: KeyboardEvent): void => {
    const { key: name, ctrlKey, metaKey, altKey, repeat, defaultPrevented } = event;
    const key = shortcutKey({ key: name, ctrlKey, metaKey, altKey, repeat, defaultPrevented, typing: isTyping(event.target) || isAsking() });
    if (key === undefined) return;
    const whole = chord(event.timeStamp - at < CHORD_MS ? before : undefined, key);
    [before, at] = [key, event.timeStamp];
    const does = handlers[whole];
    if (does === undefined) return;
    event.preventDefault();
    does();
  };
  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);
};
