import { Fault } from '../../base/fault';
import type { PersistenceDiagram } from '../../topology/diagram';
import type { Provenance } from '../analysis';
import type { InspectParameters } from '../inspect';
import type { Reduction } from '../layerTopology';

/** What a later inspection is held against: the JSON of an earlier one. */
export interface Baseline {
  readonly layers: readonly BaselineLayer[];
  readonly accuracy: number | undefined;
  readonly data: string | undefined;
  readonly randomInput: boolean;
  readonly version: string;
  readonly parameters: InspectParameters;
}

export interface BaselineLayer {
  readonly name: string;
  readonly points: number;
  readonly diagram: PersistenceDiagram;
  readonly medianDistance: number;
  /** One a dimension. */
  readonly totalPersistence: readonly number[];
}

const MOST_DIMENSION = 10;
const REDUCTIONS: readonly Reduction[] = ['mean', 'flatten', 'positions'];

/** Reads what `inspect --format json` or `check --write-baseline` wrote. Throws `corrupt`, saying what is missing. */
export function readBaseline(text: string, source: string): Baseline {
  const refuse = (what: string) =>
    new Fault('corrupt', `${source} is no baseline: ${what}.`, {
      hint: 'A baseline is what inspect --format json prints, or check --write-baseline writes.',
      source,
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse('it is not JSON');
  }
  const provenance = objectAt(json, 'provenance');
  const parameters = objectAt(provenance, 'parameters');
  const layers = listAt(json, 'layers');
  if (provenance === undefined || parameters === undefined)
    throw refuse('it does not say what it was made of (provenance)');
  if (layers === undefined || layers.length === 0) throw refuse('it holds no layers');
  const points = numberAt(parameters, 'points');
  const maxDimension = numberAt(parameters, 'maxDimension');
  const seed = numberAt(provenance, 'seed');
  if (points === undefined || seed === undefined || maxDimension === undefined || maxDimension > MOST_DIMENSION)
    throw refuse('it does not say with which points, dimension and seed it was made');
  const reduction = objectAt(json, 'provenance') && valueAt(parameters, 'reduction');
  const names = listAt(parameters, 'layers');
  const data = objectAt(provenance, 'data');
  return {
    layers: layers.map((layer, i) => readLayer(layer, maxDimension, () => refuse(`layer ${i} is not whole`))),
    accuracy: numberAt(json, 'accuracy'),
    data: textAt(data, 'sha256'),
    randomInput: valueAt(parameters, 'randomInput') === true,
    version: textAt(provenance, 'version') ?? 'unknown',
    parameters: {
      layers: names?.every(name => typeof name === 'string') === true ? names : undefined,
      points,
      maxDimension,
      reduction: REDUCTIONS.find(known => known === reduction),
      seed,
    },
  };
}

function readLayer(layer: unknown, maxDimension: number, refuse: () => Fault): BaselineLayer {
  const name = textAt(layer, 'name');
  const points = numberAt(layer, 'points');
  const medianDistance = numberAt(layer, 'medianDistance');
  const diagram = objectAt(layer, 'diagram');
  if (name === undefined || points === undefined || medianDistance === undefined || diagram === undefined)
    throw refuse();
  const dimensions: number[] = [];
  const births: number[] = [];
  const deaths: number[] = [];
  const totals: number[] = [];
  for (let dimension = 0; dimension <= maxDimension; dimension++) {
    let total = 0;
    for (const pair of listAt(diagram, String(dimension)) ?? []) {
      if (!Array.isArray(pair) || pair.length !== 2) throw refuse();
      const [birth, death] = pair as readonly unknown[];
      if (typeof birth !== 'number' || !(typeof death === 'number' ? death >= birth : death === null)) throw refuse();
      dimensions.push(dimension);
      births.push(birth);
      deaths.push(typeof death === 'number' ? death : Infinity);
      if (typeof death === 'number') total += death - birth;
    }
    totals.push(total);
  }
  return {
    name,
    points,
    medianDistance,
    diagram: {
      dimension: Uint8Array.from(dimensions),
      birth: Float64Array.from(births),
      death: Float64Array.from(deaths),
    },
    totalPersistence: totals,
  };
}

/** Throws `shape-mismatch` where the numbers of the baseline are of other rows, or were made otherwise: their difference would be no drift. */
export function refuseOtherBaseline(
  baseline: Baseline,
  now: Provenance,
  parameters: InspectParameters,
  source: string,
): void {
  const refuse = (what: string) =>
    new Fault('shape-mismatch', `The baseline is of ${what}, so that a difference would be no drift of the model.`, {
      hint: 'Use what the baseline was made with, or write a new one with --write-baseline.',
      source,
    });
  const short = (sha256: string | undefined) => (sha256 === undefined ? 'none' : `sha256 ${sha256.slice(0, 12)}…`);
  if (baseline.data !== now.data?.sha256)
    throw refuse(
      `other data (${short(baseline.data)}) than ${now.data?.name ?? 'random input'} (${short(now.data?.sha256)})`,
    );
  if (baseline.parameters.points !== parameters.points)
    throw refuse(`${baseline.parameters.points} points, not ${parameters.points}`);
  if (baseline.parameters.maxDimension !== parameters.maxDimension)
    throw refuse(`dimensions up to ${baseline.parameters.maxDimension}, not ${parameters.maxDimension}`);
  if (baseline.parameters.reduction !== parameters.reduction)
    throw refuse(
      `the reduction ${baseline.parameters.reduction ?? 'by shape'}, not ${parameters.reduction ?? 'by shape'}`,
    );
  if (baseline.parameters.seed !== parameters.seed)
    throw refuse(`seed ${baseline.parameters.seed}, not ${parameters.seed}`);
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined; // prettier-ignore
}

function objectAt(value: unknown, key: string): object | undefined {
  const found = valueAt(value, key);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : undefined;
}

function listAt(value: unknown, key: string): readonly unknown[] | undefined {
  const found = valueAt(value, key);
  return Array.isArray(found) ? (found as readonly unknown[]) : undefined;
}

function numberAt(value: unknown, key: string): number | undefined {
  const found = valueAt(value, key);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

function textAt(value: unknown, key: string): string | undefined {
  const found = valueAt(value, key);
  return typeof found === 'string' ? found : undefined;
}
