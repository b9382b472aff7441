import type { Candidate, RedundancyResult } from '../../src/protocol/redundancy';

/** A network of `count` layers in a row, each a little farther from the first; every second one could go. */
export function redundancyResult(count: number): RedundancyResult {
  const layers = Array.from({ length: count }, (_, at) => `blocks.${at}`);
  const matrix = (of: (i: number, j: number) => number) =>
    Float64Array.from({ length: count * count }, (_, k) => of(Math.floor(k / count), k % count));
  const distance = (i: number, j: number) => Math.abs(i - j) * 0.01 + (i % 2 === j % 2 ? 0 : 0.002);
  const bottleneck = [
    matrix((i, j) => (i === j ? 0 : distance(i, j))),
    matrix((i, j) => (i === j ? 0 : 2 * distance(i, j))),
  ];
  const share = (value: number, samples = 360) => ({
    value,
    low: value - 0.02,
    high: Math.min(1, value + 0.02),
    samples,
  });
  const candidates = layers.slice(1, -1).map((name, k): Candidate => {
    const removable = k % 2 === 0;
    const after = removable ? 0.975 : 0.8;
    return {
      name,
      exit: name,
      entry: layers[k]!,
      layers: [name],
      parameters: 4160,
      replacement: 'bypass',
      distance: 2 * distance(k, k + 1),
      removable,
      ablation: {
        replacement: 'bypass',
        rows: 360,
        fittedRows: undefined,
        accuracy: {
          before: share(0.978),
          after: share(after),
          change: { value: after - 0.978, low: after - 0.99, high: after - 0.97, gained: 0, lost: 1 },
        },
        agreement: share(0.98),
        parametersBefore: 71_370,
        parametersAfter: 67_210,
      },
      reason: 'Bypassed, on 360 rows accuracy goes from 97.8 % to 97.5 %: within the 0.5 points allowed.',
    };
  });
  const diagram = (at: number) => ({
    dimension: Uint8Array.of(0, 0, 0, 1, 1),
    birth: Float64Array.of(0, 0, 0, 0.3, 0.5),
    death: Float64Array.of(0.2 + 0.01 * at, 0.4, Infinity, 0.7, 0.55 + 0.01 * at),
  });
  return {
    head: {
      model: { name: '/w/resmlp.onnx', format: 'onnx', producer: 'pytorch', parameters: 71_370 },
      data: { name: '/w/test.npz#X', rows: 360, rowShape: [64], treatment: 'taken as they are' },
      labels: '/w/test.npz#y',
      sampledRows: Uint32Array.from({ length: 360 }, (_, row) => row),
      subsamplePoints: 180,
      divergencePoints: 100,
      layers: layers.map(name => ({ name, op: 'Gemm', shape: [null, 64] })),
      parameters: {
        layers: undefined,
        points: 1000,
        reduction: undefined,
        subsamples: 5,
        tolerance: 0.005,
        measured: 40,
        seed: 0,
      },
      forecast: { milliseconds: 1000, bytes: 1e6 },
    },
    distances: {
      layers,
      medianDistance: layers.map(() => 1),
      bottleneck,
      low: bottleneck.map(values => values.map(value => 0.9 * value)),
      high: bottleneck.map(values => values.map(value => 1.1 * value)),
      cka: matrix((i, j) => 1 - 0.05 * Math.abs(i - j)),
      rtd: matrix((i, j) => 3 * Math.abs(i - j)),
      diagrams: layers.map((_, at) => diagram(at)),
    },
    candidates,
    accuracy: share(0.978),
    failures: [],
    findings: [
      {
        kind: 'removable',
        weight: 'strong',
        sentence: 'blocks.1 can go.',
        rule: 'As it was measured.',
        target: { candidate: 'blocks.1' },
      },
      {
        kind: 'alike',
        weight: 'note',
        sentence: 'Two are nearest.',
        rule: 'By distance.',
        target: { a: 'blocks.0', b: 'blocks.1' },
      },
    ],
    warnings: [{ code: 'few-points', message: 'A warning <b>that is text</b>.' }],
    provenance: { version: '0', parameters: {}, seed: 0 },
  };
}
