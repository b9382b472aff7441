import type { Cancellation } from '../../base/cancellation';
import type { Warning } from '../../base/fault';
import type { Layer } from '../../models/model';
import { bottleneckOverMedians } from '../../topology/unitDiagram';
import type { CollapseResult } from '../collapse';
import type { InspectResult } from '../inspect';
import type { LayerTopology } from '../layerTopology';
import type { WeightsResult } from '../weights';
import { stepOf } from './checkpointOrder';
import type { Checkpoint, CheckpointCollapse, CheckpointLayer } from './timeline';

/** What was found out about one checkpoint; what could not be is left out, with a warning in its place. */
export interface CheckpointParts {
  readonly file: string;
  readonly sha256: string;
  /** All layers of the network, for which reads from which. */
  readonly network: readonly Pick<Layer, 'name' | 'inputs'>[];
  readonly featureLayer: string | undefined;
  readonly inspected: InspectResult | undefined;
  readonly weights: WeightsResult | undefined;
  readonly collapse: CollapseResult | undefined;
  readonly warnings: readonly Warning[];
}

/** Draws results of one checkpoint together, and measures how far each layer's diagram is from that of the layer it reads from. */
export function checkpointOf(parts: CheckpointParts, cancellation: Cancellation): Checkpoint {
  const { inspected, weights, collapse } = parts;
  const warnings = [
    ...parts.warnings,
    ...(inspected?.warnings ?? []),
    ...(weights?.warnings ?? []),
    ...(collapse?.warnings ?? []),
  ];
  return {
    file: parts.file,
    step: stepOf(parts.file),
    accuracy: inspected?.head.accuracy ?? null,
    layers: inspected === undefined ? [] : layersOf(inspected.layers, parts.network, cancellation),
    failures: inspected?.failures ?? [],
    weights:
      weights === undefined
        ? null
        : { neuralPersistence: weights.neuralPersistence, deepGraphPersistence: weights.deepGraphPersistence },
    collapse: collapse === undefined ? null : withoutMeans(collapse),
    featureLayer: parts.featureLayer ?? null,
    // Each part says the same of the model and the data.
    warnings: warnings.filter((one, at) => warnings.findIndex(other => other.message === one.message) === at),
    sha256: parts.sha256,
  };
}

function layersOf(
  layers: readonly LayerTopology[],
  network: CheckpointParts['network'],
  cancellation: Cancellation,
): readonly CheckpointLayer[] {
  const byName = new Map(layers.map(layer => [layer.name, layer]));
  const inputsOf = new Map(network.map(({ name, inputs }) => [name, inputs]));
  return layers.map((layer): CheckpointLayer => {
    const { name, op, shape, points, width, totalPersistence, medianDistance, dense0, significant, caveats } = layer;
    const read = (inputsOf.get(name) ?? []).flatMap(input => byName.get(input) ?? []);
    const maxDimension = totalPersistence.length - 1;
    const distances = read.map(input => ({
      layer: input.name,
      bottleneck: bottleneckOverMedians(input, layer, maxDimension, cancellation),
    }));
    const unit = medianDistance > 0 ? medianDistance : 1;
    return {
      name,
      op,
      shape,
      points,
      width,
      totalPersistence,
      relativePersistence: totalPersistence.map(total => total / unit),
      medianDistance,
      dense0: dense0.count,
      significant,
      redundancy: distances.reduce<CheckpointLayer['redundancy']>(
        (nearest, one) =>
          nearest === null || Math.max(...one.bottleneck) < Math.max(...nearest.bottleneck) ? one : nearest,
        null,
      ),
      caveats,
    };
  });
}

function withoutMeans(result: CollapseResult): CheckpointCollapse {
  const { layer, rows, width, nc1, nc1Ratio, nc2Norm, nc2Angle, nc3, nc4, classes, layers } = result;
  return { layer, rows, width, nc1, nc1Ratio, nc2Norm, nc2Angle, nc3, nc4, classes, layers };
}
