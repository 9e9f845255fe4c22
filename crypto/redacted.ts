/** A box around what must not be printed: keys, tokens, values. */
const SHOWN = '[redacted]';

/**
 * Holds a secret that shows only where `reveal` is called: text, JSON and Node's inspection say `[redacted]`.
 */
export class Redacted<A> {
  #held: { readonly secret: A } | undefined;

  constructor(secret: A) {
    this.#held = { secret };
  }

  /** The secret itself; throws after `wipe`, because zeros would be taken for a key. */
  reveal(): A {
    if (this.#held === undefined) throw new Error('secret was wiped');
    return this.#held.secret;
  }

  /** Forgets the secret, and writes zeros over it if it is bytes. */
  wipe(): void {
    if (this.#held?.secret instanceof Uint8Array) this.#held.secret.fill(0);
    this.#held = undefined;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}
