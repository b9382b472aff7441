import type { InspectHead, LayerTopology } from '../../src/protocol/results';
import {
  bettiName,
  formatCount,
  formatNumber,
  formatQuantity,
  formatRoundPercent,
  formatShape,
  homologyName,
  NOT_COMPUTED,
} from '../format/numbers';
import { maxDimensionOf, pairsOf } from '../plots/layerData';
import { drawIcon, element } from './dom';

/** A layer's numbers, each with its rule in small type, and what can mislead about them right below. */

const REDUCTIONS: Readonly<Record<LayerTopology['reduction'], string>> = {
  none: '',
  mean: 'mean over positions',
  flatten: 'all values in a row',
  positions: 'a point a position',
};

/** The line under the layer's name. */
export function layerLine(head: InspectHead | undefined, layer: LayerTopology): string {
  const parts = [layer.op, formatShape(layer.shape), REDUCTIONS[layer.reduction]];
  parts.push(`n = ${formatCount(layer.points)} in ${formatQuantity(layer.width, 'dimension')}`);
  if (head !== undefined) parts.push(`seed ${head.parameters.seed}`);
  return parts.filter(part => part !== '').join('  ·  ');
}

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly rule: string;
  readonly why?: string;
}

export function factsOf(layer: LayerTopology): Fact[] {
  const { dense0, significant, band, loopNull } = layer;
  const scales = Number.isFinite(dense0.scaleTo)
    ? `scales ${formatNumber(dense0.scaleFrom)}–${formatNumber(dense0.scaleTo)}`
    : `from scale ${formatNumber(dense0.scaleFrom)}`;
  const facts: Fact[] = [
    {
      label: 'clusters β₀*',
      value: formatCount(dense0.count),
      rule: `share ≥ ${formatRoundPercent(dense0.share)}, ${scales}`,
    },
    {
      label: 'components beyond the band',
      value: formatCount(significant.components),
      rule: `of ${formatCount(pairsOf(layer, 0).count)}, 95 % band ${formatNumber(band.width)}`,
      why: `Fasy et al. 2014: ${formatCount(band.subsamples)} subsamples of ${formatCount(band.subsampleSize)} points`,
    },
  ];
  if (1 <= maxDimensionOf(layer)) {
    facts.push({
      label: 'significant loops',
      value: significant.loops === undefined ? NOT_COMPUTED : formatCount(significant.loops),
      rule:
        loopNull === undefined
          ? `of ${formatCount(pairsOf(layer, 1).count)}, no null`
          : `of ${formatCount(pairsOf(layer, 1).count)}, null 95 % at ${formatNumber(loopNull.threshold)}`,
      why:
        loopNull === undefined
          ? 'The null was not computed: too few points for it'
          : `The longest loops of ${formatCount(loopNull.draws)} covariance-matched Gaussian clouds of ${formatCount(loopNull.points)} points`,
    });
  }
  const totals = layer.totalPersistence.map((total, k) => `${homologyName(k)} ${formatNumber(total)}`);
  facts.push(
    {
      label: 'total persistence',
      value: totals.join('  '),
      rule: 'sum of the finite bars',
      why: `Sum of the lengths of the finite bars of ${totals.map((_, k) => bettiName(k)).join(', ')}`,
    },
    {
      label: 'median distance',
      value: formatNumber(layer.medianDistance),
      rule: `enclosing radius ${formatNumber(layer.enclosingRadius)}`,
      why: 'Between activations; divide by it to compare layers',
    },
  );
  return facts;
}

export function drawFacts(layer: LayerTopology): HTMLElement {
  const list = element('dl', { class: 'layer-facts' });
  for (const fact of factsOf(layer)) {
    const title = fact.why === undefined ? {} : { title: fact.why };
    list.append(
      element('div', title, [
        element('dt', { text: fact.label }),
        element('dd', { class: 'value', text: fact.value }),
        element('dd', { class: 'rule', text: fact.rule }),
      ]),
    );
  }
  return list;
}

export function drawCaveats(layer: LayerTopology): HTMLElement {
  return element(
    'ul',
    { class: 'caveats', attributes: { 'aria-label': 'Caveats' } },
    layer.caveats.map(caveat => element('li', {}, [drawIcon('warning'), element('span', { text: caveat.message })])),
  );
}
