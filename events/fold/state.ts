/** Everything that a fold knows: taken out of it, put into sections, and made from them again. */
import type { Head } from '../record.ts';
import { refuse } from '../refusal.ts';
import { setAccess } from '../access/evolve.ts';
import { setCredential } from '../service/evolve.ts';
import { newWorld, type Keyring, type World } from '../world.ts';
import type { Section } from './saved.ts';

export type FoldState = {
  readonly world: World;
  /** Sequence of the last message on each subject. */
  readonly previous: Map<string, number>;
  /** Sequence of the last message that was folded. */
  applied: number;
  /** The rolling hashes that are kept, the oldest first; none at the beginning of a log. */
  readonly heads: Head[];
  /** The last one that is not. */
  forgotten: number;
};

export const newState = (): FoldState => ({ world: newWorld(), previous: new Map(), applied: 0, heads: [], forgotten: -1 });

type Rows = { readonly [S in Section['section']]: ReadonlyArray<Extract<Section, { section: S }>['rows'][number]> };
/** The rows without the checked kinds of their strings and numbers: what is saved was checked when it was folded. */
type Copied = { readonly [S in keyof Rows]: ReadonlyArray<unknown> };

const flat = <K, A, B>(of: ReadonlyMap<K, A>, each: (key: K, value: A) => Iterable<B>): ReadonlyArray<B> => {
  const all: B[] = [];
  for (const [key, value] of of) for (const one of each(key, value)) all.push(one);
  return all;
};

const keyringRow = (keyring: Keyring) => ({
  ...keyring,
  operatorKeys: [...keyring.operatorKeys].map(([key, at]) => ({ key, at })),
  keys: [...keyring.keys.values()],
});

/** `pending` is made from the services again. */
type OfWorld = { readonly [K in Exclude<keyof World, 'now' | 'pending'>]: ReadonlyArray<unknown> };

const worldRows = (world: World): OfWorld => ({
  keyring: world.keyring === null ? [] : [keyringRow(world.keyring)],
  admins: [...world.admins.values()].map((admin) => ({ ...admin, keys: [...admin.keys] })),
  namespaces: [...world.namespaces.values()],
  secrets: [...world.secrets.values()],
  stubs: flat(world.stubs, (service, paths) => [...paths].map((path) => ({ service, path }))),
  services: flat(world.services, (service, known) => [...known.values()].map((credential) => ({ service, credential }))),
  access: flat(world.access, (service, known) => [...known.values()].map((access) => ({ service, access }))),
  doomed: [...world.doomed].map(([id, doomed]) => ({ id, doomed })),
  commands: [...world.commands].map(([key, { at, seq, refusal }]) => ({ key, at, seq, refusal: refusal && { detail: null, ...refusal } })),
});

const ROWS_AT_ONCE = 1_000;

/** JSON of one section after another, of at most a thousand rows each. */
const linesOf = function* (copied: Copied): Generator<string> {
  for (const [section, rows] of Object.entries(copied))
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) yield JSON.stringify({ section, rows: rows.slice(from, from + ROWS_AT_ONCE) });
};

/**
 * The state as lines of JSON. It is taken at once, in some ten milliseconds for 100,000 secrets, since every entry is replaced
 * and never changed; the lines are made one at a time, whatever is folded meanwhile.
 */
export const saveState = ({ world, previous, applied, heads, forgotten }: FoldState): Iterable<string> =>
  linesOf({
    place: [{ applied, now: world.now, forgotten }],
    heads: [...heads],
    ...worldRows(world),
    previous: [...previous].map(([subject, seq]) => ({ subject, seq })),
  });

type Put = { readonly [S in keyof Rows]: (state: FoldState, row: Rows[S][number]) => void };

const put: Put = {
  place: (state, { applied, now, forgotten }) => {
    Object.assign(state, { applied, forgotten });
    state.world.now = now;
  },
  heads: ({ heads }, head) => void heads.push(head),
  keyring: ({ world }, keyring) => {
    const operatorKeys = new Map(keyring.operatorKeys.map(({ key, at }) => [key, at]));
    world.keyring = { ...keyring, operatorKeys, keys: new Map(keyring.keys.map((key) => [key.id, key])) };
  },
  admins: ({ world }, admin) => void world.admins.set(admin.name, { ...admin, keys: new Set(admin.keys) }),
  namespaces: ({ world }, namespace) => void world.namespaces.set(namespace.name, namespace),
  secrets: ({ world }, secret) => void world.secrets.set(secret.path, secret),
  stubs: ({ world }, { service, path }) => void world.stubs.set(service, (world.stubs.get(service) ?? new Set()).add(path)),
  services: ({ world }, { service, credential }) => setCredential(world, service, credential),
  access: ({ world }, { service, access }) => setAccess(world, service, access),
  doomed: ({ world }, { id, doomed }) => void world.doomed.set(id, doomed),
  commands: ({ world }, { key, refusal, ...of }) =>
    void world.commands.set(key, { ...of, refusal: refusal && refuse(refusal.code, refusal.detail ?? undefined) }),
  previous: ({ previous }, { subject, seq }) => void previous.set(subject, seq),
};

/**
 * Takes one line into a new state. The rows are taken as they are: whoever reads them has to know that `saveState` of this version made them.
 * @returns whether there is such a section
 */
export const restoreLine = (state: FoldState, line: string): boolean => {
  const { section, rows } = JSON.parse(line) as { readonly section: string; readonly rows: ReadonlyArray<unknown> };
  if (!Object.hasOwn(put, section)) return false;
  const putRow = put[section as Section['section']] as (state: FoldState, row: unknown) => void;
  for (const row of rows) putRow(state, row);
  return true;
};
