import type { LayerDistances } from '../../src/protocol/redundancy';
import { formatCount, formatNumber } from '../format/numbers';
import { element } from '../inspect/dom';
import type { Tooltip } from '../inspect/tooltip';
import { clusteredOrder } from './order';
import { MEASURE_NAMES, MEASURE_UNITS, measureText, scaleOf, type Scale } from './scale';
import { MEASURES, samePair, valueOf, type Measure, type Pair, type State, type Store } from './state';

const STEPS = 48;
const LARGEST_CELL = 34;
const SMALLEST_LABELLED = 9;
const LABEL_WIDTH = 132;

/** Each measure has the colour that it has elsewhere. */
const HUES: Readonly<Record<Measure, string>> = { h0: 'h0', h1: 'h1', cka: 'cka', rtd: 'h2' };

/** The square of all pairs of layers: one measure above the diagonal, another below it. */
export class Heatmap {
  readonly root = element('section', { class: 'map', attributes: { 'aria-label': 'Distances between all layers' } });
  private readonly canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
  private readonly stage = element('div', {
    class: 'map-stage',
    attributes: {
      tabindex: '0',
      role: 'application',
      'aria-roledescription': 'map of distances',
      'aria-label': 'Map of distances: arrow keys move, Enter opens the two diagrams, Escape lets go',
    },
  });
  private readonly live = element('div', { class: 'visually-hidden', attributes: { 'aria-live': 'polite' } });
  private readonly legends = element('div', { class: 'legends' });
  private readonly upper: HTMLSelectElement;
  private readonly lower: HTMLSelectElement;
  private readonly orders: readonly HTMLButtonElement[];
  private order: readonly number[] = [];
  private cell = 0;
  private left = LABEL_WIDTH;
  private scales: Readonly<Record<Measure, Scale>> | undefined;

  constructor(
    private readonly store: Store,
    private readonly tooltip: Tooltip,
    private readonly open: (pair: Pair) => void,
  ) {
    this.upper = this.select('upper', 'above the diagonal');
    this.lower = this.select('lower', 'below it');
    this.orders = (['network', 'clustered'] as const).map(order =>
      element('button', {
        text: order === 'network' ? 'network order' : 'clustered',
        title:
          order === 'network'
            ? 'Layers as they are computed'
            : 'Layers that are alike stand together (average linkage)',
        attributes: { type: 'button' },
        onClick: () => store.set({ order }),
      }),
    );
    this.stage.append(this.canvas);
    this.root.append(
      element('div', { class: 'pane-header' }, [
        element('h2', { text: 'Distances between layers' }),
        element('div', { class: 'map-tools' }, [
          this.field('above', this.upper),
          this.field('below', this.lower),
          element('span', { class: 'toggles' }, [...this.orders]),
        ]),
      ]),
      this.stage,
      this.legends,
      this.live,
    );
    this.stage.addEventListener('pointermove', event => this.point(event));
    this.stage.addEventListener('pointerleave', () => {
      store.set({ hover: undefined });
      tooltip.hide();
    });
    this.stage.addEventListener('click', event => {
      const pair = this.at(event);
      if (pair) open(pair);
    });
    this.stage.addEventListener('keydown', event => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.root);
  }

  update(state: State, before: State | undefined): void {
    if (before?.upper !== state.upper) this.upper.value = state.upper;
    if (before?.lower !== state.lower) this.lower.value = state.lower;
    this.orders.forEach((button, at) =>
      button.setAttribute('aria-pressed', String((at === 1) === (state.order === 'clustered'))),
    );
    const { distances } = state;
    this.root.hidden = distances === undefined && state.head === undefined;
    if (before?.distances !== distances) {
      this.scales =
        distances &&
        (Object.fromEntries(MEASURES.map(measure => [measure, scaleOf(distances, measure)])) as Record<Measure, Scale>);
    }
    const isOther = before === undefined || before.distances !== distances || before.order !== state.order || before.upper !== state.upper || before.lower !== state.lower; // prettier-ignore
    if (isOther) {
      this.order = distances === undefined ? [] : orderOf(distances, state);
      this.drawLegends(state);
    }
    if (isOther || !samePair(before.hover, state.hover) || !samePair(before.pair, state.pair)) this.draw();
  }

  /** Colours are resolved when drawn: after a change of theme it is drawn again. */
  draw(): void {
    const { distances, head, hover, pair, upper, lower } = this.store.state;
    const size = distances?.layers.length ?? head?.layers.length ?? 0;
    const width = this.root.clientWidth;
    if (size === 0 || width === 0) return;
    this.left = Math.min(LABEL_WIDTH, Math.max(60, width * 0.3));
    this.cell = Math.max(2, Math.min(LARGEST_CELL, Math.floor((width - this.left - 2) / size)));
    const [w, h] = [this.left + this.cell * size + 2, this.cell * size + 2];
    const density = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(w * density);
    this.canvas.height = Math.round(h * density);
    this.canvas.style.width = `${w}px`;
    this.canvas.style.height = `${h}px`;
    const context = this.canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(density, 0, 0, density, 0, 0);
    const style = getComputedStyle(this.root);
    const colour = (name: string) => style.getPropertyValue(`--nt-${name}`).trim() || '#808080';
    const box = (i: number, j: number) => [this.left + j * this.cell, i * this.cell, this.cell, this.cell] as const;
    if (distances === undefined || this.scales === undefined) {
      context.fillStyle = colour('grid');
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) if (i !== j) context.fillRect(...inset(box(i, j)));
      return;
    }
    const ramps = { upper: this.ramp(upper), lower: this.ramp(lower) };
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const [side, measure] = i < j ? (['upper', upper] as const) : (['lower', lower] as const);
        if (i === j) {
          context.fillStyle = colour('grid');
          context.fillRect(...box(i, j));
          continue;
        }
        const share = this.scales[measure].share(valueOf(distances, measure, { a: this.order[i]!, b: this.order[j]! }));
        context.fillStyle = share < 0 ? colour('background') : ramps[side][Math.round(share * (STEPS - 1))]!;
        context.fillRect(...(this.cell > 6 ? inset(box(i, j)) : box(i, j)));
      }
    }
    this.drawLabels(context, distances, colour);
    const place = new Map(this.order.map((layer, at) => [layer, at]));
    const outline = ({ a, b }: Pair, paint: string, thick: number) => {
      context.strokeStyle = paint;
      context.lineWidth = thick;
      for (const [i, j] of [
        [a, b],
        [b, a],
      ] as const)
        // prettier-ignore
        context.strokeRect(this.left + place.get(j)! * this.cell, place.get(i)! * this.cell, this.cell, this.cell);
    };
    if (pair && place.has(pair.a) && place.has(pair.b)) outline(pair, colour('focus'), 2);
    if (hover && place.has(hover.a) && place.has(hover.b)) outline(hover, colour('strong'), 1.5);
  }

  private drawLabels(
    context: CanvasRenderingContext2D,
    { layers }: LayerDistances,
    colour: (name: string) => string,
  ): void {
    const { hover, pair } = this.store.state;
    const step = Math.max(1, Math.ceil(SMALLEST_LABELLED / this.cell));
    const lit = new Set([hover ?? pair].flatMap(one => (one ? [one.a, one.b] : [])));
    const family = getComputedStyle(this.root).fontFamily;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    this.order.forEach((layer, at) => {
      if (at % step !== 0 && !lit.has(layer)) return;
      context.font = `${lit.has(layer) ? '600 ' : ''}${Math.min(11, Math.max(9, this.cell))}px ${family}`;
      context.fillStyle = colour(lit.has(layer) ? 'strong' : 'muted');
      context.fillText(fitted(context, layers[layer]!, this.left - 10), this.left - 6, at * this.cell + this.cell / 2);
    });
  }

  /** Steps of one hue over the background, equal to the eye: mixed in OKLab, by the browser. */
  private ramp(measure: Measure): string[] {
    const probe = element('span');
    this.root.append(probe);
    const steps = Array.from({ length: STEPS }, (_, at) => {
      const percent = 6 + (94 * at) / (STEPS - 1);
      probe.style.setProperty(
        'color',
        `color-mix(in oklab, var(--nt-${HUES[measure]}) ${percent}%, var(--nt-background))`,
      );
      return getComputedStyle(probe).color;
    });
    probe.remove();
    return steps;
  }

  private drawLegends({ distances, upper, lower, head }: State): void {
    if (distances === undefined || this.scales === undefined) return this.legends.replaceChildren();
    const one = (measure: Measure, where: string) => {
      const { far, near } = this.scales![measure];
      const on = measure === 'rtd' && head !== undefined ? `, on ${formatCount(head.divergencePoints)} rows` : '';
      return element('div', { class: `legend ramp-${HUES[measure]}` }, [
        element('span', { class: 'legend-name', text: `${MEASURE_NAMES[measure]} ${where}` }),
        element('span', { class: 'legend-end', text: measureText(measure, far) }),
        element('span', { class: 'legend-bar', attributes: { 'aria-hidden': 'true' } }),
        element('span', { class: 'legend-end', text: measureText(measure, near) }),
        element('span', { class: 'legend-unit', text: `${MEASURE_UNITS[measure]}${on}; strong is alike` }),
      ]);
    };
    this.legends.replaceChildren(one(upper, 'above the diagonal'), one(lower, 'below it'));
  }

  /** What is known of a pair, a line each. */
  static lines(
    { layers, bottleneck, low, high, cka, rtd }: LayerDistances,
    { a, b }: Pair,
    rtdRows: number | undefined,
  ): string[] {
    const at = a * layers.length + b;
    const distance = (dimension: number) =>
      `${formatNumber(bottleneck[dimension]![at])} (${formatNumber(low[dimension]![at])}–${formatNumber(high[dimension]![at])})`;
    return [
      `${layers[a]!} and ${layers[b]!}`,
      `H₀ ${distance(0)}, H₁ ${distance(1)} of the median distance`,
      `CKA ${measureText('cka', cka[at]!)}, RTD ${formatNumber(rtd[at])}${rtdRows === undefined ? '' : ` on ${formatCount(rtdRows)} rows`}`,
    ];
  }

  private point(event: PointerEvent): void {
    const { distances, head } = this.store.state;
    const pair = this.at(event);
    if (!samePair(pair, this.store.state.hover)) this.store.set({ hover: pair });
    if (!pair || distances === undefined) return this.tooltip.hide();
    this.tooltip.show(Heatmap.lines(distances, pair, head?.divergencePoints), event.clientX, event.clientY);
  }

  private at(event: MouseEvent): Pair | undefined {
    if (this.order.length === 0) return undefined;
    const frame = this.canvas.getBoundingClientRect();
    const j = Math.floor((event.clientX - frame.left - this.left) / this.cell);
    const i = Math.floor((event.clientY - frame.top) / this.cell);
    const [a, b] = [this.order[i], this.order[j]];
    return a === undefined || b === undefined || a === b ? undefined : { a, b };
  }

  private key(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, readonly [number, number]>> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }; // prettier-ignore
    const { hover, pair, distances, head } = this.store.state;
    const current = hover ?? pair;
    const size = this.order.length;
    const move = moves[event.key];
    if (event.key === 'Enter' && current) this.open(current);
    else if (move && size > 1 && distances) {
      const clamp = (value: number) => Math.min(size - 1, Math.max(0, value));
      let [i, j] = current ? [this.order.indexOf(current.a), this.order.indexOf(current.b)] : [0, 1 - move[1]];
      [i, j] = [clamp(i + move[0]), clamp(j + move[1])];
      // The diagonal is stepped over.
      if (i === j) [i, j] = [clamp(i + move[0]), clamp(j + move[1])];
      if (i === j) return;
      const next = { a: this.order[i]!, b: this.order[j]! };
      this.store.set({ hover: next });
      this.live.textContent = Heatmap.lines(distances, next, head?.divergencePoints).join('; ');
    } else return;
    event.preventDefault();
  }

  private select(which: 'upper' | 'lower', where: string): HTMLSelectElement {
    const select = element('select', { attributes: { 'aria-label': `Measure ${where}` } });
    for (const measure of MEASURES)
      select.append(element('option', { text: MEASURE_NAMES[measure], attributes: { value: measure } }));
    select.addEventListener('change', () => this.store.set({ [which]: select.value as Measure }));
    return select;
  }

  private field(label: string, control: HTMLElement): HTMLElement {
    return element('span', { class: 'field' }, [element('label', { text: label }), control]);
  }
}

function orderOf(distances: LayerDistances, { order }: State): readonly number[] {
  const size = distances.layers.length;
  if (order === 'network') return Array.from({ length: size }, (_, at) => at);
  return clusteredOrder(size, (a, b) => Math.max(...distances.bottleneck.map(values => values[a * size + b]!)));
}

function inset([x, y, w, h]: readonly [number, number, number, number]): [number, number, number, number] {
  return [x + 0.5, y + 0.5, w - 1, h - 1];
}

/** The end of a name is what tells it from others. */
function fitted(context: CanvasRenderingContext2D, name: string, width: number): string {
  if (context.measureText(name).width <= width) return name;
  let from = 1;
  while (from < name.length && context.measureText(`…${name.slice(from)}`).width > width) from++;
  return `…${name.slice(from)}`;
}
