import type { DescribeResult, DescribeWords } from '../../src/protocol/describe';
import { formatCount } from '../format/numbers';
import { element } from '../inspect/dom';
import { fill, tensorShape } from './shapes';

type Layer = DescribeResult['layers'][number];

/** Rows that are drawn at once; the next ones follow when the end comes into sight. */
const SLICE = 200;

/** The layers in the order of computation, with a field that filters them by name or operator. */
export function layerTable(layers: readonly Layer[], words: DescribeWords): HTMLElement {
  const body = element('tbody');
  const count = element('span', { class: 'count', attributes: { role: 'status' } });
  const empty = element('p', { class: 'empty', text: words.noMatch });
  const end = element('div', { class: 'end', attributes: { 'aria-hidden': 'true' } });
  let matching = layers;
  let drawn = 0;
  const more = (): void => {
    body.append(...matching.slice(drawn, drawn + SLICE).map(layer => row(layer, layers.indexOf(layer), words)));
    drawn = Math.min(matching.length, drawn + SLICE);
    end.hidden = drawn === matching.length;
  };
  const show = (query: string): void => {
    const wanted = query.trim().toLowerCase();
    matching = layers.filter(({ name, op }) => `${name} ${op}`.toLowerCase().includes(wanted));
    count.textContent =
      matching.length === layers.length
        ? formatCount(layers.length)
        : fill(words.shown, formatCount(matching.length), formatCount(layers.length));
    empty.hidden = matching.length > 0;
    body.replaceChildren();
    drawn = 0;
    more();
  };
  new IntersectionObserver(entries => {
    if (entries.some(entry => entry.isIntersecting)) more();
  }).observe(end);

  const field = element('input', {
    class: 'filter',
    attributes: { type: 'search', placeholder: words.filter, 'aria-label': words.filter },
  });
  field.addEventListener('input', () => show(field.value));
  const heads = [
    heading('#', true),
    heading(words.name),
    heading(words.operator),
    heading(words.outputShape),
    heading(words.parameters, true),
    heading(words.weights),
  ];
  const table = element('table', { class: 'layers' }, [element('thead', {}, [element('tr', {}, heads)]), body]);
  show('');
  return element('section', { attributes: { 'aria-labelledby': 'layers' } }, [
    element('div', { class: 'section-head' }, [
      element('h2', { id: 'layers', text: words.layers }),
      count,
      ...(layers.length > 8 ? [field] : []),
    ]),
    element('div', { class: 'scroll' }, [table]),
    empty,
    end,
  ]);
}

export function heading(text: string, numeric = false): HTMLTableCellElement {
  return element('th', { text, attributes: { scope: 'col' }, ...(numeric ? { class: 'number' } : {}) });
}

function row(layer: Layer, index: number, words: DescribeWords): HTMLTableRowElement {
  const weights = layer.weights.map(({ name, shape, type }) => {
    const what = `${tensorShape(shape, words.unknown)} ${type}`;
    return element('span', { class: 'weight', title: `${name}: ${what}` }, [
      element('span', { class: 'weight-name', text: lastPart(name, layer.name) }),
      ` ${what}`,
    ]);
  });
  return element('tr', {}, [
    element('td', { class: 'number quiet', text: String(index) }),
    element('th', { class: 'name', text: layer.name, title: layer.name, attributes: { scope: 'row' } }),
    element('td', { text: layer.op }),
    element('td', { class: 'shape', text: tensorShape(layer.outputShape, words.unknown) }),
    element('td', { class: 'number', text: layer.parameters === 0 ? '' : formatCount(layer.parameters) }),
    element('td', { class: 'weights' }, weights),
  ]);
}

/** A weight that is called after its layer by what remains: fc1.weight of fc1 is "weight". */
function lastPart(weight: string, layer: string): string {
  return weight.startsWith(`${layer}.`) ? weight.slice(layer.length + 1) : weight;
}
