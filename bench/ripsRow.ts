import fs from 'node:fs';
import path from 'node:path';
import { inTurnOfThreads } from './inTurn';
import type { Bound, Measurement } from './measurement';
import { ripser } from './peers';
import { npyOf, ripserText, type BenchCloud } from './ripsClouds';

/** How a cloud is measured. */
export interface RipsComparison {
  readonly dimension: number;
  readonly threshold?: number;
  /** Numbers of threads, a row each, and the largest share of Ripser's time that they may take. */
  readonly threads: readonly { readonly threads: number; readonly ratio?: number }[];
  /** So much more memory than Ripser may be taken. */
  readonly megabytes?: number;
  readonly repetitions?: number;
  readonly longEnough?: number;
  /** Whether Ripser is run; it is, unless said otherwise. */
  readonly beside?: boolean;
}

/** Rips persistence of a cloud beside Ripser: whole processes in turn. Files go to `folder`. */
export function ripsRows(cloud: BenchCloud, comparison: RipsComparison, folder: string): Measurement[] {
  const { name, count, width, matrix = false } = cloud;
  const { dimension, threshold, threads, megabytes, beside = true, ...repeated } = comparison;
  const [npy, text] = [path.join(folder, 'cloud.npy'), path.join(folder, 'cloud.txt')];
  fs.writeFileSync(npy, npyOf(cloud));
  if (beside) fs.writeFileSync(text, ripserText(cloud));
  const below = threshold === undefined ? [] : ['--threshold', String(threshold)];
  const size = matrix ? `${count} points` : `${count} × ${width}`;
  const format = matrix ? 'lower-distance' : 'point-cloud';
  const peer = ripser(['--format', format, '--dim', String(dimension), ...below, text], output =>
    peerPersistence(output, dimension),
  );
  return inTurnOfThreads(
    {
      what: `Rips, ${name} ${size}, dimension ${dimension}${threshold === undefined ? '' : `, threshold ${threshold}`}`,
      arguments: [
        'rips',
        npy,
        '--max-dim',
        String(dimension),
        ...below,
        ...(matrix ? ['--metric', 'precomputed'] : []),
      ],
      answer: json => ourPersistence(json, dimension),
      ...(beside ? { peer } : {}),
      ...repeated,
    },
    threads.map(({ threads: number, ratio }) => {
      const bounds: Bound[] = [];
      if (ratio !== undefined) bounds.push({ of: 'ratio', atMost: ratio });
      if (megabytes !== undefined) bounds.push({ of: 'megabytes more', atMost: megabytes });
      return { threads: number, bounds };
    }),
  );
}

/** Sum of the lengths of the bars of one dimension. */
function ourPersistence(json: unknown, dimension: number): number {
  const { diagram } = json as { diagram: Record<string, [number, number | null][]> };
  return (diagram[dimension] ?? []).reduce((sum, [birth, death]) => sum + (death ?? birth) - birth, 0);
}

function peerPersistence(output: string, dimension: number): number {
  const [, part = ''] = output.split(`persistence intervals in dim ${dimension}:`);
  const bars = part.matchAll(/\[([\d.e+-]+),([\d.e+-]+)\)/g);
  return [...bars].reduce((sum, [, birth, death]) => sum + Number(death) - Number(birth), 0);
}
