/** What an operation answers where that is JSON already: values stand in it as they are told, so it is not to be printed. */
import { Redacted } from '../../crypto/redacted.ts';

export class Json extends Redacted<string> {}
