import path from 'node:path';
import type { DataCandidate } from '../../engine';
import { splitReference } from './reference';

/**
 * Those that fit a model, the likeliest first: by their very shape before after reshaping; with labels before without; more than a
 * handful of rows before fewer (such as samples of activations that happen to be as wide); near the model before far from it; test before
 * training data; by name.
 */
export function rankCandidates(candidates: readonly DataCandidate[], model: string): readonly DataCandidate[] {
  const ranks = (candidate: DataCandidate): readonly number[] => {
    const { file } = splitReference(candidate.data);
    const name = path.basename(file).toLowerCase();
    return [
      candidate.exact ? 0 : 1,
      candidate.labels === undefined ? 1 : 0,
      candidate.rows < FEW_ROWS ? 1 : 0,
      folderDistance(path.dirname(model), path.dirname(file)),
      /test|holdout|eval/.test(name) ? 0 : /train/.test(name) ? 2 : 1,
    ];
  };
  return candidates
    .filter(candidate => candidate.fits)
    .map(candidate => ({ candidate, ranks: ranks(candidate) }))
    .sort((a, b) => compareRanks(a.ranks, b.ranks) || compareNames(a.candidate.data, b.candidate.data))
    .map(ranked => ranked.candidate);
}

const FEW_ROWS = 50;

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((rank, i) => rank !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

function compareNames(a: string, b: string): number {
  return a.localeCompare(b, undefined, { numeric: true });
}

/** What could be labels of `rows` rows: one number or text a row. */
export function labelCandidates(
  candidates: readonly DataCandidate[],
  chosen: Pick<DataCandidate, 'data' | 'rows'>,
): readonly string[] {
  return candidates
    .filter(candidate => candidate.data !== chosen.data && candidate.rows === chosen.rows)
    .filter(candidate => candidate.rowShape.every(size => size === 1))
    .map(candidate => candidate.data);
}

/** Steps up and down between two folders. */
export function folderDistance(from: string, to: string): number {
  const relative = path.relative(from, to);
  return relative === '' ? 0 : relative.split(path.sep).length;
}

/** At most `most` files, those nearest to the model. */
export function nearest(files: readonly string[], model: string, most: number): readonly string[] {
  if (files.length <= most) return files;
  const folder = path.dirname(model);
  return files
    .map(file => ({ file, distance: folderDistance(folder, path.dirname(file)) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(ranked => ranked.file);
}
