import {
  formatCount,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatRoundPercent,
  formatShareRange,
} from '../base/numbers';
import type { Finding, InspectHead, LayerFailure } from './inspect';
import type { LayerTopology } from './layerTopology';

/** What the null's threshold lets pass by chance. */
const LEVEL = 0.05;
/** Below this purity the clusters are not said to match the classes. */
const PURE = 0.9;

/**
 * What was found, in plain sentences, what matters most first. Every sentence has its number and its rule; what was looked for
 * and not found is said as well. Nothing is claimed of a class, a loop or a trend that was not measured here.
 */
export function findingsOf(
  head: InspectHead,
  layers: readonly LayerTopology[],
  failures: readonly LayerFailure[],
): readonly Finding[] {
  const found = [
    ...failures.map(failureFinding),
    ...accuracyFinding(head),
    ...clusterFinding(head, layers),
    ...loopFindings(layers),
    ...trendFinding(layers),
    ...caveatFindings(layers),
  ];
  return [...found.filter(({ weight }) => weight === 'strong'), ...found.filter(({ weight }) => weight === 'note')];
}

function failureFinding({ name, message }: LayerFailure): Finding {
  return {
    kind: 'caveat',
    weight: 'strong',
    sentence: `${name} could not be computed: ${message}`,
    rule: 'A layer that fails does not keep the others from being computed.',
    target: { layer: name, view: 'layers' },
  };
}

function accuracyFinding({ accuracy, labels }: InspectHead): readonly Finding[] {
  if (accuracy === undefined) return [];
  const chance = labels === undefined || labels.classes.length === 0 ? undefined : 1 / labels.classes.length;
  const atChance = chance !== undefined && accuracy.low <= chance && chance <= accuracy.high;
  return [
    {
      kind: 'accuracy',
      weight: 'strong',
      sentence:
        `The network is right for ${formatPercent(accuracy.value)} of ${formatQuantity(accuracy.samples, 'row')} ` +
        `(95 % interval ${formatShareRange(accuracy.low, accuracy.high)} %)` +
        (atChance
          ? `, no better than guessing among ${formatQuantity(labels!.classes.length, 'class', 'classes')}.`
          : '.'),
      rule: 'Share of rows whose predicted class is the label, over all rows; Wilson interval.',
      target: undefined,
    },
  ];
}

/** The layer that says most: the last hidden one with the most dense components, compared with the labels where there are any. */
function clusterFinding(head: InspectHead, layers: readonly LayerTopology[]): readonly Finding[] {
  const most = layers.reduce((best, layer) => Math.max(best, layer.dense0.count), 0);
  // Later layers are nearer to the answer: of equals the last.
  const layer = layers.findLast(({ dense0 }) => dense0.count === most);
  if (layer === undefined) return [];
  const share = `share ≥ ${formatRoundPercent(layer.dense0.share)}`;
  const rule =
    `β0* = the largest number, over all scales, of single-linkage components that hold at least ${formatRoundPercent(layer.dense0.share)} of the points; ` +
    `here at distances from ${formatNumber(layer.dense0.scaleFrom)} to ${formatNumber(layer.dense0.scaleTo)}, n = ${formatCount(layer.points)}.`;
  const target = { layer: layer.name, view: 'scatter' as const, dimension: 0 };
  if (most < 2)
    return [
      {
        kind: 'clusters',
        weight: 'note',
        sentence:
          layers.length === 1
            ? `${layer.name} does not fall into clusters (β0* = ${most}, ${share}).`
            : `No layer falls into clusters (β0* is at most ${most} in all ${layers.length}, ${share}).`,
        rule,
        target: { ...target, view: 'layers' },
      },
    ];
  const classes = head.labels?.classes.length;
  const purity = puritySentence(head, layer);
  return [
    {
      kind: 'clusters',
      weight: layer.caveats.some(({ code }) => code === 'small-components' || code === 'few-points')
        ? 'note'
        : 'strong',
      sentence:
        `${layer.name} holds ${formatCount(most)} clusters` +
        (classes === undefined ? '' : ` for ${formatQuantity(classes, 'class', 'classes')}`) +
        ` (β0* = ${most}, ${share})${purity.sentence}.`,
      rule: rule + purity.rule,
      target,
    },
  ];
}

/** How far the dense components are of one class each: said only where each point is of one row and has a label. */
function puritySentence(head: InspectHead, layer: LayerTopology): { sentence: string; rule: string } {
  const purity = purityOfClusters(head, layer);
  if (purity === undefined) return { sentence: '', rule: '' };
  const { pure, held } = purity;
  const matched = pure >= PURE ? 'they match the classes: ' : 'they do not match the classes: ';
  return {
    sentence: `; ${matched}${formatPercent(pure)} of the ${formatCount(held)} points in them are of their cluster’s commonest class`,
    rule: ` Purity: Σ of the largest class’s count ÷ Σ of members; clusters match the classes from ${formatRoundPercent(PURE)}.`,
  };
}

/** Share of the points in dense components that belong to their component's commonest class. */
export function purityOfClusters(
  head: InspectHead,
  layer: LayerTopology,
): { readonly pure: number; readonly held: number } | undefined {
  const { members, count } = layer.dense0;
  const labels = head.labels;
  if (members === undefined || labels === undefined) return undefined;
  const sampleOfPoint = layer.sampleOfPoint;
  if (sampleOfPoint === undefined && layer.points !== labels.values.length) return undefined;
  const classes = labels.classes.length;
  const counts = new Uint32Array(count * classes);
  let held = 0;
  for (let i = 0; i < members.length; i++) {
    if (members[i]! < 0) continue;
    counts[members[i]! * classes + labels.values[sampleOfPoint === undefined ? i : sampleOfPoint[i]!]!]!++;
    held++;
  }
  let common = 0;
  for (let c = 0; c < count; c++) common += Math.max(0, ...counts.subarray(c * classes, (c + 1) * classes));
  return held === 0 ? undefined : { pure: common / held, held };
}

function loopFindings(layers: readonly LayerTopology[]): readonly Finding[] {
  const tested = layers.filter(layer => layer.loopNull !== undefined && layer.significant.loops !== undefined);
  if (tested.length === 0) return [];
  const null_ = tested[0]!.loopNull!;
  const rule =
    'A loop is significant when its bar in H1 is longer than the longest of 95 % of clouds with the same mean and covariance ' +
    `(Gaussian null, ${formatCount(null_.draws)} draws of ${formatCount(null_.points)} points). Each layer is tested by itself; by chance alone one in twenty passes.`;
  const withLoops = tested
    .filter(layer => layer.significant.loops! > 0)
    .sort((a, b) => excess(b) - excess(a) || b.significant.loops! - a.significant.loops!);
  if (withLoops.length === 0)
    return [
      {
        kind: 'loops',
        weight: 'note',
        sentence:
          tested.length === 1
            ? `No loop of ${tested[0]!.name} is significant (null: covariance-matched Gaussian, 95 %).`
            : `No loop is significant in any of ${tested.length} layers (null: covariance-matched Gaussian, 95 %).`,
        rule,
        target: undefined,
      },
    ];
  const byChance = chanceOfAsMany(withLoops.length, tested.length, LEVEL) > LEVEL;
  const shown = withLoops.slice(0, 3).map((layer, rank): Finding => {
    const loops = layer.significant.loops!;
    const all = pairsOf(layer, 1);
    const pair = longestPair(layer);
    return {
      kind: 'loops',
      weight: rank === 0 && !byChance ? 'strong' : 'note',
      sentence:
        `${formatQuantity(loops, 'significant loop')} in ${layer.name} (of ${formatCount(all)}; null: covariance-matched Gaussian, 95 %); ` +
        `the longest is ${formatNumber(excess(layer))} times the null’s threshold${byChance ? ', which is no more than chance gives over so many layers' : ''}.`,
      rule,
      target: { layer: layer.name, view: 'barcode', dimension: 1, ...(pair === undefined ? {} : { pair }) },
    };
  });
  const silent = tested.length - withLoops.length;
  const more = withLoops.length - shown.length;
  if (silent === 0 && more === 0) return shown;
  const rest = [
    ...(more > 0 ? [`${more} more ${more === 1 ? 'layer has' : 'layers have'} significant loops`] : []),
    ...(silent > 0 ? [`in ${silent} of ${tested.length} layers no loop is significant`] : []),
  ].join('; ');
  return [
    ...shown,
    {
      kind: 'loops',
      weight: 'note',
      sentence: `${rest[0]!.toUpperCase()}${rest.slice(1)}.`,
      rule,
      target: { layer: withLoops[0]!.name, view: 'layers' },
    },
  ];
}

/** How β0* goes from layer to layer, as numbers. What follows from it is left to the reader. */
function trendFinding(layers: readonly LayerTopology[]): readonly Finding[] {
  if (layers.length < 2) return [];
  const counts = layers.map(layer => layer.dense0.count);
  const [first, last] = [layers[0]!, layers[layers.length - 1]!];
  const steps = counts.slice(1).map((count, i) => count - counts[i]!);
  const rises = steps.filter(step => step > 0).length;
  const falls = steps.filter(step => step < 0).length;
  const way =
    rises === 0 && falls === 0
      ? 'it is the same in all layers'
      : falls === 0
        ? `it never falls on the way (${rises} ${rises === 1 ? 'rise' : 'rises'})`
        : rises === 0
          ? `it never rises on the way (${falls} ${falls === 1 ? 'fall' : 'falls'})`
          : `on the way it rises ${times(rises)} and falls ${times(falls)}`;
  return [
    {
      kind: 'simplification',
      weight: 'note',
      sentence: `β0* is ${first.dense0.count} in ${first.name} and ${last.dense0.count} in ${last.name}; ${way}.`,
      rule: `β0* of each layer in the network’s order (${counts.slice(0, 16).join(', ')}${counts.length > 16 ? ', …' : ''}). One sample without interval: a difference of one or two is not evidence.`,
      target: { layer: last.name, view: 'layers' },
    },
  ];
}

/** What can mislead about many layers at once is said once, with the number of layers. */
function caveatFindings(layers: readonly LayerTopology[]): readonly Finding[] {
  const important = ['random-input', 'assumed-architecture', 'few-points', 'small-components', 'wide', 'duplicates'];
  return important.flatMap((code): Finding[] => {
    const having = layers.filter(layer => layer.caveats.some(caveat => caveat.code === code));
    const example = having[0];
    if (example === undefined) return [];
    const message = example.caveats.find(caveat => caveat.code === code)!.message;
    const everywhere =
      having.length === layers.length &&
      ['random-input', 'assumed-architecture', 'few-points', 'small-components'].includes(code);
    return [
      {
        kind: 'caveat',
        weight: 'note',
        sentence: everywhere
          ? message
          : having.length === 1
            ? `${example.name}: ${message}`
            : `${having.length} of ${layers.length} layers, such as ${example.name}: ${message}`,
        rule: CAVEAT_RULES[code] ?? '',
        target: { layer: example.name, view: 'layers' },
      },
    ];
  });
}

const CAVEAT_RULES: Readonly<Record<string, string>> = {
  'random-input': 'No data was given.',
  'assumed-architecture': 'The file holds weights, and not how they are used.',
  'few-points': 'Fewer than 50 points.',
  'small-components': 'The least that a component must hold to count is fewer than 10 points.',
  wide: 'Fewer points than dimensions.',
  duplicates: 'Points at distance 0 from another.',
};

/** Pairs of one dimension. */
function pairsOf({ diagram }: LayerTopology, dimension: number): number {
  return diagram.dimension.reduce((count, d) => count + Number(d === dimension), 0);
}

function longestPair({ diagram }: LayerTopology): number | undefined {
  const from = diagram.dimension.indexOf(1);
  let best: number | undefined;
  for (let i = from; i >= 0 && i < diagram.dimension.length && diagram.dimension[i] === 1; i++)
    if (best === undefined || lengthOf(diagram, i) > lengthOf(diagram, from + best)) best = i - from;
  return best;
}

function lengthOf(diagram: LayerTopology['diagram'], i: number): number {
  return diagram.death[i]! - diagram.birth[i]!;
}

/** The longest loop over the null's threshold. */
function excess(layer: LayerTopology): number {
  const pair = longestPair(layer);
  if (pair === undefined || layer.loopNull === undefined) return 0;
  return lengthOf(layer.diagram, layer.diagram.dimension.indexOf(1) + pair) / layer.loopNull.threshold;
}

/** The probability that `passed` or more of `tested` layers pass by chance, each with probability `level`, were they independent. */
function chanceOfAsMany(passed: number, tested: number, level: number): number {
  let tail = 0;
  let term = (1 - level) ** tested;
  for (let k = 0; k <= tested; k++) {
    if (k >= passed) tail += term;
    term *= ((tested - k) / (k + 1)) * (level / (1 - level));
  }
  return tail;
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}
