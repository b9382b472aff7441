import type { DescribeWords, WeightReading } from '../../src/protocol/describe';
import { formatCount } from '../format/numbers';
import { drawIcon, element } from '../inspect/dom';
import type { Choice, Layers } from './graph/shownGraph';
import { histogramView } from './histogram';
import { link } from './modelFacts';
import { tensorShape } from './shapes';

type Layer = Layers[number];

export interface DetailEvents {
  choose(choice: Choice | undefined): void;
  inspect(layer: string): void;
  mapper(layer: string): void;
  toggle(block: string): void;
}

/** What is known of a layer's tensors so far, by their names. */
export type Readings = ReadonlyMap<string, WeightReading>;

export interface LayerContext {
  readonly blocks: readonly string[];
  readonly readers: readonly string[];
  readonly readings: Readings;
  readonly isRunnable: boolean;
}

const MOST_NAMES = 12;

/** One layer: what it is, what it joins, and how its weights are distributed. */
export function layerDetail(
  layer: Layer,
  context: LayerContext,
  words: DescribeWords,
  events: DetailEvents,
): HTMLElement {
  const { name, op, outputShape, parameters, inputs, weights, within } = layer;
  const layers = (names: readonly string[]): (HTMLElement | string)[] => [
    ...names.slice(0, MOST_NAMES).map(one => link(one, () => events.choose({ kind: 'layer', name: one }))),
    ...(names.length > MOST_NAMES ? [`… ${formatCount(names.length - MOST_NAMES)}`] : []),
  ];
  const facts: [string, (HTMLElement | string)[]][] = [
    [words.operator, [op]],
    [words.outputShape, [tensorShape(outputShape, words.unknown)]],
    [words.parameters, [formatCount(parameters)]],
    ...(context.isRunnable
      ? ([
          [words.reads, inputs.length === 0 ? [words.input] : layers(inputs)],
          [words.readBy, context.readers.length === 0 ? [words.nothing] : layers(context.readers)],
        ] as [string, (HTMLElement | string)[]][])
      : []),
    ...(within === undefined ? [] : ([[words.bodyOf, layers([within.layer])]] as [string, (HTMLElement | string)[]][])),
    ...(context.blocks.length === 0
      ? []
      : [
          [
            words.blockOf,
            context.blocks.slice(-1).map(block => link(block, () => events.choose({ kind: 'block', name: block }))),
          ] as [string, (HTMLElement | string)[]],
        ]),
  ];
  return element('div', { class: 'layer-detail' }, [
    backLink(words, events),
    element('h2', { text: name, attributes: { tabindex: '-1' } }),
    ...(within === undefined ? [] : [element('p', { class: 'quiet', text: words.notCaptured })]),
    ...(context.isRunnable && within === undefined
      ? [
          element('button', {
            class: 'secondary',
            text: words.showTopology,
            attributes: { type: 'button' },
            onClick: () => events.inspect(name),
          }),
          ' ',
          element('button', {
            class: 'secondary',
            text: words.mapper,
            attributes: { type: 'button' },
            onClick: () => events.mapper(name),
          }),
        ]
      : []),
    factList(facts),
    element('h3', { text: words.weights }),
    ...(weights.length === 0 ? [element('p', { class: 'quiet', text: words.noWeights })] : []),
    ...weights.map(weight => tensor(layer, weight, context.readings, words)),
  ]);
}

function tensor(
  layer: Layer,
  { name, shape, type, trained }: Layer['weights'][number],
  readings: Readings,
  words: DescribeWords,
): HTMLElement {
  const reading = readings.get(name);
  const own = name.startsWith(`${layer.name}.`) ? name.slice(layer.name.length + 1) : name;
  const remarks = [
    ...(trained ? [] : [words.notTrained]),
    ...(/^(u?int|float[48]_)/.test(type) ? [words.storedValues] : []),
  ];
  const content = (): HTMLElement => {
    if (reading?.kind === 'histogram') return histogramView(reading.histogram, words);
    if (reading?.kind === 'fault')
      return element('p', { class: 'not-finite' }, [
        drawIcon('warning'),
        [reading.fault.message, ...(reading.fault.hint === undefined ? [] : [reading.fault.hint])].join(' '),
      ]);
    // As high as what will stand there: nothing jumps.
    return element('div', { class: 'histogram reading', attributes: { role: 'status' } }, [
      element('span', { class: 'quiet', text: words.readingWeights }),
    ]);
  };
  return element('section', { class: 'tensor', attributes: { 'aria-label': name } }, [
    element('h4', { title: name }, [
      element('span', { text: own }),
      element('span', { class: 'quiet', text: [tensorShape(shape, ''), type, ...remarks].join(' · ') }),
    ]),
    content(),
  ]);
}

export interface BlockFacts {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly parameters: number;
  readonly isOpen: boolean;
}

/** A block of layers: how many it has of which operators. */
export function blockDetail(
  { name, layers, parameters, isOpen }: BlockFacts,
  words: DescribeWords,
  events: DetailEvents,
): HTMLElement {
  const counts = new Map<string, number>();
  for (const { op } of layers) counts.set(op, (counts.get(op) ?? 0) + 1);
  const operators = [...counts].sort((a, b) => b[1] - a[1]).map(([op, count]) => `${op} ${formatCount(count)}`);
  return element('div', { class: 'layer-detail' }, [
    backLink(words, events),
    element('h2', { text: name, attributes: { tabindex: '-1' } }),
    element('button', {
      class: 'secondary',
      text: isOpen ? words.fold : words.open,
      attributes: { type: 'button' },
      onClick: () => events.toggle(name),
    }),
    factList([
      [words.layers, [formatCount(layers.length)]],
      [words.parameters, [formatCount(parameters)]],
      [words.operator, [operators.join(' · ')]],
    ]),
    element('h3', { text: words.layers }),
    element(
      'ul',
      { class: 'names' },
      layers
        .slice(0, 100)
        .map(layer =>
          element('li', {}, [
            link(layer.name, () => events.choose({ kind: 'layer', name: layer.name })),
            element('span', { class: 'quiet', text: ` ${layer.op}` }),
          ]),
        ),
    ),
    ...(layers.length > 100 ? [element('p', { class: 'quiet', text: `… ${formatCount(layers.length - 100)}` })] : []),
  ]);
}

function factList(facts: readonly [string, readonly (HTMLElement | string)[]][]): HTMLElement {
  return element(
    'dl',
    { class: 'facts' },
    facts.map(([term, values]) =>
      element('div', {}, [
        element('dt', { text: term }),
        element(
          'dd',
          {},
          values.flatMap((value, at) => (at === 0 ? [value] : [' ', value])),
        ),
      ]),
    ),
  );
}

function backLink(words: DescribeWords, events: DetailEvents): HTMLElement {
  return element('p', { class: 'back' }, [link(`‹ ${words.back}`, () => events.choose(undefined))]);
}
