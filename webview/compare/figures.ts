import type { ComparedLayer, ComparedPair, CompareHead, Ratio } from '../../src/protocol/compare';
import { formatCount, formatNumber, formatPercent, formatRoundPercent, formatShape, homologyName, NOT_COMPUTED } from '../format/numbers'; // prettier-ignore
import { element } from '../inspect/dom';

/** The numbers of a pair, each with what it is and what belongs beside it. */
export function drawFigures(
  head: CompareHead,
  pair: ComparedPair,
  sides: readonly (ComparedLayer | undefined)[],
): HTMLElement {
  const { test, cka, rtd, neighbourhoods } = pair;
  const adjusted = test?.adjusted;
  const p = (value: number | undefined, raw: number | undefined): string =>
    test === null ? NOT_COMPUTED : `p ${formatNumber(raw)}${value === undefined ? '' : `, adjusted ${formatNumber(value)}`}`; // prettier-ignore
  const items: [string, string, string][] = [];
  for (const dimension of [0, 1]) {
    const name = homologyName(dimension);
    items.push([
      `bottleneck ${name}`,
      formatNumber(pair.bottleneck[dimension]?.distance),
      p(adjusted?.bottleneck[dimension], test?.bottleneck[dimension]),
    ]);
    items.push([
      `Wasserstein ${name}`,
      formatNumber(pair.wasserstein[dimension]?.distance),
      p(adjusted?.wasserstein[dimension], test?.wasserstein[dimension]),
    ]);
  }
  items.push(['CKA', cka === null ? NOT_COMPUTED : formatNumber(cka), 'linear; 1 is the same']);
  items.push([
    'RTD',
    rtd === null ? NOT_COMPUTED : formatNumber(rtd.mean),
    rtd === null ? 'needs the same points' : `${formatNumber(rtd.ab)} and ${formatNumber(rtd.ba)}, n = ${formatCount(rtd.points)}`, // prettier-ignore
  ]);
  items.push([
    'rows keep',
    neighbourhoods === null ? NOT_COMPUTED : formatRoundPercent(neighbourhoods.meanOverlap),
    neighbourhoods === null ? 'needs the same points' : `of ${neighbourhoods.neighbours} nearest; ${formatPercent(neighbourhoods.chance)} by chance`, // prettier-ignore
  ]);
  items.push([
    'total persistence B : A',
    pair.totalRatio.map(ratio => (ratio === null ? NOT_COMPUTED : formatNumber(ratio.value))).join(' · '),
    intervalText(pair.totalRatio),
  ]);
  const [weight] = pair.weights;
  if (weight !== undefined)
    items.push([
      'weights',
      weight.relative === null ? NOT_COMPUTED : formatNumber(weight.relative),
      `${weight.a}, ${formatShape(weight.shape)}${pair.weights.length > 1 ? `; ${pair.weights.slice(1, 4).map(({ a, relative }) => `${a} ${relative === null ? NOT_COMPUTED : formatNumber(relative)}`).join(', ')}` : ''}`, // prettier-ignore
    ]);
  const list = element(
    'dl',
    { class: 'figures' },
    items.map(([term, value, note]) =>
      element('div', {}, [
        element('dt', { text: term }),
        element('dd', {}, [element('b', { text: value }), ' ', element('small', { text: note })]),
      ]),
    ),
  );
  const caveats = [...pair.caveats, ...sides.flatMap(side => side?.caveats ?? [])].filter(
    ({ message }, i, all) => all.findIndex(other => other.message === message) === i,
  );
  const notes = element(
    'ul',
    { class: 'pair-caveats' },
    caveats.map(({ message }) => element('li', { text: message })),
  );
  notes.hidden = caveats.length === 0;
  const details = element('details', { class: 'caveats-fold' }, [
    element('summary', { text: `What can mislead (${caveats.length})` }),
    notes,
  ]);
  details.hidden = caveats.length === 0;
  return element('div', { class: 'figures-holder', attributes: { 'aria-label': `Figures of ${head.lines[pair.line]!.name}` } }, [list, details]); // prettier-ignore
}

function intervalText(ratios: readonly (Ratio | null)[]): string {
  const known = ratios.flatMap(ratio => (ratio === null || ratio.low === null || ratio.high === null ? [] : [`${formatNumber(ratio.low)}–${formatNumber(ratio.high)}`])); // prettier-ignore
  return known.length === 0 ? 'H₀ · H₁' : `H₀ ${known[0]}${known[1] === undefined ? '' : `, H₁ ${known[1]}`}`;
}
