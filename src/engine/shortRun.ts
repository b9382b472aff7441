import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { RipsResult } from '../analyses/rips';
import { Fault } from '../base/fault';
import { parseDataReference } from '../data/reference';
import { fileExists } from './files';
import type { RipsInput } from './operationTypes';
import type { shortRips } from './shortRips';

/** A file that is read in some hundredths of a second. */
const MOST_BYTES = 4 * 2 ** 20;

/**
 * Starts what may be a short run in this thread; it ends in `undefined` where a worker is to do it. `undefined` at once where that is known before
 * anything is loaded. `shortPath` is a bundle of its own, so that whoever never needs it does not read it.
 */
export function shortRun(
  shortPath: string,
  input: RipsInput,
  signal: AbortSignal | undefined,
): Promise<RipsResult | undefined> | undefined {
  const { maxDimension, coefficients, landmarks, sparse, geodesic, pairs, cycles, cocycles } = input.parameters;
  if (maxDimension > 1 || coefficients !== 2 || cycles || cocycles) return undefined;
  if (pairs === true || landmarks !== undefined || sparse !== undefined || geodesic !== undefined) return undefined;
  const { file } = parseDataReference(input.cloud, fileExists);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  // A compressed file may hold any number of bytes.
  if (stat === undefined || !stat.isFile() || stat.size > MOST_BYTES || !/\.npy$/i.test(file)) return undefined;
  return run(shortPath, input, signal);
}

async function run(path: string, input: RipsInput, signal?: AbortSignal): Promise<RipsResult | undefined> {
  const module = createRequire(path)(path) as { readonly shortRips: typeof shortRips };
  const pause = () => new Promise<void>(resolve => setImmediate(resolve));
  const outcome = await module.shortRips(input, pause, () => signal?.aborted === true);
  if (outcome === undefined) return undefined;
  if ('fault' in outcome) throw Fault.fromData(outcome.fault);
  return outcome.result;
}
