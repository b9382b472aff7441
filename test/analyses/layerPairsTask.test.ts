import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { layerDiagrams } from '../../src/analyses/layerDiagramsTask';
import { layerPairs } from '../../src/analyses/layerPairsTask';
import { Cancellation } from '../../src/base/cancellation';
import { noProgress } from '../../src/base/progress';
import { bottleneckDistance } from '../../src/topology/diagramDistance';
import { distanceMatrix, medianDistance } from '../../src/topology/distances';
import { representationTopologyDivergence } from '../../src/topology/representationTopologyDivergence';
import { rips } from '../../src/topology/rips';
import { gaussianCloud } from '../topology/clouds';

describe('what pairs of layers are compared by', () => {
  const clouds = [1, 2, 3].map(seed => {
    const { count, width, values } = gaussianCloud(40, 3, seed);
    return { count, width, values: Float32Array.from(values) };
  });
  const half = Uint32Array.from({ length: 20 }, (_, k) => 2 * k);
  const divergencePoints = Uint32Array.from({ length: 30 }, (_, k) => k);
  const layers = clouds.map((cloud, k) =>
    layerDiagrams(
      { name: `layer ${k}`, ...cloud, subsamples: [half], divergencePoints },
      Cancellation.never,
      noProgress,
    ),
  );
  const pairs = Uint32Array.of(0, 1, 2, 1);
  const found = layerPairs({ layers, pairs }, Cancellation.never, noProgress);

  it('is what the measures by themselves give for each pair', () => {
    const part = (cloud: (typeof clouds)[number], points: Uint32Array) =>
      distanceMatrix({ count: points.length, width: cloud.width, values: rowsOf(cloud, points) }, 'euclidean');
    for (const k of [0, 1]) {
      const [a, b] = [clouds[pairs[2 * k]!]!, clouds[pairs[2 * k + 1]!]!];
      assert.equal(
        found.rtd[k],
        representationTopologyDivergence(part(a, divergencePoints), part(b, divergencePoints)).mean,
      );
      const diagrams = [a, b].map(cloud => {
        const distances = part(cloud, half);
        const unit = medianDistance(distances);
        const { diagram } = rips(distances, { maxDimension: 1 });
        const loops = Array.from(diagram.dimension.keys()).filter(i => diagram.dimension[i] === 1);
        return {
          birth: Float64Array.from(loops, i => diagram.birth[i]! / unit),
          death: Float64Array.from(loops, i => diagram.death[i]! / unit),
        };
      });
      assert.equal(found.halves[1]![k], bottleneckDistance(diagrams[0]!, diagrams[1]!).distance);
    }
  });
});

function rowsOf({ width, values }: { width: number; values: Float32Array }, points: Uint32Array): Float32Array {
  return Float32Array.from(
    { length: points.length * width },
    (_, k) => values[points[Math.floor(k / width)]! * width + (k % width)]!,
  );
}
