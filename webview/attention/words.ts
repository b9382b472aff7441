import type { AttentionHead, AttentionResult } from '../../src/protocol/attention';
import { formatCount, formatNumber, formatPercent } from '../format/numbers';
import type { Measure } from './state';

export function measureName(measure: Measure, result: AttentionResult | undefined): string {
  const compared = result?.roles?.compared ?? [];
  switch (measure) {
    case 'separation':
      return compared.length > 0 && compared.length <= 4 ? `purity of ${compared.join(', ')}` : 'purity of compared roles'; // prettier-ignore
    case 'purity':
      return 'purity of all roles';
    case 'beta0':
      return 'components (β₀)';
    case 'beta1':
      return 'loops (β₁)';
  }
}

export function headName({ layer, head }: { readonly layer: number; readonly head: number }): string {
  return `layer ${layer}, head ${head}`;
}

/** What is known of a head, a line each. */
export function headLines(head: AttentionHead, threshold: number): string[] {
  const { mapper, purity, separation, features } = head;
  const at = features[threshold];
  const estimate = ({ mean, low, high }: { mean: number; low: number; high: number }) =>
    `${formatNumber(mean)} (${formatNumber(low)}–${formatNumber(high)})`;
  return [
    `${headName(head)[0]!.toUpperCase()}${headName(head).slice(1)}`,
    ...(separation === null
      ? []
      : [
          `compared roles ${formatNumber(separation.purity)}, by position ${estimate(separation.position)}, p ${formatNumber(separation.adjusted)}${separation.beyondPosition ? ': beyond position' : ''}`,
        ]),
    ...(purity === null ? [] : [`all roles ${formatNumber(purity)}`]),
    `${formatCount(mapper.nodes.length)} nodes, coverage ${formatPercent(mapper.coverage)}`,
    ...(at === undefined ? [] : [`at ${at.threshold}: β₀ ${estimate(at.beta0)}, β₁ ${estimate(at.beta1)}`]),
  ];
}
