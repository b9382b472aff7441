import type { Checkpoint, TimelineEntry } from '../../src/protocol/timeline';
import type { Paint } from '../plots/scene';

/** One line of a chart: a value for each checkpoint, in order; undefined where there is none. */
export interface Line {
  readonly name: string;
  readonly paint: Paint;
  readonly dash?: readonly number[];
  readonly values: readonly (number | undefined)[];
  /** An interval about each value. */
  readonly low?: readonly (number | undefined)[];
  readonly high?: readonly (number | undefined)[];
  /** The layer that it is of, where it is of one. */
  readonly layer?: string;
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  /** Of its axis. */
  readonly unit: string;
  readonly lines: readonly Line[];
  /** Where the axis begins and ends, where that is given. */
  readonly from?: number;
  readonly to?: number;
  readonly percent?: boolean;
  readonly help: readonly string[];
}

/** A row for each layer, a cell for each checkpoint. */
export interface Strip {
  readonly layers: readonly string[];
  readonly values: readonly (readonly (number | undefined)[])[];
  readonly most: number;
}

/** So many layers have a colour of their own. */
const MOST_COLOURS = 10;

export function isMeasured(entry: TimelineEntry | undefined): entry is Checkpoint {
  return entry !== undefined && !('error' in entry);
}

/** Every layer that a checkpoint has, in the network's order. */
export function layerNames(entries: readonly (TimelineEntry | undefined)[]): readonly string[] {
  const names = new Set<string>();
  for (const entry of entries) if (isMeasured(entry)) for (const { name } of entry.layers) names.add(name);
  return [...names];
}

/** Those with something to show: what no checkpoint has is no chart. */
export function chartsOf(entries: readonly (TimelineEntry | undefined)[], dimension: number): readonly Chart[] {
  const of = (value: (checkpoint: Checkpoint) => number | null | undefined) =>
    entries.map(entry => (isMeasured(entry) ? (value(entry) ?? undefined) : undefined));
  const layers = layerNames(entries);
  const weights = new Set<string>();
  for (const entry of entries)
    if (isMeasured(entry)) for (const { name } of entry.weights?.neuralPersistence.layers ?? []) weights.add(name);
  const layer = (checkpoint: Checkpoint, name: string) => checkpoint.layers.find(one => one.name === name);
  const weight = (checkpoint: Checkpoint, name: string) =>
    checkpoint.weights?.neuralPersistence.layers.find(one => one.name === name);
  const homology = `H${'₀₁₂₃'.charAt(dimension)}`;
  const charts: Chart[] = [
    {
      id: 'accuracy',
      title: 'Accuracy',
      unit: 'of all rows',
      percent: true,
      from: 0,
      to: 1,
      lines: [
        {
          name: 'accuracy',
          paint: 'h0',
          values: of(one => one.accuracy?.value),
          low: of(one => one.accuracy?.low),
          high: of(one => one.accuracy?.high),
        },
      ],
      help: [
        'The share of all rows that the network tells right, with its 95 % Wilson interval.',
        'Checkpoints share their rows: differences between them are surer than the intervals look.',
        'Choosing a checkpoint by it makes it too high: report the accuracy on other rows.',
      ],
    },
    {
      id: 'persistence',
      title: `Total persistence ${homology}`,
      unit: 'median distances',
      from: 0,
      lines: layers.map((name, at) => ({
        name,
        layer: name,
        ...paintOf(at, layers.length),
        values: of(one => layer(one, name)?.relativePersistence[dimension]),
      })),
      help: [
        `The sum of the lengths of the finite ${homology} bars of each layer, over the median distance of its points.`,
        'Features that come apart again after they came together are a sign of memorising.',
        'It follows the number of points: compare runs on the same points and seed.',
      ],
    },
    {
      id: 'neural-persistence',
      title: 'Neural persistence',
      unit: 'as in the paper',
      from: 0,
      lines: [
        { name: 'mean', paint: 'foreground', values: of(one => one.weights?.neuralPersistence.mean) },
        ...[...weights].map((name, at) => ({
          name,
          layer: name,
          ...paintOf(at, weights.size),
          values: of(one => weight(one, name)?.value),
        })),
      ],
      help: [
        'Of the weights alone, by layer and their mean (Rieck et al. 2019).',
        'It is close to a function of the variance of the weights (Girrbach et al. 2023), which stands below it.',
        'A change that the variance shows too says nothing new.',
      ],
    },
    {
      id: 'variance',
      title: 'Weight variance',
      unit: 'of signed weights',
      from: 0,
      lines: [...weights].map((name, at) => ({
        name,
        layer: name,
        ...paintOf(at, weights.size),
        values: of(one => weight(one, name)?.variance),
      })),
      help: [
        'The population variance of the weights of each dense layer.',
        'Read neural persistence beside it.',
        'Weight decay and learning rate move it without any change of what is learned.',
      ],
    },
    {
      id: 'collapse',
      title: 'Neural collapse NC1',
      unit: 'at the features',
      from: 0,
      lines: [{ name: 'NC1', paint: 'h1', values: of(one => one.collapse?.nc1) }],
      help: [
        'Spread within classes against the distance between them, at what the classifier reads (Papyan et al. 2020).',
        'It falls towards 0 late in training, on the rows of training.',
        'On other rows it says how well the classes are told apart there. One direction in which two class means nearly agree makes it large.',
      ],
    },
    {
      id: 'collapse-more',
      title: 'Neural collapse NC2–NC4',
      unit: 'at the features',
      from: 0,
      lines: [
        { name: 'NC2 lengths', paint: 'class0', values: of(one => one.collapse?.nc2Norm) },
        { name: 'NC2 angles', paint: 'class1', dash: [6, 3], values: of(one => one.collapse?.nc2Angle) },
        { name: 'NC3', paint: 'class4', dash: [2, 2], values: of(one => one.collapse?.nc3) },
        { name: 'NC4', paint: 'class2', dash: [8, 3, 2, 3], values: of(one => one.collapse?.nc4) },
      ],
      help: [
        'Class means of unequal length and angle (NC2), the classifier against the class means (NC3), and the share decided otherwise than by the nearest class mean (NC4).',
        'All are 0 for classes at the corners of a regular simplex.',
        'The angles may stay where they are while all others fall.',
      ],
    },
  ];
  return charts
    .map(chart => ({ ...chart, lines: chart.lines.filter(line => line.values.some(value => value !== undefined)) }))
    .filter(chart => chart.lines.length > 0);
}

/** How far each layer is from the layer that it reads. */
export function stripOf(entries: readonly (TimelineEntry | undefined)[], dimension: number): Strip {
  const names = layerNames(entries);
  const values = names.map(name =>
    entries.map(entry =>
      isMeasured(entry)
        ? entry.layers.find(layer => layer.name === name)?.redundancy?.bottleneck[dimension]
        : undefined,
    ),
  );
  const kept = names.flatMap((_, at) => (values[at]!.some(value => value !== undefined) ? [at] : []));
  let most = 0;
  for (const at of kept) for (const value of values[at]!) if (value !== undefined && value > most) most = value;
  return { layers: kept.map(at => names[at]!), values: kept.map(at => values[at]!), most };
}

/** More layers than colours: a colour for the last ones, which the classifier is near to; the others are grey until they are pointed at. */
function paintOf(at: number, count: number): Pick<Line, 'paint' | 'dash'> {
  const place = at - Math.max(0, count - MOST_COLOURS);
  if (place < 0) return { paint: 'other' };
  return { paint: `class${place}`, ...(place % 3 === 1 ? { dash: [6, 3] } : place % 3 === 2 ? { dash: [2, 2] } : {}) };
}

/** Where checkpoints stand: evenly, or by their steps; those without a step follow evenly. Ascending, from 0 to 1. */
export function placesOf(
  entries: readonly { readonly step: number | null }[],
  spacing: 'even' | 'step',
): readonly number[] {
  const { length } = entries;
  if (length <= 1) return entries.map(() => 0.5);
  const steps = entries.map(entry => entry.step);
  const known = steps.filter(step => step !== null);
  const first = known[0];
  const last = known.at(-1);
  if (spacing === 'even' || first === undefined || last === undefined || last <= first)
    return entries.map((_, at) => at / (length - 1));
  const gap = (last - first) / Math.max(1, known.length - 1);
  let end = last;
  const at = steps.map(step => step ?? (end += gap));
  return at.map(step => (step - first) / (end - first));
}
