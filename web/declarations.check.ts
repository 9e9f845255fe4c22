/** What is declared to others is what there is: this compiles, or `npm run types` fails. */
import type * as actual from './mod.ts';
import type * as declared from './declarations.ts';

type Props<C> = C extends new (...args: never) => { readonly $props: infer P } ? P : never;
type Components = 'SecretsTable' | 'PendingApprovalsTable' | 'MissingSecretsTable' | 'SecretForm';
type Fits<A extends B, B> = A;

export type Functions = Fits<Pick<typeof actual, Exclude<keyof typeof declared, Components>>, Pick<typeof declared, Exclude<keyof typeof declared, Components>>>;
type DeclaredProps<C extends Components> = Omit<Props<(typeof declared)[C]>, 'key' | 'ref' | 'ref_for' | 'ref_key' | 'class' | 'style' | `onVnode${string}`>;
type Takes<C extends Components> = DeclaredProps<C> extends Props<(typeof actual)[C]> ? true : never;
export const components: { readonly [C in Components]: Takes<C> } = { SecretsTable: true, PendingApprovalsTable: true, MissingSecretsTable: true, SecretForm: true };
export type Nothing = Fits<keyof typeof actual, keyof typeof declared>;
