/** What NATS does not let its user do, told by the text of an error: many errors of the library have nothing else. */
const DENIED = /permissions? violation(?: for (publish|subscription))?/i;

/** `replies`: to listen where they come to, which is all that those listen on who only ask. */
export type Denied = 'request' | 'replies';

/** @returns undefined where it is about something else */
export const deniedIn = (why: string): Denied | undefined => {
  const [found, operation] = DENIED.exec(why) ?? [];
  if (found === undefined) return undefined;
  return operation?.toLowerCase() === 'subscription' ? 'replies' : 'request';
};
