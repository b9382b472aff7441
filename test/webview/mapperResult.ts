import type { MapperHead, MapperParameters, MapperToView } from '../../src/protocol/mapper';
import { Cancellation } from '../../src/base/cancellation';
import { noProgress } from '../../src/base/progress';
import { Random } from '../../src/base/random';
import { mapperFeatures, mapperGraph, mapperGrid, mapperLenses } from '../../src/engine/operations/mapperView';
import type { OperationContext } from '../../src/engine/operationContext';
import { spatialOrder } from '../../src/topology/spatialOrder';

const context = { cancellation: Cancellation.never, progress: noProgress } as OperationContext<never>;
const TURN = 2 * Math.PI;

export const parameters: MapperParameters = {
  lenses: ['pca1'],
  intervals: 12,
  overlap: 0.4,
  clustering: 'dbscan',
  radiusFactor: 4,
  minimumPoints: 3,
};

/** Points on a ring with a branch, in three classes, and what a Mapper view is sent of them. */
export function mapperMessages(count = 600) {
  const random = new Random(3, 'mapper view');
  const values = new Float64Array(2 * count);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const isBranch = i % 5 === 0;
    const angle = TURN * random.uniform();
    const along = random.uniform();
    values[2 * i] = (isBranch ? 1 + along : Math.cos(angle)) + 0.03 * random.normal();
    values[2 * i + 1] = (isBranch ? 0 : Math.sin(angle)) + 0.03 * random.normal();
    labels[i] = isBranch ? 2 : angle < TURN / 2 ? 0 : 1;
  }
  const cloud = { count, width: 2, values };
  const points = { ...cloud, order: spatialOrder(cloud, Cancellation.never) };
  const correct = Uint8Array.from(labels, label => (label === 2 && random.uniform() < 0.4 ? 0 : 1));
  const classes = ['<b>left</b>', 'right', 'branch'];
  const head: MapperHead = {
    model: { name: 'ring.onnx', format: 'onnx' },
    data: { name: '/w/ring.npz#X', rows: count },
    layer: { name: 'fc1', op: 'Gemm', shape: [null, 2] },
    layers: ['fc1', 'relu1', 'fc2'],
    points: { count, width: 2 },
    facts: {
      rowOfPoint: Uint32Array.from(labels, (_, i) => 2 * i),
      labels: { name: '/w/ring.npz#y', values: labels, classes },
      predicted: { values: labels, classes },
      correct,
      confidence: Float64Array.from(correct, right => (right === 1 ? 0.9 : 0.6)),
      columns: [{ name: 'x', values: Float64Array.from(labels, (_, i) => values[2 * i]!) }],
      projection: values,
    },
    accuracy: { value: 0.92, low: 0.89, high: 0.94, samples: count },
    warnings: [],
  };
  const choice = { points, lenses: ['pca1'], clustering: 'dbscan', minimumPoints: 3 } as const;
  const { lenses, radius } = mapperLenses(choice, context);
  const graphOf = (request: number, own: MapperParameters = parameters): Extract<MapperToView, { type: 'graph' }> => ({
    type: 'graph',
    request,
    parameters: own,
    lenses,
    shape: mapperGraph({ points, lenses, cover: { ...own, radius: radius * own.radiusFactor }, labels: { values: labels, classes: 3 }, seed: 0 }, context), // prettier-ignore
  });
  const findings = mapperFeatures({ shape: graphOf(0).shape, facts: head.facts }, context);
  const grid = mapperGrid({ points, lenses, cover: { ...parameters, radius: 4 * radius }, intervals: [6, 9, 12, 18, 24], overlaps: [0.2, 0.3, 0.4, 0.5] }, context); // prettier-ignore
  return { head, graphOf, findings, grid };
}
