import { Fault, type Warning } from '../../base/fault';
import { formatCount, formatQuantity } from '../../base/numbers';
import { subProgress } from '../../base/progress';
import type { DataSet, Labels } from '../../data/dataSet';
import type { Layer, Model } from '../../models/model';
import { correctRows, outputOfClass, predictedClasses, wilson, type Accuracy } from '../../probes/accuracy';
import type { Capture, CaptureOptions } from '../../probes/capture';
import type { LayerActivations } from '../../probes/layerCollector';
import { outputLayers } from '../../probes/outputLayers';
import type { NetworkOutputs } from '../../probes/outputs';
import { squaredDistance } from '../../topology/pointDistances';
import type { SliceGround } from '../../topology/errorSlices';
import { apartFromBetter, FailureScan, type FailureSlice } from '../../topology/failureScan';
import type { AnalysisContext, Provenance } from '../analysis';
import { chooseLayers } from '../chooseLayers';
import { FEW_POINTS } from '../limits';
import { typicalFeatures, typicalWords, type RegionTrait } from './describeRegion';

export interface FailureParameters {
  /** Rows whose activations are searched, drawn without replacement; the error of the network is over all rows. */
  readonly points: number;
  /** Beside each row itself: over them its error is averaged. */
  readonly neighbours: number;
  readonly intervals: number;
  readonly overlap: number;
  readonly minimumPoints: number;
  /** Of the errors, for the null. */
  readonly shufflings: number;
}

export const defaultFailureParameters: FailureParameters = {
  points: 1000,
  neighbours: 10,
  intervals: 10,
  overlap: 0.3,
  minimumPoints: 5,
  shufflings: 199,
};

/** Inputs that lie together in a layer and that the network handles wrongly more often than chance would have it. */
export interface FailureRegion {
  /** Rows of the data, those that are handled wrongly first, and of either kind first those whose neighbours are. */
  readonly members: Uint32Array;
  /** Of the members: 1 where it is handled wrongly. */
  readonly wrong: Uint8Array;
  /** The share that is handled wrongly. */
  readonly error: number;
  readonly interval: readonly [number, number];
  /** (1 + shufflings whose best slice scores at least as much) ÷ (1 + shufflings). */
  readonly pValue: number;
  /** What members are, and what the network takes them for; the most frequent first. */
  readonly classes: readonly { readonly label: string; readonly predicted: string; readonly rows: number }[];
  /** In what the members differ most from what `describedAgainst` says. */
  readonly describes: readonly RegionTrait[];
  readonly describedAgainst: string;
  /** For wrong members, in their order: the nearest row of the same class that is handled correctly, in the layer. */
  readonly nearestCorrect: readonly { readonly member: number; readonly row: number; readonly distance: number }[];
}

export interface FailuresResult {
  /** Share of all rows that the network handles wrongly. */
  readonly baseError: number;
  readonly baseErrorInterval: readonly [number, number];
  readonly rows: number;
  readonly layer: string;
  /** Rows that were searched, and how many of them are handled wrongly. */
  readonly points: number;
  readonly errors: number;
  /** Clustering radius of the Mapper graph, and its nodes. */
  readonly radius: number;
  readonly nodes: number;
  readonly regions: readonly FailureRegion[];
  /** Slices apart from the regions and each other that err more than the rest, but within chance. */
  readonly withinChance: number;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

export interface FailuresSubject {
  readonly model: Model;
  readonly modelName: string;
  readonly data: Pick<DataSet, 'rows' | 'rowShape' | 'values' | 'readRow' | 'columns' | 'texts'>;
  readonly labels: Labels;
  /** The one halfway through the network where undefined. */
  readonly layer: string | undefined;
  readonly parameters: FailureParameters;
  /** Rows to be searched, ascending. */
  readonly sample: Uint32Array;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
  capture(request: Pick<CaptureOptions, 'layers' | 'rows' | 'outputs' | 'progress'>): Promise<Capture>;
}

/** What the null lets pass by chance. */
const LEVEL = 0.05;
const SHARES = 8;
const MOST_NEAREST = 10;
/** Fewer correctly handled rows of the class say little of how it looks. */
const FEW_OTHERS = 5;

/**
 * Regions of a layer's activations in which a network fails more than chance has it. Throws `usage` for a layer that there is not, `unsupported` where no output names a class,
 * `empty`, and what the capture throws.
 */
export async function failuresOf(subject: FailuresSubject, context: AnalysisContext): Promise<FailuresResult> {
  const { labels, parameters, sample } = subject;
  const { cancellation, progress } = context;
  const layer = searchedLayer(subject);
  const capture = await subject.capture({
    layers: [layer.name],
    rows: sample,
    outputs: true,
    progress: subProgress(progress, 0, 0.3),
  });
  const [failure] = capture.failures;
  if (failure !== undefined) throw Fault.fromData(failure.fault);
  const outputs = outputsOf(capture);
  const correct = correctRows(outputs, labels);
  const base = wilson(correct.length - correct.reduce((sum, right) => sum + right, 0), correct.length);
  const activations = capture.layers[0]!;
  const errors = Uint8Array.from(activations.rowOfPoint, row => 1 - correct[row]!);

  const { neighbours, intervals, overlap, minimumPoints } = parameters;
  const options = { neighbours, intervals, overlap, minimumPoints };
  progress(0.3, 'slicing the graph of errors');
  const scan = new FailureScan(activations, { ...options, cancellation });
  const slices = apartFromBetter(scan.slices(errors), activations.count);
  const scores =
    slices.length === 0
      ? new Float64Array(0)
      : await nullScores(subject, { activations, errors, ground: scan.graph.ground }, context);
  const lens = scan.graph.localError(errors);
  const judged = slices.map(slice => ({
    slice,
    pValue: (1 + scores.reduce((sum, score) => sum + (score >= slice.score ? 1 : 0), 0)) / (1 + scores.length),
  }));
  const kept = judged.filter(({ pValue }) => pValue <= LEVEL);
  const told: Told = { subject, activations, errors, lens, correct, predicted: namesOfAnswers(outputs, labels) };
  return {
    ...baseErrorOf(base),
    layer: layer.name,
    points: activations.count,
    errors: errors.reduce((sum, error) => sum + error, 0),
    radius: scan.graph.ground.radius,
    nodes: scan.graph.graph(lens).nodes.length,
    regions: kept.map(({ slice, pValue }) => regionOf(slice, pValue, told)),
    withinChance: judged.length - kept.length,
    warnings: [...subject.warnings, ...capture.warnings, ...pointWarnings(activations.count)],
    provenance: { ...subject.provenance, libraries: { [capture.runtime.name]: capture.runtime.version } },
  };
}

function baseErrorOf({ value, low, high, samples }: Accuracy) {
  return { baseError: value, baseErrorInterval: [low, high] as const, rows: samples };
}

/** The layer asked for, or the one halfway: before it rows lie as in the data, after it as the answers that they get. */
function searchedLayer({ model, modelName, layer }: FailuresSubject): Layer {
  if (layer !== undefined)
    return chooseLayers(model.layers, [layer], outputLayers(model), model.innerLayers, '--layer')[0]!;
  const outputs = new Set(model.outputs.map(output => output.name));
  const hidden = model.layers.slice(0, -1).filter(({ name, output }) => !outputs.has(name) && !outputs.has(output));
  const halfway = hidden[(hidden.length - 1) >> 1] ?? model.layers[0];
  if (halfway === undefined)
    throw new Fault('empty', 'The network has no layer: nothing in it computes with the values of its input.', {
      source: modelName,
    });
  return halfway;
}

function outputsOf({ outputs }: Capture): NetworkOutputs {
  if (outputs !== undefined) return outputs;
  throw new Fault('unsupported', 'No output of the network names a class of each row, so that none can be wrong.', {
    hint: 'Failures are told of networks that give a score for each class, or one score.',
  });
}

/** The null in shares, which no number of threads changes. */
async function nullScores(
  { parameters, provenance }: FailuresSubject,
  at: {
    readonly activations: LayerActivations;
    readonly errors: Uint8Array;
    readonly ground: SliceGround;
  },
  context: AnalysisContext,
): Promise<Float64Array> {
  const { neighbours, intervals, overlap, minimumPoints, shufflings } = parameters;
  const options = { neighbours, intervals, overlap, minimumPoints };
  const { errors, ground } = at;
  const { count, width, values } = at.activations;
  const share = Math.ceil(shufflings / SHARES);
  const done = new Float64Array(SHARES);
  const parts = await Promise.all(
    Array.from({ length: Math.ceil(shufflings / share) }, (_, part) => {
      const from = part * share;
      const own = Math.min(share, shufflings - from);
      const input = {
        count,
        width,
        values,
        errors,
        options,
        ground,
        seed: provenance.seed,
        from,
        shufflings: own,
      };
      return context.task('failureScan', input, (fraction, phrase) => {
        done[part] = fraction;
        context.progress(0.35 + (0.6 * done.reduce((sum, one) => sum + one, 0)) / SHARES, phrase);
      });
    }),
  );
  return Float64Array.from(parts.flatMap(({ scores }) => [...scores]));
}

/** What is known of each point, to tell a region by. */
interface Told {
  readonly subject: FailuresSubject;
  readonly activations: LayerActivations;
  readonly errors: Uint8Array;
  readonly lens: Float64Array;
  /** A row each. */
  readonly correct: Uint8Array;
  readonly predicted: readonly string[];
}

function namesOfAnswers(outputs: NetworkOutputs, { classes }: Labels): readonly string[] {
  const names = new Map<number, string>();
  outputOfClass(outputs, classes).forEach((output, c) => names.set(output, classes[c]!));
  return Array.from(
    predictedClasses(outputs),
    output => names.get(output) ?? outputs.classNames?.[output] ?? (output < 0 ? 'not a number' : String(output)),
  );
}

function regionOf(slice: FailureSlice, pValue: number, told: Told): FailureRegion {
  const { subject, activations, errors, lens, predicted } = told;
  const { labels, data } = subject;
  const order = [...slice.members].sort((a, b) => errors[b]! - errors[a]! || lens[b]! - lens[a]! || a - b);
  const members = Uint32Array.from(order, point => activations.rowOfPoint[point]!);
  const { value, low, high } = wilson(slice.errors, members.length);
  const confusions = new Map<string, { label: string; predicted: string; rows: number }>();
  for (const row of members) {
    const [label, answer] = [labels.classes[labels.values[row]!]!, predicted[row]!];
    const key = JSON.stringify([label, answer]);
    const known = confusions.get(key) ?? { label, predicted: answer, rows: 0 };
    known.rows++;
    confusions.set(key, known);
  }
  const against = comparedWith(members, told);
  const rows = { members, others: against.rows, all: activations.rowOfPoint };
  return {
    members,
    wrong: Uint8Array.from(order, point => errors[point]!),
    error: value,
    interval: [low, high],
    pValue,
    classes: [...confusions.values()].sort((a, b) => b.rows - a.rows || (a.label < b.label ? -1 : 1)),
    describes: data.texts === undefined ? typicalFeatures(data, data.columns, rows) : typicalWords(data.texts, rows),
    describedAgainst: against.words,
    nearestCorrect: nearestCorrect(order, told),
  };
}

/** What the members are held against: correctly handled rows of their commonest class, so that it is not the class that is described, where there are such. */
function comparedWith(
  members: Uint32Array,
  { subject: { labels }, activations, correct }: Told,
): { readonly rows: Uint32Array; readonly words: string } {
  const isMember = new Set(members);
  const counts = labels.classes.map(() => 0);
  for (const row of members) counts[labels.values[row]!] = counts[labels.values[row]!]! + 1;
  const commonest = counts.indexOf(Math.max(...counts));
  const outside = activations.rowOfPoint.filter(row => !isMember.has(row));
  const same = outside.filter(row => labels.values[row] === commonest && correct[row] === 1);
  return same.length >= FEW_OTHERS
    ? {
        rows: same,
        words: `${formatQuantity(same.length, 'row')} of class ${labels.classes[commonest]!} handled correctly`,
      }
    : { rows: outside, words: `the ${formatQuantity(outside.length, 'row')} outside the region` };
}

function nearestCorrect(
  order: readonly number[],
  { subject: { labels }, activations: { count, width, values, rowOfPoint }, errors }: Told,
): FailureRegion['nearestCorrect'] {
  const wrong = order.filter(point => errors[point] === 1).slice(0, MOST_NEAREST);
  return wrong.flatMap(point => {
    const label = labels.values[rowOfPoint[point]!];
    let nearest = -1;
    let least = Infinity;
    for (let other = 0; other < count; other++) {
      if (errors[other] === 1 || labels.values[rowOfPoint[other]!] !== label) continue;
      const distance = squaredDistance(values, point * width, other * width, width);
      if (distance < least) [nearest, least] = [other, distance];
    }
    return nearest < 0 ? [] : [{ member: rowOfPoint[point]!, row: rowOfPoint[nearest]!, distance: Math.sqrt(least) }];
  });
}

function pointWarnings(points: number): readonly Warning[] {
  return points >= FEW_POINTS
    ? []
    : [{ code: 'few-points', message: `${formatCount(points)} rows are too few to tell a region from chance.` }];
}
