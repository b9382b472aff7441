import { pointsOfDiagramFile } from '../../analyses/diagramFile';
import type { DistanceResult } from '../../analyses/measures';
import type { Warning } from '../../base/fault';
import { Fault } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { formatBytes } from '../../base/numbers';
import { bottleneckDistance, wassersteinDistance } from '../../topology/diagramDistance';
import type { DiagramDistance, DiagramPoints } from '../../topology/diagramPoints';
import { SLICED_DIRECTIONS, slicedWassersteinDistance } from '../../topology/slicedWasserstein';
import { contentHash, FileSource } from '../files';
import type { DistanceInput } from '../measureTypes';
import { blaming } from '../openFiles';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

/** Larger results are not read: text of this size takes several times as much memory. */
const MOST_BYTES = 256 * 2 ** 20;

export function distance(input: DistanceInput, context: OperationContext<never>): DistanceResult {
  const { kind, order, ground, dimension, seed } = input;
  const { cancellation } = context;
  const store = new DisposableStore();
  try {
    const read = (path: string) =>
      blaming(path, () => {
        const source = store.add(FileSource.open(path));
        if (source.size > MOST_BYTES)
          throw new Fault('too-large', `The file has ${formatBytes(source.size)}, more than results have.`, {
            source: path,
          });
        const text = new TextDecoder().decode(source.read(0, source.size));
        return {
          points: pointsOfDiagramFile(text, dimension, path),
          file: { name: path, sha256: contentHash(source, cancellation) },
        };
      });
    const [a, b] = [read(input.a), read(input.b)];
    const between = (): DiagramDistance => {
      switch (kind) {
        case 'bottleneck':
          return bottleneckDistance(a.points, b.points, ground, cancellation);
        case 'wasserstein':
          return wassersteinDistance(a.points, b.points, order, ground, cancellation);
        case 'sliced':
          return {
            distance: slicedWassersteinDistance(a.points, b.points, SLICED_DIRECTIONS, cancellation),
            matching: null,
          };
      }
    };
    return {
      ...between(),
      warnings: essentialWarnings(a.points, b.points, dimension),
      provenance: {
        version: VERSION,
        files: [a.file, b.file],
        parameters: {
          kind,
          dim: dimension,
          ...(kind === 'wasserstein' ? { order } : {}),
          ...(kind === 'sliced' ? { directions: SLICED_DIRECTIONS } : { ground }),
        },
        seed,
      },
    };
  } finally {
    store.dispose();
  }
}

function essentialWarnings(a: DiagramPoints, b: DiagramPoints, dimension: number): Warning[] {
  const essential = ({ death }: DiagramPoints) => death.filter(value => !Number.isFinite(value)).length;
  const [inA, inB] = [essential(a), essential(b)];
  if (inA === inB) return [];
  return [
    {
      code: 'essential-classes-differ',
      message: `There is no distance: the diagrams have ${inA} and ${inB} essential classes in dimension ${dimension}.`,
    },
  ];
}
