/** The shape of a decision: a pure function of what is known, that says what happens or why not. No clock, no chance. */
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import type { CommandOf, Command } from './command.ts';
import type { Event } from './event.ts';
import type { Made } from './record.ts';
import { refuse, type Refusal, type RefusalCode } from './refusal.ts';
import type { AdminName, Id, Label, PublicKey } from './vocabulary.ts';
import type { World } from './world.ts';

/** In whose name a command is given: the admin whose signature it bears and the key that made it, the API token or the access key that was shown. */
export type Actor =
  | { readonly by: 'admin'; readonly admin: AdminName; readonly key: PublicKey }
  | { readonly by: 'token'; readonly token: Id; readonly label: Label }
  | { readonly by: 'access-key'; readonly key: Id }
  | { readonly by: 'service' }
  | { readonly by: 'replica' };

export type Circumstances = {
  readonly made: Made;
  readonly actor: Actor;
  readonly now: number;
};

/** No events: there is nothing to do, it is so already. */
export type Decision = Either<Refusal, ReadonlyArray<Event>>;

export type Decide<O extends Command['operation']> = (world: World, command: CommandOf<O>, circumstances: Circumstances) => Decision;

export const happened = (...events: ReadonlyArray<Event>): Decision => right(events);
export const nothing: Decision = right([]);
export const no = (code: RefusalCode, detail?: string): Decision => left(refuse(code, detail));
