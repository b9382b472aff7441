import fs from 'node:fs';
import { createRequire } from 'node:module';
import { Fault } from '../base/fault';
import { parseDataReference } from '../data/reference';
import { fileExists } from './files';
import type { HelperSetting } from './helperThreads';
import type { DistanceInput } from './measureTypes';
import type { OperationInput, OperationName, OperationOutput, RipsInput } from './operationTypes';
import type * as short from './short';
import type { ShortOutcome, ShortSetting } from './shortBudget';

/** Dimensions that are computed in steps of some milliseconds. */
const MOST_DIMENSIONS = 2;
/** Files that are read in some hundredths of a second: of a cloud, and of a diagram. */
const MOST_CLOUD_BYTES = 4 * 2 ** 20;
const MOST_DIAGRAM_BYTES = 2 ** 19;

type Start = (bundle: typeof short, setting: ShortSetting) => Promise<ShortOutcome<unknown> | undefined>;

/**
 * Starts what may be a short run in this thread; it ends in `undefined` where a worker is to do it. `undefined` at once where that is known before
 * anything is loaded. `shortPath` is a bundle of its own, so that whoever never needs it does not read it.
 */
export function shortRun<Name extends OperationName>(
  shortPath: string,
  name: Name,
  input: OperationInput<Name>,
  helpers: HelperSetting,
  signal: AbortSignal | undefined,
): Promise<OperationOutput<Name> | undefined> | undefined {
  const start = startOf(name, input);
  return start && (run(shortPath, start, helpers, signal) as Promise<OperationOutput<Name> | undefined>);
}

function startOf(name: OperationName, input: unknown): Start | undefined {
  if (name === 'rips') {
    const asked = input as RipsInput;
    return mayBeShortRips(asked) ? (bundle, setting) => bundle.shortRips(asked, setting) : undefined;
  }
  if (name === 'distance') {
    const asked = input as DistanceInput;
    const small = [asked.a, asked.b].every(file => isFileWithin(file, MOST_DIAGRAM_BYTES));
    return small ? (bundle, setting) => bundle.shortDistance(asked, setting) : undefined;
  }
  return undefined;
}

function mayBeShortRips({ cloud, parameters }: RipsInput): boolean {
  const { maxDimension, coefficients, landmarks, sparse, geodesic, pairs, cycles, cocycles } = parameters;
  if (maxDimension > MOST_DIMENSIONS || coefficients !== 2 || cycles || cocycles) return false;
  if (pairs === true || landmarks !== undefined || sparse !== undefined || geodesic !== undefined) return false;
  const { file, part } = parseDataReference(cloud, fileExists);
  // A compressed file may hold any number of bytes.
  return part === undefined && /\.npy$/i.test(file) && isFileWithin(file, MOST_CLOUD_BYTES);
}

function isFileWithin(file: string, mostBytes: number): boolean {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= mostBytes;
}

async function run(path: string, start: Start, helpers: HelperSetting, signal?: AbortSignal): Promise<unknown> {
  const bundle = createRequire(path)(path) as typeof short;
  const pause = () => new Promise<void>(resolve => setImmediate(resolve));
  const outcome = await start(bundle, { pause, cancelled: () => signal?.aborted === true, helpers });
  if (outcome === undefined) return undefined;
  if ('fault' in outcome) throw Fault.fromData(outcome.fault);
  return outcome.result;
}
