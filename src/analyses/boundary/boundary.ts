import { Fault, type Warning } from '../../base/fault';
import { formatCount, formatPercent, formatQuantity } from '../../base/numbers';
import { subProgress } from '../../base/progress';
import type { Labels } from '../../data/dataSet';
import { wilson } from '../../probes/accuracy';
import type { ScoreScale } from '../../probes/networkScores';
import type { RuntimeName } from '../../probes/runtime';
import { fillGrid, type AdaptiveCheck } from '../../topology/adaptiveGrid';
import type { PersistenceDiagram } from '../../topology/diagram';
import { gridRegions } from '../../topology/gridRegions';
import { levelSetBetti, type LevelSetBetti } from '../../topology/levelSet';
import type { AnalysisContext, Provenance } from '../analysis';
import { islandsOf, type Island } from './islands';
import { coordinateOf, type Slice, type SliceData } from './slice';

/** Betti numbers of a class's boundary, and the parts that it cuts the slice into. */
export interface ClassBoundary extends LevelSetBetti {
  readonly regions: { readonly positive: number; readonly negative: number };
}

export interface BoundaryIsland extends Omit<Island, 'peak'> {
  /** Coordinates of its surest point in the slice. */
  readonly at: readonly number[];
  /** Rows of the data in it, where the slice is the whole input space; by class where there are labels. */
  readonly rows?: number;
  readonly classes?: readonly { readonly label: string; readonly rows: number }[];
}

export interface BoundaryResult extends ClassBoundary {
  /** The class that is positive, against the best other. */
  readonly positive: string;
  /** Of superlevel sets of the margin. */
  readonly diagram: PersistenceDiagram;
  readonly margin: { readonly lowest: number; readonly highest: number; readonly scale: ScoreScale };
  /** Both sides, the surest first. */
  readonly islands: readonly BoundaryIsland[];
  /** Of more than two classes: each against the best other. */
  readonly classes?: readonly (ClassBoundary & { readonly name: string })[];
  readonly slice: Slice;
  readonly grid: { readonly shape: readonly number[]; readonly evaluated: number; readonly vertices: number };
  readonly check: AdaptiveCheck;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** A classifier on the vertices of a slice's grid. */
export interface SliceScores {
  readonly runtime: RuntimeName;
  readonly width: number;
  readonly scale: ScoreScale;
  of(vertices: Uint32Array): Promise<Float32Array>;
}

export interface BoundarySubject {
  readonly slice: Slice;
  /** Vertices along each axis. */
  readonly side: number;
  readonly scores: SliceScores;
  readonly classNames: readonly string[] | undefined;
  /** The class that is positive: a name, or the number of an output; 1 where undefined. */
  readonly positive: string | undefined;
  /** Whether every vertex is evaluated. */
  readonly isWhole: boolean;
  readonly data: SliceData | undefined;
  readonly labels: Labels | undefined;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** Blocks of the first lattice along a side. */
const FEWEST_BLOCKS = { 2: 64, 3: 16 } as const;
const COARSEST = 16;

/**
 * The decision boundary of a classifier on a slice of its inputs: marching squares, or cubes, of the margin of one class over the best other. Throws `usage` for a class that there is not, `too-large`,
 * `not-finite`, and what the network throws.
 */
export async function boundaryOf(subject: BoundarySubject, context: AnalysisContext): Promise<BoundaryResult> {
  const { slice, side, scores, isWhole, provenance } = subject;
  const { cancellation, progress } = context;
  const { width } = scores;
  const shape = slice.axes.map(() => side);
  const vertices = side ** shape.length;
  const positive = classAsked(subject);
  let evaluated = 0;
  const filled = await fillGrid(shape, {
    width,
    coarsest: isWhole ? 1 : coarsestOf(side, shape.length),
    seed: provenance.seed,
    cancellation,
    evaluate: async asked => {
      const found = await scores.of(asked);
      evaluated += asked.length;
      subProgress(
        progress,
        0.05,
        0.6,
      )(
        isWhole ? evaluated / vertices : 1 - 1 / (1 + (20 * evaluated) / vertices),
        `running the network, ${formatQuantity(evaluated, 'point')}`,
      );
      return found;
    },
  });
  progress(0.6, 'following the boundary');
  const margin = marginOf(filled.scores, width, positive, cancellation);
  const { islands, islandOf, diagram } = islandsOf(shape, margin, cancellation);
  progress(0.8, 'counting its parts');
  const betti = levelSetBetti(shape, margin, 0, cancellation);
  const rows = rowsOfIslands(subject, islandOf, islands.length);
  const count = Math.max(2, width);
  const classes =
    width < 3
      ? undefined
      : Array.from({ length: count }, (_, k) => {
          const own = k === positive ? margin : marginOf(filled.scores, width, k, cancellation);
          const regions = gridRegions(shape, own, cancellation).regions.map(region => region.isPositive);
          const name = nameOf(subject, k);
          return { name, ...levelSetBetti(shape, own, 0, cancellation), regions: sides(regions) };
        });
  return {
    ...betti,
    regions: sides(islands.map(island => island.isPositive)),
    positive: nameOf(subject, positive),
    diagram,
    margin: { ...range(margin), scale: scores.scale },
    islands: islands.map(({ peak, ...island }, at) => ({
      ...island,
      at: coordinates(slice, side, peak),
      ...(rows === undefined ? {} : rows[at]!),
    })),
    ...(classes === undefined ? {} : { classes }),
    slice,
    grid: { shape, evaluated: filled.evaluated, vertices },
    check: filled.check,
    warnings: [...subject.warnings, ...warningsOf(subject, filled.check, betti)],
    provenance: { ...provenance, libraries: { [scores.runtime.name]: scores.runtime.version } },
  };
}

function coarsestOf(side: number, dimensions: number): number {
  const most = (side - 1) / FEWEST_BLOCKS[dimensions === 3 ? 3 : 2];
  let step = 1;
  while (2 * step <= Math.min(most, COARSEST)) step *= 2;
  return step;
}

function classAsked({ positive, classNames, scores }: BoundarySubject): number {
  const count = Math.max(2, scores.width);
  if (positive === undefined) return 1;
  const named = classNames?.indexOf(positive) ?? -1;
  if (named >= 0) return named;
  const number = /^\d{1,6}$/.test(positive) ? Number(positive) : count;
  if (number < count) return number;
  throw new Fault('usage', `There is no class ${positive}.`, {
    hint: `The network has ${formatQuantity(count, 'class', 'classes')}: ${classNames?.slice(0, 20).join(', ') ?? `0 to ${count - 1}`}.`,
    source: '--class',
  });
}

function nameOf({ classNames }: BoundarySubject, index: number): string {
  return classNames?.[index] ?? String(index);
}

const STEPS_BETWEEN_POLLS = 1 << 16;

/** Of a class over the best other. */
function marginOf(
  scores: Float32Array,
  width: number,
  own: number,
  cancellation: AnalysisContext['cancellation'],
): Float32Array {
  if (width === 1) return own === 1 ? scores : scores.map(score => -score);
  const margin = new Float32Array(scores.length / width);
  for (let vertex = 0; vertex < margin.length; vertex++) {
    if (vertex % STEPS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    let best = -Infinity;
    for (let k = 0; k < width; k++) if (k !== own) best = Math.max(best, scores[vertex * width + k]!);
    margin[vertex] = scores[vertex * width + own]! - best;
  }
  return margin;
}

function sides(isPositive: readonly boolean[]): ClassBoundary['regions'] {
  const positive = isPositive.filter(one => one).length;
  return { positive, negative: isPositive.length - positive };
}

function range(values: Float32Array): { readonly lowest: number; readonly highest: number } {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return { lowest, highest };
}

function coordinates({ axes }: Slice, side: number, vertex: number): number[] {
  let rest = vertex;
  return axes.map(({ low, high }) => {
    const step = rest % side;
    rest = Math.floor(rest / side);
    return coordinateOf(low, high, step, side);
  });
}

/** Which rows of the data lie in which island: told where the slice holds whole inputs. */
function rowsOfIslands(
  { slice, side, data, labels }: BoundarySubject,
  islandOf: Int32Array,
  count: number,
): readonly Pick<BoundaryIsland, 'rows' | 'classes'>[] | undefined {
  const { axes, origin, kind } = slice;
  if (data === undefined || kind !== 'axes' || origin.length !== axes.length) return undefined;
  const rows = new Int32Array(count);
  const byClass = labels?.classes.map(() => new Int32Array(count));
  const own = new Float64Array(origin.length);
  for (let row = 0; row < data.rows; row++) {
    if (data.readRow === undefined) own.set(data.values.subarray(row * own.length, (row + 1) * own.length));
    else data.readRow(row, own, 0);
    let vertex = 0;
    let stride = 1;
    for (const { direction, low, high } of axes) {
      const along = direction.reduce((sum, part, k) => sum + part * own[k]!, 0);
      const step = Math.round(((along - low) / (high - low)) * (side - 1));
      vertex += step >= 0 && step < side ? step * stride : NaN;
      stride *= side;
    }
    const island = islandOf[vertex];
    if (island === undefined) continue;
    rows[island] = rows[island]! + 1;
    const ofClass = byClass?.[labels!.values[row]!];
    if (ofClass !== undefined) ofClass[island] = ofClass[island]! + 1;
  }
  return Array.from(rows, (inside, island) => ({
    rows: inside,
    ...(byClass === undefined
      ? {}
      : { classes: labels!.classes.map((label, c) => ({ label, rows: byClass[c]![island]! })) }),
  }));
}

function warningsOf(
  { slice, scores, classNames, labels, side }: BoundarySubject,
  check: AdaptiveCheck,
  { components }: LevelSetBetti,
): Warning[] {
  const warnings: Warning[] = [];
  const { axes, origin, explained, others } = slice;
  if (components === 0)
    warnings.push({
      code: 'no-boundary',
      message: 'One side holds the whole slice: there is no boundary in this box.',
    });
  if (origin.length > axes.length)
    warnings.push({
      code: 'slice',
      message:
        `The slice is a part of ${formatCount(origin.length)} dimensions` +
        (explained === undefined ? '' : `, with ${formatPercent(explained)} of the data's variance`) +
        (others === undefined ? '' : ` (other features ${others})`) +
        ': what is apart in it may be joined outside it, and islands may hold no input that there is.',
    });
  if (check.points > 0) {
    const { high } = wilson(check.wrong, check.points);
    warnings.push({
      code: check.wrong === 0 ? 'interpolated' : 'boundary-missed',
      message:
        `Away from the boundary margins are interpolated; of ${formatCount(check.points)} such points drawn at random, ${formatCount(check.wrong)} are on another side than was filled in ` +
        `(at most ${formatPercent(high)} of all, 95 %). Islands smaller than ${formatCount(coarsestOf(side, axes.length))} points across can be missed; --whole runs the network at every point.`,
    });
  }
  if (scores.scale === 'log-probability')
    warnings.push({
      code: 'saturated',
      message:
        'The network gives probabilities alone: margins are taken from their logarithms, and are cut off where those are 0 or 1 in the precision of the file.',
    });
  if (classNames === undefined && labels !== undefined && labels.classes.length > Math.max(2, scores.width))
    warnings.push({
      code: 'labels',
      message: `The labels have ${formatCount(labels.classes.length)} classes, the network tells ${formatCount(Math.max(2, scores.width))} apart.`,
    });
  return warnings;
}
