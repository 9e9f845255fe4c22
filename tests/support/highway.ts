/**
 * HighwayHash-64, which nats-server writes behind every message of its store: it is keyed with what anybody knows, so whoever
 * has the disk can alter a message and have it pass. After the portable form of google/highwayhash; slow, and enough for a test.
 */
type Lanes = [bigint, bigint, bigint, bigint];
type State = { readonly v0: Lanes; readonly v1: Lanes; readonly mul0: Lanes; readonly mul1: Lanes };

const MUL0: Readonly<Lanes> = [0xdbe6d5d5fe4cce2fn, 0xa4093822299f31d0n, 0x13198a2e03707344n, 0x243f6a8885a308d3n];
const MUL1: Readonly<Lanes> = [0x3bd39e10cb0ef593n, 0xc0acf169b5f18a8cn, 0xbe5466cf34e90c6cn, 0x452821e638d01377n];
const PACKET = 32;
const LANES = [0, 1, 2, 3] as const;

const u64 = (n: bigint): bigint => BigInt.asUintN(64, n);
const low = (n: bigint): bigint => n & 0xffffffffn;
const swapped = (n: bigint): bigint => u64((n << 32n) | (n >> 32n));
const byte = (n: bigint, index: number): bigint => (n >> BigInt(8 * index)) & 0xffn;
const eachLane = (of: (lane: 0 | 1 | 2 | 3) => bigint): Lanes => [of(0), of(1), of(2), of(3)];

const lanesIn = (bytes: Uint8Array): Lanes => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, PACKET);
  return eachLane((lane) => view.getBigUint64(8 * lane, true));
};

/** Bytes of two words, lowest first: 0 to 7 are of the first, 8 to 15 of the second. */
const picked = (a: bigint, b: bigint, order: ReadonlyArray<number>): bigint =>
  order.reduce((sum, from, to) => sum | ((from < 8 ? byte(a, from) : byte(b, from - 8)) << BigInt(8 * to)), 0n);

const ZIPPED = [3, 12, 2, 5, 14, 1, 15, 0] as const;
const ZIPPED_TOO = [11, 4, 10, 13, 9, 6, 8, 7] as const;

const zipInto = (target: Lanes, from: Lanes): void => {
  for (const even of [0, 2] as const) {
    const [a, b] = [from[even], from[even === 0 ? 1 : 3]];
    target[even] = u64(target[even] + picked(a, b, ZIPPED));
    target[even === 0 ? 1 : 3] = u64(target[even === 0 ? 1 : 3] + picked(a, b, ZIPPED_TOO));
  }
};

const update = ({ v0, v1, mul0, mul1 }: State, lanes: Lanes): void => {
  for (const i of LANES) {
    v1[i] = u64(v1[i] + mul0[i] + lanes[i]);
    mul0[i] ^= low(v1[i]) * (v0[i] >> 32n);
    v0[i] = u64(v0[i] + mul1[i]);
    mul1[i] ^= low(v0[i]) * (v1[i] >> 32n);
  }
  zipInto(v0, v1);
  zipInto(v1, v0);
};

/** The last bytes, fewer than a packet, laid out as the algorithm wants them. */
const lastPacket = (rest: Uint8Array): Uint8Array => {
  const packet = new Uint8Array(PACKET);
  const whole = rest.length & ~3;
  const odd = rest.length & 3;
  packet.set(rest.subarray(0, whole));
  if ((rest.length & 16) !== 0) packet.set(rest.subarray(rest.length - 4), 28);
  else if (odd !== 0) packet.set([rest[whole] ?? 0, rest[whole + (odd >> 1)] ?? 0, rest[whole + odd - 1] ?? 0], 16);
  return packet;
};

const rotatedHalves = (n: bigint, by: bigint): bigint => {
  const half = (h: bigint): bigint => low((h << by) | (h >> (32n - by)));
  return (half(n >> 32n) << 32n) | half(low(n));
};

const updateRest = (state: State, rest: Uint8Array): void => {
  const size = BigInt(rest.length);
  for (const i of LANES) {
    state.v0[i] = u64(state.v0[i] + (size << 32n) + size);
    state.v1[i] = rotatedHalves(state.v1[i], size);
  }
  update(state, lanesIn(lastPacket(rest)));
};

/** @param key 32 bytes @returns the hash as a number of 64 bits */
export const highwayHash64 = (key: Uint8Array, data: Uint8Array): bigint => {
  const keys = lanesIn(key);
  const state: State = { v0: eachLane((i) => MUL0[i] ^ keys[i]), v1: eachLane((i) => MUL1[i] ^ swapped(keys[i])), mul0: [...MUL0], mul1: [...MUL1] };
  let at = 0;
  for (; at + PACKET <= data.length; at += PACKET) update(state, lanesIn(data.subarray(at)));
  if (at < data.length) updateRest(state, data.subarray(at));
  const { v0, v1, mul0, mul1 } = state;
  for (let round = 0; round < 4; round += 1) update(state, [swapped(v0[2]), swapped(v0[3]), swapped(v0[0]), swapped(v0[1])]);
  return u64(v0[0] + v1[0] + mul0[0] + mul1[0]);
};
