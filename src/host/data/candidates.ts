import path from 'node:path';
import type { DataCandidate } from '../../engine';
import { splitReference } from './reference';

/**
 * Those that fit a model, the likeliest first: with labels before those without, more than a handful of rows before fewer (such
 * as samples of activations that happen to be as wide), near the model before far from it, test before training data.
 */
export function rankCandidates(candidates: readonly DataCandidate[], model: string): readonly DataCandidate[] {
  const score = (candidate: DataCandidate): number => {
    const { file } = splitReference(candidate.data);
    const name = path.basename(file).toLowerCase();
    const unlabelled = candidate.labels === undefined ? 256 : 0;
    const tiny = candidate.rows < 50 ? 128 : 0;
    const purpose = /test|holdout|eval/.test(name) ? 0 : /val/.test(name) ? 1 : /train/.test(name) ? 2 : 1;
    const distance = Math.min(20, folderDistance(path.dirname(model), path.dirname(file)));
    return unlabelled + tiny + 4 * distance + purpose;
  };
  return candidates
    .filter(candidate => candidate.fits)
    .map(candidate => ({ candidate, score: score(candidate) }))
    .sort((a, b) => a.score - b.score || a.candidate.data.localeCompare(b.candidate.data, undefined, { numeric: true }))
    .map(scored => scored.candidate);
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
