import type { Cancellation } from '../base/cancellation';
import type { Progress } from '../base/progress';
import { bottleneckDistance } from '../topology/diagramDistance';
import type { DiagramPoints } from '../topology/diagramPoints';
import { DistanceMatrix } from '../topology/distances';
import { gramAlignment } from '../topology/gramAlignment';
import { divergenceOfScaled } from '../topology/representationTopologyDivergence';
import { COMPARED_DIMENSION, type ComparedLayer, type SharedDiagram } from './layerDiagramsTask';

export interface LayerPairsInput {
  readonly layers: readonly ComparedLayer[];
  /** Indices into `layers`, flat: pair k is of pairs[2k] and pairs[2k + 1]. */
  readonly pairs: Uint32Array;
}

/** A number for each pair, and by dimension and half a list of them. */
export interface LayerPairsOutput {
  /** By dimension. */
  readonly bottleneck: readonly Float64Array[];
  /** By dimension, pair after pair, the halves of a pair one after the other. */
  readonly halves: readonly Float64Array[];
  readonly cka: Float64Array;
  readonly rtd: Float64Array;
}

/** How alike two layers are, for some of all pairs. Each number is the same for both orders of the pair. */
export function layerPairs(
  { layers, pairs }: LayerPairsInput,
  cancellation: Cancellation,
  progress: Progress,
): LayerPairsOutput {
  const count = pairs.length / 2;
  const halves = (layers[0]?.diagrams.length ?? 1) - 1;
  const dimensions = Array.from({ length: COMPARED_DIMENSION + 1 }, (_, dimension) => dimension);
  const output = {
    bottleneck: dimensions.map(() => new Float64Array(count)),
    halves: dimensions.map(() => new Float64Array(count * halves)),
    cka: new Float64Array(count),
    rtd: new Float64Array(count),
  };
  for (let k = 0; k < count; k++) {
    const [a, b] = [layers[pairs[2 * k]!]!, layers[pairs[2 * k + 1]!]!];
    progress(k / count, `${a.name} and ${b.name}`);
    for (const dimension of dimensions) {
      const distance = (half: number) => bottleneck(a.diagrams[half]!, b.diagrams[half]!, dimension, cancellation);
      output.bottleneck[dimension]![k] = distance(0);
      for (let half = 0; half < halves; half++) output.halves[dimension]![k * halves + half] = distance(half + 1);
    }
    output.cka[k] = a.gram === undefined || b.gram === undefined ? NaN : gramAlignment(a.gram, b.gram, cancellation);
    output.rtd[k] = divergence(a, b, cancellation);
  }
  return output;
}

function bottleneck(a: SharedDiagram, b: SharedDiagram, dimension: number, cancellation: Cancellation): number {
  // One essential class each in H0 and none in H1: there is always a matching.
  return bottleneckDistance(pointsOf(a, dimension), pointsOf(b, dimension), 'linf', cancellation).distance!;
}

export function pointsOf({ birth, death, loopsFrom }: SharedDiagram, dimension: number): DiagramPoints {
  const [from, to] = dimension === 0 ? [0, loopsFrom] : [loopsFrom, birth.length];
  return { birth: birth.subarray(from, to), death: death.subarray(from, to) };
}

function divergence(a: ComparedLayer, b: ComparedLayer, cancellation: Cancellation): number {
  const size = Math.round(Math.sqrt(a.divergence.length));
  const [first, second] = [a, b].map(({ divergence: values }) => new DistanceMatrix(size, values)) as [
    DistanceMatrix,
    DistanceMatrix,
  ];
  return divergenceOfScaled(first, second, cancellation).mean;
}
