import { Cancellation } from '../../src/base/cancellation';
import { noProgress } from '../../src/base/progress';
import { Random } from '../../src/base/random';
import { computeLayer, type LayerTaskInput } from '../../src/analyses/layerTask';
import type { InspectHead, InspectResult } from '../../src/analyses/inspect';
import { defaultInspectParameters } from '../../src/analyses/inspect';
import type { LayerTopology } from '../../src/analyses/layerTopology';

/** Points of a layer, as a capture would hand them over. */
export function layerInput(values: readonly (readonly number[])[], more: Partial<LayerTaskInput> = {}): LayerTaskInput {
  const width = values[0]!.length;
  return {
    name: 'hidden',
    op: 'Relu',
    shape: [width],
    reduction: 'none',
    count: values.length,
    width,
    values: Float32Array.from(values.flat()),
    rowOfPoint: Uint32Array.from(values, (_, i) => i),
    rows: values.length,
    randomInput: false,
    maxDimension: 1,
    seed: 0,
    ...more,
  };
}

export function layerOf(values: readonly (readonly number[])[], more: Partial<LayerTaskInput> = {}): LayerTopology {
  return computeLayer(layerInput(values, more), Cancellation.never, noProgress);
}

/** Groups of `count` points side by side, each an even row of points: they have no loop, and fall into no smaller groups. */
export function clusters(groups: number, count: number): number[][] {
  return Array.from({ length: groups * count }, (_, i) => [50 * Math.floor(i / count), 0.125 * (i % count)]);
}

/** Points on a circle, with a little noise across it. */
export function circle(count: number): number[][] {
  const random = new Random(2, 'circle');
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    const radius = 5 + 0.1 * random.normal();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

export function headOf(rows: number, more: Partial<InspectHead> = {}): InspectHead {
  return {
    model: { name: '/somewhere/model.onnx', format: 'onnx', producer: 'pytorch 2', parameters: 1234 },
    data: { name: '/somewhere/data.npy', rows, rowShape: [2], treatment: 'taken as they are' },
    sampledRows: Uint32Array.from({ length: rows }, (_, i) => i),
    labels: undefined,
    accuracy: undefined,
    layers: [],
    parameters: defaultInspectParameters,
    forecast: { milliseconds: 1, bytes: 1 },
    ...more,
  };
}

export function resultOf(layers: readonly LayerTopology[], more: Partial<InspectResult> = {}): InspectResult {
  return {
    head: headOf(layers[0]?.points ?? 0),
    layers,
    failures: [],
    findings: [],
    warnings: [],
    provenance: { version: '1.2.3', parameters: {}, seed: 0, model: { name: '/somewhere/model.onnx', sha256: 'ab12' } },
    ...more,
  };
}
