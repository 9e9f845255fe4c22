/** What another replica answered in this one's place: it is sealed to who asked already. */
export class Relayed {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}
