import { distanceOfDiagrams } from '../../analyses/distance';
import { pointsOfDiagramFile } from '../../analyses/diagramFile';
import type { DistanceResult } from '../../analyses/measures';
import type { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import { formatBytes } from '../../base/numbers';
import type { DiagramPoints } from '../../topology/diagramPoints';
import { SLICED_DIRECTIONS } from '../../topology/slicedWasserstein';
import { blaming } from '../blaming';
import { contentHash, FileSource } from '../files';
import type { DistanceInput } from '../measureTypes';
import { memoryLimit } from '../memoryLimit';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

/** Larger results are not read: text of this size takes several times as much memory. */
const MOST_BYTES = 256 * 2 ** 20;

/** The points of one dimension of a result, and which file they are from. */
export interface OpenDiagram {
  readonly points: DiagramPoints;
  readonly file: { readonly name: string; readonly sha256: string };
}

export function distance(input: DistanceInput, context: OperationContext<never>): DistanceResult {
  const [a, b] = [input.a, input.b].map(path => openDiagram(path, input.dimension, context.cancellation));
  return distanceBetween(a!, b!, input, context.cancellation);
}

export function openDiagram(path: string, dimension: number, cancellation: Cancellation): OpenDiagram {
  return blaming(path, () => {
    const source = FileSource.open(path);
    try {
      if (source.size > MOST_BYTES)
        throw new Fault('too-large', `The file has ${formatBytes(source.size)}, more than results have.`, {
          hint: `Results of up to ${formatBytes(MOST_BYTES)} are read: leave out dimensions, or the shortest bars.`,
          source: path,
        });
      const text = new TextDecoder().decode(source.read(0, source.size));
      return {
        points: pointsOfDiagramFile(text, dimension, path),
        file: { name: path, sha256: contentHash(source, cancellation) },
      };
    } finally {
      source.dispose();
    }
  });
}

export function distanceBetween(
  a: OpenDiagram,
  b: OpenDiagram,
  input: DistanceInput,
  cancellation: Cancellation,
): DistanceResult {
  const { kind, order, ground, dimension, seed } = input;
  const limit = input.memoryLimitBytes ?? memoryLimit();
  return {
    ...distanceOfDiagrams(a.points, b.points, { kind, order, ground, dimension }, limit, cancellation),
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
}
