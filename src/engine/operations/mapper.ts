import { mapperResult, type MapperColour, type MapperResult } from '../../analyses/mapper';
import type { Provenance } from '../../analyses/analysis';
import { Fault, type Warning } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { subProgress } from '../../base/progress';
import { formatCount, formatQuantity } from '../../base/numbers';
import { alignLabels } from '../../data/labels';
import type { DataSet } from '../../data/dataSet';
import { openData, openLabels } from '../../data/openData';
import { parseDataReference } from '../../data/reference';
import { mapper as mapperGraph } from '../../topology/mapper';
import { mapperExtras } from '../mapperExtras';
import { ECCENTRICITY_EXACT, ECCENTRICITY_SAMPLE, LENS_NAMES, mapperLens } from '../../topology/mapperLens';
import type { PointCloud } from '../../topology/pointCloud';
import { fileExists } from '../files';
import { memoryLimit } from '../memoryLimit';
import type { MapperInput } from '../measureTypes';
import { blaming } from '../blaming';
import { dataProvenance } from '../dataProvenance';
import { hashOf, openDataFile, openReference, type ReadContext } from '../openFiles';
import type { OperationContext } from '../operationContext';
import { cloudOf } from '../pointCloudOf';
import { VERSION } from '../version';

/** Integers with more values than this colour as numbers. */
const MOST_CLASSES = 20;

/** A file that took part, with what was read from it. */
interface Part<Value> {
  readonly value: Value;
  readonly file: { readonly name: string; readonly sha256: string };
}

export function mapper(input: MapperInput, context: OperationContext<never>): MapperResult {
  const { cancellation } = context;
  const store = new DisposableStore();
  try {
    const names = lensNames(input.parameters.lens);
    requireOneForEach(input.parameters.intervals, names, '--intervals');
    requireOneForEach(input.parameters.overlap, names, '--overlap');
    context.progress(0, 'reading the points');
    const opened = openDataFile(input.cloud, undefined, input, store, context);
    const cloud = cloudOf(opened.data);
    const colour = input.colour === undefined ? undefined : readColour(input.colour, opened.data, store, context);
    context.progress(0.1, 'the lens');
    const lenses = names.map(name => lensOf(name, cloud, opened.data, store, context));
    const { intervals, overlap, clustering, radius, minimumPoints, seed, nerveDimension, stability } = input.parameters;
    const values = lenses.map(lens => lens.values);
    const files = lenses.flatMap(lens => lens.file ?? []);
    const graph = blamingOption(input.cloud, () =>
      mapperGraph(cloud, values, {
        intervals,
        overlap,
        clustering,
        radius,
        minimumPoints,
        nerveDimension: nerveDimension ?? 1,
        memoryLimitBytes: input.memoryLimitBytes ?? memoryLimit(),
        cancellation,
        progress: subProgress(context.progress, 0.2, stability === true ? 0.3 : 1),
      }),
    );
    const extras = mapperExtras(cloud, values, graph, input.parameters, {
      cancellation,
      progress: subProgress(context.progress, 0.3, 1),
    });
    const provenance: Provenance = {
      version: VERSION,
      ...dataProvenance(opened),
      ...(colour === undefined ? {} : { labels: colour.file }),
      ...(files.length === 0 ? {} : { files }),
      parameters: {
        lens: input.parameters.lens,
        intervals: typeof intervals === 'number' ? intervals : intervals.join(),
        overlap: typeof overlap === 'number' ? overlap : overlap.join(),
        cluster: clustering,
        eps: radius ?? 'auto',
        minPoints: minimumPoints,
        ...(nerveDimension !== undefined && nerveDimension > 1 ? { nerveDim: nerveDimension } : {}),
      },
      seed,
    };
    const warnings = [...opened.data.warnings, ...sampledLenses(names, cloud.count)];
    return mapperResult(graph, cloud.count, colour?.value, provenance, warnings, extras);
  } finally {
    store.dispose();
  }
}

/** A cloud that fits may have a cover, or a nerve, that does not: options are blamed as they are given here. */
function blamingOption<T>(cloud: string, run: () => T): T {
  try {
    return blaming(cloud, run);
  } catch (error) {
    const option = error instanceof Fault && { intervals: '--intervals', nerveDimension: '--nerve-dim' }[error.source ?? '']; // prettier-ignore
    if (!option) throw error;
    throw new Fault(error.code, error.message, { ...(error.hint === undefined ? {} : { hint: error.hint }), source: option, cause: error }); // prettier-ignore
  }
}

/** A file that is there may have a comma in its name. */
function lensNames(lens: string): readonly string[] {
  return fileExists(parseDataReference(lens, fileExists).file) ? [lens] : lens.split(',').map(name => name.trim());
}

/** What a lens that is not exact comes to. */
function sampledLenses(names: readonly string[], points: number): Warning[] {
  if (!names.includes('eccentricity') || points <= ECCENTRICITY_EXACT) return [];
  const [sample, most] = [formatCount(ECCENTRICITY_SAMPLE), formatCount(ECCENTRICITY_EXACT)];
  const message = `Above ${most} points eccentricity is the mean distance to ${sample} of them, evenly spaced: its standard error is 1.4 % of the standard deviation of a point's distances.`;
  return [{ code: 'sampled-lens', message }];
}

/** A list must be as long as there are lenses. */
function requireOneForEach(given: number | readonly number[], lenses: readonly string[], option: string): void {
  if (typeof given === 'number' || given.length === lenses.length) return;
  throw new Fault(
    'usage',
    `${option} has ${formatQuantity(given.length, 'value')}, but there ${lenses.length === 1 ? 'is one lens' : `are ${lenses.length} lenses`}.`,
    { hint: 'Give one for all lenses, or one for each.', source: option },
  );
}

function lensOf(
  lens: string,
  cloud: PointCloud,
  data: DataSet,
  store: DisposableStore,
  context: ReadContext,
): { readonly values: Float64Array; readonly file?: { readonly name: string; readonly sha256: string } } {
  const column = /^column:(\d+)$/.exec(lens)?.[1];
  if (column !== undefined)
    return { values: blaming('--lens', () => mapperLens(cloud, 'column', Number(column), context.cancellation)) };
  const name = LENS_NAMES.find(known => known === lens && known !== 'column');
  if (name !== undefined) return { values: mapperLens(cloud, name, 0, context.cancellation) };
  if (!fileExists(parseDataReference(lens, fileExists).file))
    throw new Fault('usage', `There is no lens ${lens}.`, {
      hint: 'A lens is l2, pca1, pca2, density, eccentricity, column:k, or a file with a number for each point.',
      source: '--lens',
    });
  const { value, file } = numbersOfRows(lens, data, store, context);
  return { values: Float64Array.from(value), file };
}

/** Text, or integers of a few values, are classes; anything else is numbers. */
function readColour(
  reference: string,
  data: DataSet,
  store: DisposableStore,
  context: ReadContext,
): Part<MapperColour> {
  const { source, part } = openReference(reference, store);
  try {
    const labels = alignLabels(openLabels(source, { part, ...context }), data);
    if (labels.integers !== true || labels.classes.length <= MOST_CLASSES) {
      const { values, classes } = labels;
      const file = { name: reference, sha256: hashOf(source, context.cancellation) };
      return { value: { kind: 'labels', values, classes }, file };
    }
  } catch (error) {
    // Numbers that are no integers are no labels, but colour all the same.
    if (!(error instanceof Fault && error.code === 'unsupported'))
      return blaming(reference, () => rethrow(error), source.name);
  }
  const { value, file } = numbersOfRows(reference, data, store, context);
  return { value: { kind: 'numbers', values: value }, file };
}

function rethrow(error: unknown): never {
  throw error;
}

/** One number for each row that the data set kept. */
function numbersOfRows(
  reference: string,
  data: DataSet,
  store: DisposableStore,
  context: ReadContext,
): Part<Float32Array | Float64Array> {
  const { source, part } = openReference(reference, store);
  const numbers = blaming(reference, () => openData(source, { part, ...context }), source.name);
  const rows = data.rows + data.dropped.length;
  if (numbers.values.length !== rows)
    throw new Fault(
      'shape-mismatch',
      `There must be one number for each of the ${formatCount(rows)} points, but ${formatCount(numbers.rows)} rows of ${numbers.values.length / numbers.rows} are given.`,
      { source: reference },
    );
  const dropped = new Set(data.dropped);
  return {
    value: dropped.size === 0 ? numbers.values : numbers.values.filter((_, row) => !dropped.has(row)),
    file: { name: reference, sha256: hashOf(source, context.cancellation) },
  };
}
