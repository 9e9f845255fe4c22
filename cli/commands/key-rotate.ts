/** `jetlock key rotate [--root] [--operator] [--log] [--signing] [--box]` */
import { RotatedPurpose } from '../../events/keyring/keyring.ts';
import type { Options } from '../options.ts';
import { carryOut, sentence } from '../output.ts';
import type { Run } from '../verb.ts';

/** Those that end what copies of the disk can be opened with. */
const USUAL: ReadonlyArray<RotatedPurpose> = ['root', 'operator'];

const purposesIn = ({ flags }: Options): ReadonlyArray<RotatedPurpose> => {
  const named = [...flags].filter(RotatedPurpose.is);
  return named.length === 0 ? USUAL : named;
};

export const run: Run = (_args, options, io) =>
  carryOut({ options, io }, { operation: 'key.rotate', purposes: purposesIn(options) }, { about: {}, sentence: sentence('the keys are replaced') });
