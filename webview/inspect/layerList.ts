import type { InspectHead, LayerTopology } from '../../src/protocol/results';
import { formatCount, formatRoundPercent, formatShape, NOT_COMPUTED } from '../format/numbers';
import { maxDimensionOf } from '../plots/layerData';
import { sparkBarcode, sparkDomain } from '../plots/sparkBarcode';
import { LIVE_INK } from '../render/ink';
import { createSvg, drawSvg, sizeSvg } from '../render/svg';
import { element } from './dom';
import { HELP } from './help';
import { createHelp, helpToggle } from './plotView';
import type { SortColumn, State, Store } from './store';

/** The layers as a table: in network order or by a column, one selected, moved through by arrow keys. */

const SPARK = { width: 96, height: 17 };

interface Column {
  readonly key: SortColumn | 'barcode';
  readonly label: string;
  readonly title: string;
  readonly numeric?: boolean;
}

const COLUMNS: readonly Column[] = [
  { key: 'name', label: 'layer', title: 'As its author named it' },
  { key: 'op', label: 'op', title: 'Operator' },
  { key: 'shape', label: 'shape', title: 'Shape of the output for one row', numeric: true },
  { key: 'dense0', label: 'β₀*', title: 'Clusters that hold at least the share of the points', numeric: true },
  { key: 'loops', label: 'loops', title: 'Significant loops (H₁)', numeric: true },
  { key: 'points', label: 'n', title: 'Points of the cloud', numeric: true },
  {
    key: 'barcode',
    label: 'barcode',
    title: 'The longest bars, in units of the layer’s median distance, on one axis for all layers',
  },
];

type HeadLayer = InspectHead['layers'][number];

export class LayerList {
  readonly root: HTMLElement;
  private readonly body = element('tbody');
  private readonly headers = new Map<SortColumn, HTMLElement>();
  private readonly rows = new Map<string, HTMLTableRowElement>();
  private readonly drawn = new Map<string, unknown>();
  private domain = 0;
  /** Caveats of every layer, which mark none of them. */
  private common: ReadonlySet<string> = new Set();

  constructor(
    private readonly store: Store,
    events: { openDocs(page: string): void },
  ) {
    const help = createHelp(HELP.layers, events);
    const headerRow = element(
      'tr',
      {},
      COLUMNS.map(column => this.columnHeader(column)),
    );
    const table = element('table', { class: 'layers', attributes: { role: 'grid', 'aria-label': 'Layers' } }, [
      element('thead', {}, [headerRow]),
      this.body,
    ]);
    const heading = element('div', { class: 'pane-header' }, [
      element('h2', { text: 'Layers' }),
      helpToggle('the layer table', help),
    ]);
    this.root = element('div', { class: 'layer-list' }, [
      heading,
      help,
      element('div', { class: 'table-holder' }, [table]),
    ]);
    this.body.addEventListener('keydown', event => this.onKey(event));
    this.body.addEventListener('click', event => {
      const row = event.target instanceof Element ? event.target.closest('tr') : null;
      const name = row?.dataset['layer'];
      if (name !== undefined) this.store.selectLayer(name);
    });
  }

  private columnHeader(column: Column): HTMLElement {
    const cell = element('th', {
      class: column.numeric === true ? 'numeric' : '',
      title: column.title,
      attributes: { scope: 'col' },
    });
    if (column.key === 'barcode') {
      cell.textContent = column.label;
      return cell;
    }
    const { key } = column;
    this.headers.set(key, cell);
    const button = element('button', {
      class: 'sort',
      text: column.label,
      attributes: { type: 'button' },
      onClick: () => this.sortBy(key, column.numeric === true),
    });
    cell.append(button);
    return cell;
  }

  /** First the way that makes sense of the column, then the other, then network order again. */
  private sortBy(key: SortColumn, numeric: boolean): void {
    const { sortColumn, sortDescending } = this.store.state.preferences;
    if (sortColumn !== key) this.store.prefer({ sortColumn: key, sortDescending: numeric });
    else if (sortDescending === numeric) this.store.prefer({ sortDescending: !numeric });
    else this.store.prefer({ sortColumn: 'network', sortDescending: false });
  }

  update(state: State, before: State | undefined): void {
    const { head, failures, preferences, status } = state;
    const layers = new Map([...state.remembered, ...state.layers]);
    const same =
      before !== undefined &&
      before.head === head &&
      before.layers === state.layers &&
      before.remembered === state.remembered &&
      before.failures === failures &&
      before.status?.kind === status?.kind;
    if (same && before.preferences === preferences) return;
    const domain = sparkDomain(layers.values());
    const common = commonCaveats([...layers.values()]);
    if (domain !== this.domain || common.size !== this.common.size) this.drawn.clear();
    this.domain = domain;
    this.common = common;
    this.updateHeaders(state);
    if (head === undefined) {
      this.rows.clear();
      this.drawn.clear();
      const waiting = status === undefined || status.kind === 'running';
      this.body.replaceChildren(...(waiting ? Array.from({ length: 8 }, () => skeletonRow(undefined)) : []));
      return;
    }
    const order = sortedLayers(head, state);
    const selected = preferences.layer;
    const focusable = order.some(layer => layer.name === selected) ? selected : order[0]?.name;
    const elements = order.map(layer => {
      const row = this.rowOf(layer, state);
      const isSelected = layer.name === selected;
      row.setAttribute('aria-selected', String(isSelected));
      row.tabIndex = layer.name === focusable ? 0 : -1;
      return row;
    });
    const isInPlace =
      elements.length === this.body.children.length && elements.every((row, i) => this.body.children[i] === row);
    if (!isInPlace) {
      const { activeElement } = document;
      this.body.replaceChildren(...elements);
      if (activeElement instanceof HTMLTableRowElement && this.body.contains(activeElement)) activeElement.focus();
    }
  }

  private updateHeaders(state: State): void {
    const { sortColumn, sortDescending } = state.preferences;
    for (const [key, cell] of this.headers) {
      if (key === sortColumn) cell.setAttribute('aria-sort', sortDescending ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    }
  }

  private rowOf(head: HeadLayer, state: State): HTMLTableRowElement {
    const layer = state.layers.get(head.name) ?? state.remembered.get(head.name);
    const failure = state.failures.get(head.name);
    const content = layer ?? failure ?? (state.status?.kind === 'running' ? 'running' : 'absent');
    const known = this.rows.get(head.name);
    if (known !== undefined && this.drawn.get(head.name) === content) return known;
    const made =
      layer !== undefined
        ? this.layerRow(layer)
        : failure !== undefined
          ? failureRow(head, failure.message)
          : state.status?.kind === 'running' || state.status === undefined
            ? skeletonRow(head)
            : absentRow(head);
    made.dataset['layer'] = head.name;
    made.classList.toggle('remembered', layer !== undefined && layer !== state.layers.get(head.name));
    // The row that has the focus keeps it when its content comes.
    if (known !== undefined && document.activeElement === known) queueMicrotask(() => made.focus());
    this.rows.set(head.name, made);
    this.drawn.set(head.name, content);
    return made;
  }

  private layerRow(layer: LayerTopology): HTMLTableRowElement {
    const { dense0, significant, loopNull } = layer;
    const loops = significant.loops;
    const svg = createSvg();
    sizeSvg(svg, SPARK.width, SPARK.height);
    drawSvg(svg, sparkBarcode(layer, SPARK, this.domain).marks, LIVE_INK);
    const denseTitle = `${formatCount(dense0.count)} clusters that hold at least ${formatRoundPercent(dense0.share)} of the points each`;
    const loopsTitle =
      loops !== undefined
        ? `longer than 95 % of the longest loops of ${loopNull?.draws ?? 'the'} matched Gaussian clouds`
        : maxDimensionOf(layer) < 1
          ? 'Not computed: dimension 0 was asked for'
          : 'Not computed: too few points for the null';
    const name = nameCell(layer.name);
    const own = layer.caveats.filter(caveat => !this.common.has(caveat.message));
    if (0 < own.length) {
      const messages = own.map(caveat => caveat.message).join('\n');
      name.firstElementChild?.append(
        element('span', {
          class: 'caveat-mark',
          text: '!',
          title: messages,
          attributes: { role: 'img', 'aria-label': `caveat: ${messages}` },
        }),
      );
    }
    const row = element('tr', {}, [
      name,
      element('td', { class: 'op', text: layer.op }),
      element('td', { class: 'numeric', text: formatShape(layer.shape) }),
      element('td', { class: 'numeric', text: formatCount(dense0.count), title: denseTitle }),
      element('td', {
        class: 'numeric',
        text: loops === undefined ? NOT_COMPUTED : formatCount(loops),
        title: loopsTitle,
      }),
      element('td', { class: 'numeric', text: formatCount(layer.points) }),
      element('td', { class: 'spark' }, [svg]),
    ]);
    return row;
  }

  private onKey(event: KeyboardEvent): void {
    const rows = [...this.body.querySelectorAll<HTMLTableRowElement>('tr[data-layer]')];
    const at = rows.findIndex(row => row === document.activeElement);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined || rows.length === 0) return;
    event.preventDefault();
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))]!;
    const name = row.dataset['layer'];
    if (name !== undefined) this.store.selectLayer(name);
    row.focus();
  }

  /** Draws the eye to the table once. */
  flash(): void {
    this.root.scrollIntoView({ block: 'nearest' });
    this.root.classList.remove('flash');
    void this.root.offsetWidth;
    this.root.classList.add('flash');
  }
}

function nameCell(name: string): HTMLElement {
  // Written from right to left, a long name loses its beginning: modules differ in their ends.
  const text = element('div', { class: 'name-text' }, [element('bdi', { text: name })]);
  return element('td', { class: 'name', title: name }, [element('div', { class: 'name-line' }, [text])]);
}

/** Without the free dimension of the batch in front: the shape for one row, as finished layers have it. */
function rowShape(shape: HeadLayer['shape']): HeadLayer['shape'] {
  return shape !== undefined && 0 < shape.length && typeof shape[0] !== 'number' ? shape.slice(1) : shape;
}

function lead(head: HeadLayer): HTMLElement[] {
  return [
    nameCell(head.name),
    element('td', { class: 'op', text: head.op }),
    element('td', { class: 'numeric', text: formatShape(rowShape(head.shape)) }),
  ];
}

function skeletonRow(head: HeadLayer | undefined): HTMLTableRowElement {
  const bone = (): HTMLElement => element('td', {}, [element('span', { class: 'bone' })]);
  const start = head === undefined ? [bone(), bone(), bone()] : lead(head);
  const row = element('tr', { class: 'pending' }, [...start, bone(), bone(), bone(), bone()]);
  if (head === undefined) row.setAttribute('aria-hidden', 'true');
  return row;
}

function failureRow(head: HeadLayer, message: string): HTMLTableRowElement {
  const sentence = element('td', { class: 'failure', text: message, title: message, attributes: { colspan: '4' } });
  return element('tr', { class: 'failed' }, [...lead(head), sentence]);
}

function absentRow(head: HeadLayer): HTMLTableRowElement {
  const missing = element('td', {
    class: 'absent',
    text: NOT_COMPUTED,
    title: 'Not computed: the run was stopped before',
    attributes: { colspan: '4' },
  });
  return element('tr', { class: 'pending' }, [...lead(head), missing]);
}

/** Layers without the column's number come last, in network order. */
export function sortedLayers(head: InspectHead, state: Pick<State, 'layers' | 'preferences'>): HeadLayer[] {
  const { sortColumn, sortDescending } = state.preferences;
  const order = [...head.layers];
  if (sortColumn === 'network') return order;
  const place = new Map(order.map((layer, i) => [layer.name, i]));
  const textOf = (layer: HeadLayer): string => (sortColumn === 'op' ? layer.op : layer.name);
  const numberOf = (layer: HeadLayer): number | undefined => {
    const known = state.layers.get(layer.name);
    if (sortColumn === 'shape') {
      return (known?.shape ?? layer.shape)?.reduce<number>(
        (size, axis) => size * (typeof axis === 'number' ? axis : 1),
        1,
      );
    }
    if (sortColumn === 'dense0') return known?.dense0.count;
    return sortColumn === 'loops' ? known?.significant.loops : known?.points;
  };
  const sign = sortDescending ? -1 : 1;
  const byPlace = (a: HeadLayer, b: HeadLayer): number => place.get(a.name)! - place.get(b.name)!;
  return order.sort((a, b) => {
    if (sortColumn === 'name' || sortColumn === 'op') {
      return sign * textOf(a).localeCompare(textOf(b), 'en', { numeric: true }) || byPlace(a, b);
    }
    const [x, y] = [numberOf(a), numberOf(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined) || byPlace(a, b);
    return sign * (x - y) || byPlace(a, b);
  });
}

function commonCaveats(layers: readonly LayerTopology[]): Set<string> {
  if (layers.length < 2) return new Set();
  const messages = layers.map(layer => new Set(layer.caveats.map(caveat => caveat.message)));
  return new Set([...messages[0]!].filter(message => messages.every(others => others.has(message))));
}
