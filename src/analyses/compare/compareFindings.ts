import { formatCount, formatNumber, formatPercent, formatQuantity, formatRoundPercent } from '../../base/numbers';
import { isSignificant, smallestAdjusted } from './adjustedPairs';
import type { ComparedPair, CompareFinding, CompareResult } from './compare';
import type { Ratio } from './comparedPair';
import { lineName } from './lineNames';

type Compared = Pick<CompareResult, 'head' | 'layers' | 'pairs' | 'accuracies' | 'failures'>;

/** Below this two layers give the same activations but for rounding. */
const SAME_DISTANCE = 1e-4;
const SAME_CKA = 1 - 1e-6;
/** What networks that memorised random labels had at least, in H0 and in H1. */
const MEMORISED = 2;

/** What was found, in plain sentences, what matters most first; what was looked for and not found is said as well. */
export function compareFindings(compared: Compared): readonly CompareFinding[] {
  const names = compared.head.names;
  const found = [
    ...failureFindings(compared, names),
    ...accuracyFindings(compared, names),
    ...memorisationFindings(compared, names),
    ...changeFindings(compared, names),
    ...rowFindings(compared, names),
    ...weightFindings(compared, names),
    ...unmatchedFinding(compared, names),
    ...caveatFindings(compared),
  ];
  return [...found.filter(({ weight }) => weight === 'strong'), ...found.filter(({ weight }) => weight === 'note')];
}

function failureFindings({ failures }: Compared, names: readonly string[]): readonly CompareFinding[] {
  return failures.map(({ name, model, message }) => ({
    kind: 'caveat',
    weight: 'strong',
    sentence: `${name} of ${names[model]} could not be computed: ${message}`,
    rule: 'A layer that fails does not keep the others from being compared.',
    target: undefined,
  }));
}

function accuracyFindings({ head, accuracies }: Compared, names: readonly string[]): readonly CompareFinding[] {
  return accuracies.flatMap(({ a, b, rows, onlyA, onlyB, difference, low, high, pValue }): CompareFinding[] => {
    const [right, other] = [head.models[a]!.accuracy, head.models[b]!.accuracy];
    if (right === undefined || other === undefined) return [];
    const both = `${names[a]} is right for ${formatPercent(right.value)} of ${formatQuantity(rows, 'row')}, ${names[b]} for ${formatPercent(other.value)}`;
    const significant = pValue <= 0.05;
    const verdict =
      onlyA + onlyB === 0
        ? 'on the same rows'
        : `a difference of ${signedPoints(difference)} pt (95 % interval ${signedPoints(low)} to ${signedPoints(high)}), ${significant ? `p = ${formatNumber(pValue)}` : `not significant (p = ${formatNumber(pValue)})`}`;
    return [
      {
        kind: 'accuracy',
        weight: significant ? 'strong' : 'note',
        sentence: `${both}: ${verdict}.`,
        rule: `McNemar’s exact test: ${formatQuantity(onlyA, 'row')} that ${names[a]} alone got right against ${formatCount(onlyB)} of ${names[b]}; interval of Bonett and Price.`,
        target: undefined,
      },
    ];
  });
}

function memorisationFindings({ head, pairs }: Compared, names: readonly string[]): readonly CompareFinding[] {
  const line = head.lastHidden;
  if (line === undefined) return [];
  return pairs.flatMap(({ line: own, a, b, totalRatio }): CompareFinding[] => {
    const [h0, h1] = totalRatio;
    if (own !== line || !h0 || !h1 || h0.value === 0 || h1.value === 0) return [];
    const flip = h0.value < 1;
    const [first, second] = flip ? [inverse(h0), inverse(h1)] : [h0, h1];
    const [more, less] = flip ? [names[a], names[b]] : [names[b], names[a]];
    const signal = first.value >= MEMORISED && second.value >= MEMORISED;
    // Of many pairs the ones that say something.
    if (!signal && head.models.length > 2) return [];
    return [
      {
        kind: 'memorisation',
        weight: signal ? 'strong' : 'note',
        sentence:
          `In ${lineName(head, line)}, the last hidden layer, ${more} has ${timesText(first)} the total persistence of ${less} in H0 and ${timesText(second)} in H1` +
          (signal
            ? ': as a network has that memorised its labels, beside one that learned the classes.'
            : `: no sign that either memorised its labels (that takes ${MEMORISED} in both).`),
        rule:
          `Sums of bars over the median distance; intervals from half samples. Networks trained on random labels had at least ${MEMORISED} times as much, in H0 and in H1, as the same network trained on the true ones. ` +
          'It is a sign and no proof: it was seen on training rows, of networks of one architecture; other tasks and augmentation move it as well.',
        target: { line, view: 'diagram' },
      },
    ];
  });
}

function inverse({ value, low, high }: Ratio): Ratio {
  return { value: 1 / value, low: high === null ? null : 1 / high, high: low === null ? null : 1 / low };
}

function timesText({ value, low, high }: Ratio): string {
  const interval = low === null || high === null ? '' : ` (${formatNumber(low)}–${formatNumber(high)})`;
  return `${formatNumber(value)} times${interval}`;
}

function changeFindings({ head, pairs }: Compared, names: readonly string[]): readonly CompareFinding[] {
  return modelPairs(pairs).flatMap(([a, b, own]): CompareFinding[] => {
    const what = head.models.length === 2 ? '' : ` between ${names[a]} and ${names[b]}`;
    const tested = own.filter(({ test }) => test !== null);
    const rule =
      tested.length === 0
        ? 'Distances of diagrams in units of the median distance.'
        : `Distances of diagrams in units of the median distance. ${permutationRule(tested)}`;
    if (own.every(isSame))
      return [
        {
          kind: 'same',
          weight: 'strong',
          sentence: `All ${formatCount(own.length)} layers that have a counterpart give the same activations${what}, but for rounding.`,
          rule: `Bottleneck distances below ${SAME_DISTANCE} of the median and CKA 1, on the same rows.`,
          target: { line: own[0]!.line, view: 'lines' },
        },
      ];
    const significant = own.filter(({ test }) => isSignificant(test));
    if (significant.length === 0)
      return [
        {
          kind: 'change',
          weight: tested.length === 0 ? 'note' : 'strong',
          sentence:
            tested.length === 0
              ? `Whether layers differ in shape${what} could not be tested.`
              : `No layer differs in shape${what} by more than the rows drawn would: not significant in all ${formatCount(tested.length)} that were tested.`,
          rule,
          target: { line: byChange(own)[0]!.line, view: 'diagram' },
        },
      ];
    const alike = significant.filter(({ caveats }) => !caveats.some(({ code }) => code === 'other-operator'));
    const [most] = byChange(alike.length > 0 ? alike : significant);
    const operators = most!.caveats.find(({ code }) => code === 'other-operator');
    const least = byChange(own).at(-1)!;
    const measured = (pair: ComparedPair) =>
      `bottleneck ${formatNumber(pair.bottleneck[0]!.distance)} in H0, ${formatNumber(pair.bottleneck[1]!.distance)} in H1` +
      (pair.cka === null ? '' : `, CKA ${formatNumber(pair.cka)}`);
    return [
      {
        kind: 'change',
        weight: 'strong',
        sentence: `${lineName(head, most!.line)} changed most${what}: ${measured(most!)} (adjusted p = ${formatNumber(smallestAdjusted(most!.test))}).`,
        rule: operators === undefined ? rule : `${operators.message} ${rule}`,
        target: { line: most!.line, view: 'diagram' },
      },
      {
        kind: 'change',
        weight: significant.length === tested.length ? 'strong' : 'note',
        sentence:
          `${formatCount(significant.length)} of ${formatQuantity(tested.length, 'layer')} with a counterpart ${significant.length === 1 ? 'differs' : 'differ'} significantly in shape${what}` +
          (least.line === most!.line ? '.' : `; ${lineName(head, least.line)} changed least: ${measured(least)}.`),
        rule,
        target: { line: least.line, view: 'lines' },
      },
    ];
  });
}

function permutationRule(tested: readonly ComparedPair[]): string {
  const { parts, pointsOfPart, permutations } = tested[0]!.test!;
  return (
    `Joint loss of Robinson and Turner over ${parts} disjoint parts of ${formatCount(pointsOfPart)} rows, all ${formatCount(permutations)} swaps within parts; ` +
    'adjusted by Holm for all layers, both dimensions and both distances, 5 %.'
  );
}

/** Largest first: by the sum of moves in H0, then H1. */
function byChange(pairs: readonly ComparedPair[]): readonly ComparedPair[] {
  const size = ({ bottleneck }: ComparedPair) => Math.max(...bottleneck.map(({ distance }) => distance));
  return [...pairs].sort((x, y) => size(y) - size(x) || x.line - y.line);
}

function isSame({ bottleneck, cka }: ComparedPair): boolean {
  return bottleneck.every(({ distance }) => distance < SAME_DISTANCE) && cka !== null && cka > SAME_CKA;
}

function rowFindings({ head, pairs }: Compared, names: readonly string[]): readonly CompareFinding[] {
  return modelPairs(pairs).flatMap(([a, b, own]): CompareFinding[] => {
    // What the network knows of a row is best seen before its answer.
    const chosen = own.find(({ line, neighbourhoods }) => line === head.lastHidden && neighbourhoods !== null);
    const pair = chosen ?? own.findLast(({ neighbourhoods }) => neighbourhoods !== null);
    const near = pair?.neighbourhoods;
    if (pair === undefined || !near || near.changed.length === 0) return [];
    const what = head.models.length === 2 ? '' : ` from ${names[a]} to ${names[b]}`;
    const [first] = near.changed;
    return [
      {
        kind: 'rows',
        weight: 'note',
        sentence:
          `In ${lineName(head, pair.line)} a row keeps ${formatRoundPercent(near.meanOverlap)} of its ${near.neighbours} nearest rows${what} on average; ` +
          `row ${head.sampledRows[first!.point]} keeps ${formatRoundPercent(first!.overlap)}.`,
        rule: `Overlap of the ${near.neighbours} nearest neighbours within the sample; clouds that have nothing in common would share ${formatPercent(near.chance)}.`,
        target: { line: pair.line, view: 'rows' },
      },
    ];
  });
}

function weightFindings({ head, pairs }: Compared, names: readonly string[]): readonly CompareFinding[] {
  return modelPairs(pairs).flatMap(([a, b, own]): CompareFinding[] => {
    const all = own.flatMap(({ line, weights }) => weights.map(weight => ({ line, ...weight })));
    const [largest] = all.filter(({ relative }) => relative !== null).sort((x, y) => y.relative! - x.relative!);
    if (largest === undefined) return [];
    const what = head.models.length === 2 ? '' : ` between ${names[a]} and ${names[b]}`;
    return [
      {
        kind: 'weights',
        weight: 'note',
        sentence:
          largest.relative! < 1e-6
            ? `All ${formatQuantity(all.length, 'tensor')} that both files hold are the same${what}.`
            : `The weights differ most in ${largest.a}${what}: by ${formatNumber(largest.relative!)} of their norm.`,
        rule: 'Norm of the difference over the root mean square of both norms: 0 the same, √2 unrelated. Units may be in another order, which this does not see.',
        target: { line: largest.line, view: 'weights' },
      },
    ];
  });
}

function unmatchedFinding({ head }: Compared, names: readonly string[]): readonly CompareFinding[] {
  const alone = head.models.map(
    (_, model) =>
      head.lines.filter(({ layers }) => layers[model] !== null && layers.filter(layer => layer !== null).length === 1)
        .length,
  );
  if (alone.every(count => count === 0)) return [];
  const parts = alone.flatMap((count, model) => (count === 0 ? [] : [`${formatCount(count)} of ${names[model]}`]));
  return [
    {
      kind: 'unmatched',
      weight: 'note',
      sentence: `Layers without a counterpart: ${parts.join(', ')}.`,
      rule: 'Layers are aligned by name, kind of operator, shape and order; what the other file does not have stays alone.',
      target: undefined,
    },
  ];
}

function caveatFindings({ head, layers, pairs }: Compared): readonly CompareFinding[] {
  const caveats = new Map<string, { readonly lines: Set<number>; readonly message: string }>();
  const add = (message: string, line: number) => {
    const entry = caveats.get(message) ?? { lines: new Set<number>(), message };
    entry.lines.add(line);
    caveats.set(message, entry);
  };
  // What bears on distances; the other caveats of a layer are about counts that are not compared.
  for (const layer of layers)
    for (const { code, message } of layer.caveats)
      if (['random-input', 'assumed-architecture', 'few-points', 'sample', 'reduction', 'duplicates'].includes(code))
        add(message, layer.line);
  for (const pair of pairs) for (const { message } of pair.caveats) add(message, pair.line);
  return [...caveats.values()].map(({ message, lines }) => {
    const own = [...lines];
    return {
      kind: 'caveat',
      weight: 'note',
      sentence: message,
      rule: own.length > 3 ? `${formatCount(own.length)} layers` : own.map(line => lineName(head, line)).join(', '),
      target: { line: own[0]!, view: 'lines' },
    };
  });
}

function modelPairs(
  pairs: readonly ComparedPair[],
): readonly (readonly [a: number, b: number, own: readonly ComparedPair[]])[] {
  const groups = new Map<string, ComparedPair[]>();
  for (const pair of pairs) {
    const name = `${pair.a} ${pair.b}`;
    groups.set(name, [...(groups.get(name) ?? []), pair]);
  }
  return [...groups.values()].map(own => [own[0]!.a, own[0]!.b, own]);
}

/** Points of a percent, with their sign. */
function signedPoints(share: number): string {
  const points = Math.abs(share * 100);
  return `${share < 0 ? '−' : '+'}${points < 0.05 ? '0' : points.toFixed(1)}`;
}
