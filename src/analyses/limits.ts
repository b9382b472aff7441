import { Fault, type Warning } from '../base/fault';
import { formatBytes, formatCount } from '../base/numbers';
import { forecastRipsBytes } from '../topology/rips';
import { refuseUnnumbered } from '../topology/simplexKeys';

/** Fewer points than this say little about a shape. */
export const FEW_POINTS = 50;

/** The warning that few points deserve. */
export function fewPoints(points: number): readonly Warning[] {
  if (points >= FEW_POINTS) return [];
  const count = points === 1 ? 'A single point is' : `${formatCount(points)} points are`;
  return [{ code: 'few-points', message: `${count} too few for topology: the diagram says little about a shape.` }];
}

/** Throws `too-large`, saying what would fit, before anything is allocated. `otherwise` ends the hint; `width` is of the points whose distances are still to be made. */
export function refuseTooLarge(
  points: number,
  maxDimension: number,
  memoryLimitBytes: number,
  otherwise?: string,
  width = 0,
): void {
  const bytesAt = (count: number) => persistenceBytes(count, maxDimension, width);
  refuse(points, maxDimension, memoryLimitBytes, bytesAt(points), bytesAt, otherwise);
}

/**
 * What Rips persistence takes: distances and edges. What the reduction stores beside them depends on the shape of the cloud and cannot be told beforehand; it is
 * little but for large clouds in dimension 2 and above, and a run that outgrows the limit ends (`memoryLimitBytes` of `rips`).
 */
export function persistenceBytes(points: number, maxDimension: number, width = 0): number {
  return forecastRipsBytes(points, maxDimension, width);
}

/** The same for a run whose forecast is known, with what it takes beside Rips persistence. */
export function refuseForecast(
  points: number,
  maxDimension: number,
  memoryLimitBytes: number,
  bytesAt: (points: number) => number,
): void {
  refuse(points, maxDimension, memoryLimitBytes, bytesAt(points), bytesAt);
}

function refuse(
  points: number,
  maxDimension: number,
  memoryLimitBytes: number,
  bytes: number,
  bytesAt: (points: number) => number,
  otherwise?: string,
): void {
  refuseUnnumbered(points, maxDimension);
  if (bytes <= memoryLimitBytes) return;
  const fit = pointsWithin(points, memoryLimitBytes, bytesAt);
  throw new Fault(
    'too-large',
    `${formatCount(points)} points in dimension ${maxDimension} would take ${bytes < 2 ** 60 ? `about ${formatBytes(bytes)}` : 'far more memory than there is'}, more than the ${formatBytes(memoryLimitBytes)} allowed.`,
    {
      hint: [
        fit >= 3
          ? `About ${formatCount(fit)} points would fit.`
          : `Three points take ${formatBytes(bytesAt(3))} already.`,
        ...(otherwise === undefined ? [] : [otherwise]),
      ].join(' '),
    },
  );
}

/** The largest number of points, up to `points`, that take no more than the limit; 0 where none do. */
export function pointsWithin(points: number, limitBytes: number, bytesAt: (points: number) => number): number {
  let low = 0;
  let high = points;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (bytesAt(middle) <= limitBytes) low = middle;
    else high = middle - 1;
  }
  return low;
}
