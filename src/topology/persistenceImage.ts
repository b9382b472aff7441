import { Fault } from '../base/fault';
import type { DiagramPoints } from './diagramPoints';
import { errorFunction } from './errorFunction';

/** Where an image lies in the plane of birth and persistence, how fine it is and how wide a point is spread. */
export interface ImageGrid {
  readonly birthFrom: number;
  readonly birthTo: number;
  readonly persistenceFrom: number;
  readonly persistenceTo: number;
  /** Pixels along birth and along persistence. */
  readonly columns: number;
  readonly rows: number;
  /** Standard deviation of the Gaussian, in the diagram's own units. */
  readonly spread: number;
  /** The persistence at which a point has weight 1; `persistenceTo` unless given. */
  readonly fullWeight?: number;
}

export interface PersistenceImage {
  readonly columns: number;
  readonly rows: number;
  /** The pixel of column c (birth) and row r (persistence, upwards) is at r · columns + c. */
  readonly values: Float64Array;
}

/**
 * The persistence image of one dimension (Adams et al., "Persistence images: a stable vector representation of persistent homology", JMLR 18, 2017): every
 * finite point (birth, death − birth) becomes a Gaussian with a weight that is linear in persistence, from 0 at the diagonal to 1 at `fullWeight` and not above, and a pixel is
 * the integral of their sum over it; exact, through the error function. Images compare only on one grid with one spread: choose them for all diagrams together (`imageGrid`).
 * Essential points are left out. O(points · (rows + columns) + points · pixels). Throws `usage` for a grid that is empty or turned around.
 */
export function persistenceImage(points: DiagramPoints, grid: ImageGrid): PersistenceImage {
  const { birthFrom, birthTo, persistenceFrom, persistenceTo, columns, rows, spread } = grid;
  const fullWeight = grid.fullWeight ?? persistenceTo;
  checkGrid(grid, fullWeight);
  const values = new Float64Array(columns * rows);
  const alongBirth = new Float64Array(columns);
  const alongPersistence = new Float64Array(rows);
  for (let i = 0; i < points.birth.length; i++) {
    const birth = points.birth[i]!;
    const persistence = points.death[i]! - birth;
    if (!Number.isFinite(persistence)) continue;
    const weight = Math.min(1, persistence / fullWeight);
    shares(alongBirth, birthFrom, birthTo, birth, spread);
    shares(alongPersistence, persistenceFrom, persistenceTo, persistence, spread);
    for (let r = 0; r < rows; r++) {
      const height = weight * alongPersistence[r]!;
      for (let c = 0; c < columns; c++) values[r * columns + c] = values[r * columns + c]! + height * alongBirth[c]!;
    }
  }
  return { columns, rows, values };
}

/**
 * A grid that holds the finite points of all these diagrams with a margin of three spreads, the spread being a share (5 % unless given) of the larger side.
 * Undefined where there are no finite points.
 */
export function imageGrid(
  diagrams: readonly DiagramPoints[],
  pixels: number,
  spreadShare = 0.05,
): ImageGrid | undefined {
  let birthFrom = Infinity;
  let birthTo = -Infinity;
  let longest = 0;
  for (const { birth, death } of diagrams) {
    for (let i = 0; i < birth.length; i++) {
      if (!Number.isFinite(death[i]!)) continue;
      birthFrom = Math.min(birthFrom, birth[i]!);
      birthTo = Math.max(birthTo, birth[i]!);
      longest = Math.max(longest, death[i]! - birth[i]!);
    }
  }
  if (!(longest > 0)) return undefined;
  const spread = spreadShare * Math.max(birthTo - birthFrom, longest);
  return {
    birthFrom: birthFrom - 3 * spread,
    birthTo: birthTo + 3 * spread,
    persistenceFrom: 0,
    persistenceTo: longest + 3 * spread,
    columns: pixels,
    rows: pixels,
    spread,
    fullWeight: longest,
  };
}

function checkGrid(
  { birthFrom, birthTo, persistenceFrom, persistenceTo, columns, rows, spread }: ImageGrid,
  fullWeight: number,
): void {
  if (!(Number.isInteger(columns) && columns >= 1 && Number.isInteger(rows) && rows >= 1))
    throw new Fault('usage', `A persistence image needs whole numbers of pixels, not ${columns} × ${rows}.`);
  if (!(birthFrom < birthTo && persistenceFrom < persistenceTo))
    throw new Fault('usage', 'A persistence image needs a range of births and one of persistence.');
  if (!(spread > 0 && fullWeight > 0))
    throw new Fault(
      'usage',
      `The spread and the persistence of full weight must be above 0, not ${spread} and ${fullWeight}.`,
    );
}

/** How much of a Gaussian is in each of the equal parts of a range. */
function shares(parts: Float64Array, from: number, to: number, mean: number, spread: number): void {
  const below = (bound: number) => errorFunction((bound - mean) / (spread * Math.SQRT2)) / 2;
  let last = below(from);
  for (let k = 0; k < parts.length; k++) {
    const next = below(from + ((to - from) * (k + 1)) / parts.length);
    parts[k] = next - last;
    last = next;
  }
}
