/** Everything that a fold knows: taken out of it, put into sections, and made from them again. */
import type { Head } from '../record.ts';
import { setExpected } from '../expected.ts';
import { refuse } from '../refusal.ts';
import { setAccess } from '../access/evolve.ts';
import { setNamespace } from '../namespace/evolve.ts';
import { usedOffline } from '../rollout/evolve.ts';
import { setSecret } from '../secret/evolve.ts';
import { setCredential } from '../service/evolve.ts';
import { newWorld, type CommandOutcome, type Keyring, type World } from '../world.ts';
import { commandKey } from './judge.ts';
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
type Copied = { readonly [S in keyof Rows]: Iterable<unknown> };

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

/** `pending` is made from the services again, `accessKeys` and `issued` from the namespaces, `contents` from the secrets; `commands` need the subjects. */
type OfWorld = { readonly [K in Exclude<keyof World, 'now' | 'pending' | 'accessKeys' | 'issued' | 'contents' | 'commands'>]: ReadonlyArray<unknown> };

const worldRows = (world: World): OfWorld => ({
  keyring: world.keyring === null ? [] : [keyringRow(world.keyring)],
  admins: [...world.admins.values()].map((admin) => ({ ...admin, keys: [...admin.keys].map(([key, known]) => ({ key, ...known })) })),
  additions: [...world.additions].map(([seq, addition]) => ({ seq, ...addition })),
  tokens: [...world.tokens.values()],
  namespaces: [...world.namespaces.values()],
  secrets: [...world.secrets.values()],
  stubs: flat(world.stubs, (service, paths) => [...paths].map((path) => ({ service, path }))),
  services: flat(world.services, (service, known) => [...known.values()].map((credential) => ({ service, credential }))),
  access: flat(world.access, (service, known) => [...known.values()].map((access) => ({ service, access }))),
  uses: flat(world.uses, (service, ids) => [...ids].map((id) => ({ service, id }))),
  expected: flat(world.expected, (service, known) => [...known].map(([path, expected]) => ({ service, path, ...expected }))),
  doomed: [...world.doomed].map(([id, doomed]) => ({ id, doomed })),
});

const ROWS_AT_ONCE = 1_000;

const headRows = function* (heads: ReadonlyArray<Head>): Generator {
  for (const { seq, hash } of heads) yield [seq, hash];
};

type Previous = ReadonlyArray<readonly [subject: string, seq: number]>;
type Remembered = ReadonlyArray<readonly [key: string, { readonly at: number } & CommandOutcome]>;

/** Their subjects by place: they are long, and each is among the previous already. */
const commandRows = function* (previous: Previous, commands: Remembered): Generator {
  const places = new Map(previous.map(([subject], place) => [subject, place]));
  for (const [key, { at, seq, refusal }] of commands) {
    const end = key.lastIndexOf(' ');
    yield [places.get(key.slice(0, end)), key.slice(end + 1), at, seq, refusal && { detail: null, ...refusal }];
  }
};

const lineOf = (section: string, rows: ReadonlyArray<unknown>): string => JSON.stringify({ section, rows });

/** JSON of one section after another, of at most a thousand rows each. */
const linesOf = function* (copied: Copied): Generator<string> {
  for (const [section, rows] of Object.entries(copied)) {
    let some: unknown[] = [];
    for (const row of rows) {
      if (some.push(row) < ROWS_AT_ONCE) continue;
      yield lineOf(section, some);
      some = [];
    }
    if (some.length > 0) yield lineOf(section, some);
  }
};

/**
 * The state as lines of JSON. It is taken at once, in some ten milliseconds for 100,000 secrets, since every entry is replaced
 * and never changed; the lines are made one at a time, whatever is folded meanwhile.
 */
export const saveState = ({ world, previous, applied, heads, forgotten }: FoldState): Iterable<string> => {
  const lasts = [...previous];
  return linesOf({
    place: [{ applied, now: world.now, forgotten }],
    heads: headRows([...heads]),
    ...worldRows(world),
    previous: lasts,
    commands: commandRows(lasts, [...world.commands]),
  });
};

/** `subjects`: those of `previous`, by their place there. */
export type Restoring = { readonly state: FoldState; readonly subjects: string[] };

export const newRestoring = (): Restoring => ({ state: newState(), subjects: [] });

type Put = { readonly [S in keyof Rows]: (restoring: Restoring, row: Rows[S][number]) => void };

const put: Put = {
  place: ({ state }, { applied, now, forgotten }) => {
    Object.assign(state, { applied, forgotten });
    state.world.now = now;
  },
  heads: ({ state }, [seq, hash]) => void state.heads.push({ seq, hash }),
  keyring: ({ state: { world } }, keyring) => {
    const operatorKeys = new Map(keyring.operatorKeys.map(({ key, at }) => [key, at]));
    world.keyring = { ...keyring, operatorKeys, keys: new Map(keyring.keys.map((key) => [key.id, key])) };
  },
  admins: ({ state }, admin) => void state.world.admins.set(admin.name, { ...admin, keys: new Map(admin.keys.map(({ key, ...known }) => [key, known])) }),
  additions: ({ state }, { seq, ...addition }) => void state.world.additions.set(seq, addition),
  tokens: ({ state }, token) => void state.world.tokens.set(token.id, token),
  namespaces: ({ state }, namespace) => setNamespace(state.world, namespace),
  secrets: ({ state }, secret) => setSecret(state.world, secret),
  stubs: ({ state: { world } }, { service, path }) => void world.stubs.set(service, (world.stubs.get(service) ?? new Set()).add(path)),
  services: ({ state }, { service, credential }) => setCredential(state.world, service, credential),
  access: ({ state }, { service, access }) => setAccess(state.world, service, access),
  expected: ({ state }, { service, path, ...expected }) => setExpected(state.world, service, path, expected),
  uses: ({ state }, { service, id }) => usedOffline(state.world, service, id),
  doomed: ({ state }, { id, doomed }) => void state.world.doomed.set(id, doomed),
  previous: ({ state, subjects }, [subject, seq]) => {
    subjects.push(subject);
    state.previous.set(subject, seq);
  },
  commands: ({ state, subjects }, [place, id, at, seq, refused]) => {
    const subject = subjects[place];
    if (subject === undefined) throw new RangeError('a command is on no subject');
    const refusal = refused && refuse(refused.code, refused.detail ?? undefined);
    state.world.commands.set(commandKey(subject, id), { at, seq, refusal });
  },
};

/**
 * Takes the next line into a new state. The rows are taken as they are: whoever reads them has to know that `saveState` of this version made them.
 * @returns whether there is such a section
 */
export const restoreLine = (restoring: Restoring, line: string): boolean => {
  const { section, rows } = JSON.parse(line) as { readonly section: string; readonly rows: ReadonlyArray<unknown> };
  if (!Object.hasOwn(put, section)) return false;
  const putRow = put[section as Section['section']] as (restoring: Restoring, row: unknown) => void;
  for (const row of rows) putRow(restoring, row);
  return true;
};
