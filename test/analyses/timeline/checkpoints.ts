import type { BrokenCheckpoint, Checkpoint } from '../../../src/analyses/timeline/timeline';

export interface CheckpointFacts {
  readonly step: number;
  readonly accuracy?: number;
  readonly neuralPersistence?: number;
  /** Total persistence of H0 at the features, over the median distance. */
  readonly total?: number;
}

/** A checkpoint as small as it can be. */
export function checkpoint({ step, accuracy, neuralPersistence, total }: CheckpointFacts): Checkpoint {
  return {
    file: `ckpt-${step}.onnx`,
    step,
    accuracy:
      accuracy === undefined
        ? null
        : { value: accuracy, low: Math.max(0, accuracy - 0.05), high: Math.min(1, accuracy + 0.05), samples: 100 },
    layers:
      total === undefined
        ? []
        : [
            {
              name: 'relu2',
              op: 'Relu',
              shape: [6],
              points: 45,
              width: 6,
              totalPersistence: [2 * total, 0.2],
              relativePersistence: [total, 0.1],
              medianDistance: 2,
              dense0: 3,
              significant: { components: 2, loops: 0 },
              redundancy: { layer: 'fc2', bottleneck: [0.1, 0.02] },
              caveats: [],
            },
          ],
    failures: [],
    weights:
      neuralPersistence === undefined
        ? null
        : {
            neuralPersistence: {
              mean: neuralPersistence,
              meanOfficial: neuralPersistence + 0.1,
              layers: [
                {
                  name: 'fc1',
                  rows: 8,
                  columns: 4,
                  value: neuralPersistence,
                  official: neuralPersistence + 0.1,
                  variance: neuralPersistence / 10,
                  varianceScaled: neuralPersistence / 20,
                },
              ],
            },
            deepGraphPersistence: null,
          },
    collapse: null,
    featureLayer: 'relu2',
    warnings: [],
    sha256: '0'.repeat(64),
  };
}

export function broken(step: number): BrokenCheckpoint {
  return { file: `ckpt-${step}.onnx`, step, error: { code: 'corrupt', message: 'The ONNX file is damaged.' } };
}
