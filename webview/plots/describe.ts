import type { InspectHead, LayerTopology } from '../../src/protocol/results';
import { bettiName, formatCount, formatNumber, homologyName } from '../format/numbers';
import { bettiAt } from './bettiCurves';
import type { Feature } from './feature';
import {
  classOfPoint,
  cycleOf,
  isSignificant,
  loopsThrough,
  maxDimensionOf,
  pairsOf,
  rowOfPoint,
  thresholdOf,
} from './layerData';

/** A feature in words, a line a thought: for tooltips, and for those who hear the views instead of seeing them. */
export function describeFeature(head: InspectHead | undefined, layer: LayerTopology, feature: Feature): string[] {
  switch (feature.kind) {
    case 'pair':
      return describePair(layer, feature.dimension, feature.pair);
    case 'bin':
      return describeBin(layer, feature.dimension, feature.pairs);
    case 'point':
      return describePoint(head, layer, feature.point);
    case 'class': {
      const name = head?.labels?.classes[feature.index] ?? String(feature.index);
      let count = 0;
      for (let i = 0; i < layer.points; i++) if (classOfPoint(head, layer, i) === feature.index) count++;
      return [`class ${name}`, `${formatCount(count)} of ${formatCount(layer.points)} points`];
    }
    case 'scale': {
      const lines = [`scale ${formatNumber(feature.scale)}`];
      for (let k = 0; k <= maxDimensionOf(layer); k++) {
        lines.push(`${bettiName(k)} = ${formatCount(bettiAt(layer, k, feature.scale))}`);
      }
      return lines;
    }
  }
}

function describePair(layer: LayerTopology, dimension: number, pair: number): string[] {
  const pairs = pairsOf(layer, dimension);
  const [birth, death] = [pairs.birth[pair], pairs.death[pair]];
  if (birth === undefined || death === undefined) return [];
  const length = death - birth;
  const threshold = thresholdOf(layer, dimension);
  const what = dimension === 0 ? 'component' : dimension === 1 ? 'loop' : 'void';
  const rank = pairs.byLength.indexOf(pair) + 1;
  const place = rank === 1 ? 'the longest' : `no. ${formatCount(rank)} by length`;
  const lines = [`${homologyName(dimension)} ${what}, ${place} of ${formatCount(pairs.count)}`];
  if (death === Infinity) {
    lines.push(`born at ${formatNumber(birth)}, never dies (essential)`);
  } else {
    lines.push(`born at ${formatNumber(birth)}, dies at ${formatNumber(death)}, length ${formatNumber(length)}`);
    if (layer.medianDistance > 0) lines.push(`${formatNumber(length / layer.medianDistance)} of the median distance`);
  }
  if (threshold === undefined) lines.push('significance not tested');
  else if (isSignificant(layer, dimension, pair)) lines.push(`significant: longer than ${formatNumber(threshold)}`);
  else lines.push(`not significant: within ${formatNumber(threshold)}`);
  const cycle = dimension === 1 ? cycleOf(layer, pair) : undefined;
  if (cycle !== undefined) lines.push(`cycle of ${formatCount(cycle.vertices.length)} points`);
  return lines;
}

function describeBin(layer: LayerTopology, dimension: number, members: readonly number[]): string[] {
  const pairs = pairsOf(layer, dimension);
  let [birth, lastBirth, death, longest] = [Infinity, -Infinity, -Infinity, 0];
  for (const pair of members) {
    birth = Math.min(birth, pairs.birth[pair]!);
    lastBirth = Math.max(lastBirth, pairs.birth[pair]!);
    death = Math.max(death, pairs.death[pair]!);
    longest = Math.max(longest, pairs.death[pair]! - pairs.birth[pair]!);
  }
  const born = birth === lastBirth ? formatNumber(birth) : `${formatNumber(birth)}–${formatNumber(lastBirth)}`;
  return [
    `${formatCount(members.length)} bars of ${homologyName(dimension)} drawn as one`,
    `born at ${born}, the last dies at ${formatNumber(death)}`,
    `the longest of them ${formatNumber(longest)}`,
  ];
}

function describePoint(head: InspectHead | undefined, layer: LayerTopology, point: number): string[] {
  const row = head === undefined ? undefined : rowOfPoint(head, layer, point);
  const lines = [row === undefined ? `point ${point}` : `row ${row}`];
  const index = classOfPoint(head, layer, point);
  const name = index === undefined ? undefined : head?.labels?.classes[index];
  if (name !== undefined) lines.push(`class ${name}`);
  const loops = loopsThrough(layer, point).length;
  if (0 < loops) lines.push(`on ${loops === 1 ? 'one cycle' : `${formatCount(loops)} cycles`}`);
  return lines;
}
