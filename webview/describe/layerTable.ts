import type { DescribeWords, OutlineResult } from '../../src/protocol/describe';
import { formatCount } from '../format/numbers';
import { element } from '../inspect/dom';
import { fill, tensorShape } from './shapes';

type Layer = OutlineResult['layers'][number];

/** Rows that are drawn at once; the next ones follow when the end comes into sight. */
const SLICE = 200;

/** The layers in the order of computation, as text: what the graph shows, for those who read rather than look. */
export class LayerTable {
  readonly root: HTMLElement;
  private readonly body = element('tbody');
  private readonly count = element('p', { class: 'count', attributes: { role: 'status' } });
  private readonly empty: HTMLElement;
  private readonly end = element('div', { class: 'end', attributes: { 'aria-hidden': 'true' } });
  private readonly numbers: ReadonlyMap<Layer, number>;
  private matching: readonly Layer[];
  private drawn = 0;
  private chosen: string | undefined;

  constructor(
    private readonly layers: readonly Layer[],
    private readonly words: DescribeWords,
    private readonly choose: (layer: string) => void,
  ) {
    this.numbers = new Map(layers.map((layer, at) => [layer, at]));
    this.matching = layers;
    this.empty = element('p', { class: 'empty', text: words.noMatch });
    const heads = [
      heading('#', true),
      heading(words.name),
      heading(words.operator),
      heading(words.outputShape),
      heading(words.parameters, true),
      heading(words.weights),
    ];
    const table = element('table', { class: 'layers', attributes: { 'aria-label': words.layers } }, [
      element('thead', {}, [element('tr', {}, heads)]),
      this.body,
    ]);
    this.root = element('div', { class: 'layer-table scroll' }, [this.count, table, this.empty, this.end]);
    new IntersectionObserver(entries => {
      if (entries.some(entry => entry.isIntersecting)) this.more();
    }).observe(this.end);
    this.filter('');
  }

  filter(query: string): void {
    const wanted = query.trim().toLowerCase();
    this.matching = this.layers.filter(({ name, op }) => `${name} ${op}`.toLowerCase().includes(wanted));
    this.count.textContent = fill(this.words.shown, formatCount(this.matching.length), formatCount(this.layers.length));
    this.count.hidden = this.matching.length === this.layers.length;
    this.empty.hidden = this.matching.length > 0;
    this.body.replaceChildren();
    this.drawn = 0;
    this.more();
  }

  /** Marks a layer, and takes it into sight where that is wanted. */
  select(name: string | undefined, sight: 'bring' | 'leave'): void {
    this.chosen = name;
    const at = this.matching.findIndex(layer => layer.name === name);
    while (at >= this.drawn && this.drawn < this.matching.length) this.more();
    for (const [row, shown] of [...this.body.rows].entries()) shown.classList.toggle('chosen', row === at);
    if (sight === 'bring' && at >= 0) this.body.rows[at]?.scrollIntoView({ block: 'nearest' });
  }

  private more(): void {
    const next = this.matching.slice(this.drawn, this.drawn + SLICE);
    this.body.append(...next.map(layer => this.row(layer)));
    this.drawn += next.length;
    this.end.hidden = this.drawn === this.matching.length;
  }

  private row(layer: Layer): HTMLTableRowElement {
    const { words } = this;
    const weights = layer.weights.map(({ name, shape, type }) => {
      const what = `${tensorShape(shape, words.unknown)} ${type}`;
      return element('span', { class: 'weight', title: `${name}: ${what}` }, [
        element('span', { class: 'weight-name', text: ownPart(name, layer.name) }),
        ` ${what}`,
      ]);
    });
    const name = element('button', {
      class: 'name-link',
      text: layer.name,
      title: layer.name,
      attributes: { type: 'button' },
      onClick: () => this.choose(layer.name),
    });
    return element('tr', layer.name === this.chosen ? { class: 'chosen' } : {}, [
      element('td', { class: 'number quiet', text: String(this.numbers.get(layer)) }),
      element('th', { class: 'name', attributes: { scope: 'row' } }, [name]),
      element('td', { text: layer.op }),
      element('td', {
        class: 'shape',
        text: layer.outputShape === undefined ? '–' : tensorShape(layer.outputShape, words.unknown),
      }),
      element('td', { class: 'number', text: layer.parameters === 0 ? '' : formatCount(layer.parameters) }),
      element('td', { class: 'weights' }, weights),
    ]);
  }
}

export function heading(text: string, numeric = false): HTMLTableCellElement {
  return element('th', { text, attributes: { scope: 'col' }, ...(numeric ? { class: 'number' } : {}) });
}

/** A weight that is called after its layer by what remains: fc1.weight of fc1 is "weight". */
export function ownPart(weight: string, layer: string): string {
  return weight.startsWith(`${layer}.`) ? weight.slice(layer.length + 1) : weight;
}
