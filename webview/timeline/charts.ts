import type { TimelineEntry } from '../../src/protocol/timeline';
import { element, iconButton } from '../inspect/dom';
import { formatNumber, formatPercent } from '../format/numbers';
import { createSvg, drawSvg, sizeSvg } from '../render/svg';
import { LIVE_INK } from '../render/ink';
import { Tooltip } from '../inspect/tooltip';
import { drawStrip, ROW_HEIGHT } from './heatStrip';
import { lineChart, type TimeAxis } from './lineChart';
import { chartsOf, isMeasured, placesOf, stripOf, type Chart, type Line, type Strip } from './series';
import type { ViewState } from './state';

export interface ChartActions {
  focus(file: string | undefined): void;
  choose(file: string | undefined, also: boolean): void;
  open(file: string): void;
  change(changes: Partial<ViewState>): void;
  openDocs(page: string): void;
}

export interface ChartsState extends ViewState {
  readonly focused: string | undefined;
  /** The checkpoint to keep. */
  readonly keepFile: string | undefined;
}

const LEFT = 92;
const RIGHT = 14;

/** Small multiples over one time axis; one line through all of them says which checkpoint is pointed at. */
export class Charts {
  readonly root = element('section', { class: 'timeline-charts', attributes: { 'aria-label': 'Over training' } });
  private readonly controls = element('div', { class: 'timeline-controls' });
  private readonly plots = element('div', { class: 'timeline-plots' });
  private readonly stack = element('div', { class: 'timeline-stack' });
  /** The lines through all charts are what the keys move. */
  private readonly lines = element('div', {
    class: 'timeline-lines',
    attributes: { role: 'slider', tabindex: '0', 'aria-label': 'Checkpoint', 'aria-valuemin': '1' },
  });
  private readonly tooltip = new Tooltip();
  private entries: readonly TimelineEntry[] = [];
  private state: ChartsState | undefined;
  private axis: TimeAxis = { width: 0, left: LEFT, right: 0, x: [], broken: [] };
  private charts: readonly Chart[] = [];
  private strip: Strip = { layers: [], values: [], most: 0 };
  private emphasised: string | undefined;
  private help: string | undefined;

  constructor(private readonly actions: ChartActions) {
    this.plots.append(this.stack, this.lines);
    this.root.append(this.controls, this.plots, this.tooltip.box);
    this.plots.addEventListener('pointermove', event => this.pointerAt(event));
    this.plots.addEventListener('pointerleave', () => {
      this.tooltip.hide();
      this.actions.focus(undefined);
    });
    this.plots.addEventListener('click', event => {
      const file = this.fileAt(event);
      if (file === undefined) return;
      this.lines.focus({ preventScroll: true });
      this.actions.choose(file, event.ctrlKey || event.metaKey || event.shiftKey);
    });
    this.plots.addEventListener('dblclick', event => {
      const file = this.fileAt(event);
      if (file !== undefined) this.open(file);
    });
    this.lines.addEventListener('keydown', event => this.key(event));
  }

  draw(entries: readonly TimelineEntry[], state: ChartsState): void {
    this.entries = entries;
    this.state = state;
    this.charts = chartsOf(entries, state.dimension);
    this.strip = stripOf(entries, state.dimension);
    const width = Math.max(240, this.plots.clientWidth || this.root.clientWidth || 800);
    const right = width - RIGHT;
    const inner = LEFT + 8;
    this.axis = {
      width,
      left: LEFT,
      right,
      x: placesOf(entries, state.spacing).map(place => inner + place * (right - 8 - inner)),
      broken: entries.flatMap((entry, at) => (isMeasured(entry) ? [] : [at])),
    };
    this.drawControls(state);
    this.drawStack();
    this.point(state.focused, state.chosen);
  }

  /** Moves the lines through all charts. */
  point(file: string | undefined, chosen: readonly string[]): void {
    if (this.state === undefined) return;
    this.state = { ...this.state, focused: file, chosen };
    const at = this.entries.findIndex(entry => entry.file === file);
    const line = (place: number, kind: string) => {
      const mark = element('span', { class: `timeline-line ${kind}` });
      mark.style.left = `${Math.round(place)}px`;
      return mark;
    };
    const marks: HTMLElement[] = [];
    const keep = this.entries.findIndex(entry => entry.file === this.state!.keepFile);
    if (keep >= 0) marks.push(line(this.axis.x[keep]!, 'keep'));
    for (const one of chosen) {
      const place = this.entries.findIndex(entry => entry.file === one);
      if (place >= 0) marks.push(line(this.axis.x[place]!, 'chosen'));
    }
    if (at >= 0) marks.push(line(this.axis.x[at]!, 'pointed'));
    this.lines.replaceChildren(...marks);
    const entry = this.entries[at];
    this.lines.setAttribute('aria-valuemax', String(Math.max(1, this.entries.length)));
    this.lines.setAttribute('aria-valuenow', String(Math.max(1, at + 1)));
    this.lines.setAttribute('aria-valuetext', entry === undefined ? 'none' : spoken(entry));
  }

  private drawControls({ dimension, spacing }: ChartsState): void {
    const toggles = <Value extends string | number>(
      label: string,
      given: readonly (readonly [Value, string])[],
      now: Value,
      take: (value: Value) => void,
    ) =>
      element(
        'span',
        { class: 'toggles', attributes: { role: 'group', 'aria-label': label } },
        given.map(([value, text]) =>
          element('button', {
            text,
            attributes: { type: 'button', 'aria-pressed': String(value === now) },
            onClick: () => take(value),
          }),
        ),
      );
    const hasFocus = this.controls.contains(document.activeElement);
    const place = [...this.controls.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement);
    this.controls.replaceChildren(
      toggles<0 | 1>('Dimension', [[0, 'H₀ parts'], [1, 'H₁ loops']], dimension, value => this.actions.change({ dimension: value })),
      toggles<'even' | 'step'>('Spacing', [['even', 'evenly'], ['step', 'by step']], spacing, value => this.actions.change({ spacing: value })),
    ); // prettier-ignore
    if (hasFocus) this.controls.querySelectorAll('button')[place]?.focus();
  }

  private drawStack(): void {
    const parts: HTMLElement[] = [];
    for (const chart of this.charts) {
      parts.push(this.chartPart(chart));
      if (chart.id === 'persistence' && this.strip.layers.length > 0) parts.push(this.stripPart());
    }
    parts.push(this.axisPart());
    this.stack.replaceChildren(...parts);
  }

  private heading(
    id: string,
    title: string,
    unit: string,
    help: readonly string[],
    more: readonly HTMLElement[],
  ): HTMLElement {
    const isOpen = this.help === id;
    const button = iconButton('help', `About ${title}`, event => {
      event.stopPropagation();
      this.help = isOpen ? undefined : id;
      this.drawStack();
      this.stack.querySelector<HTMLElement>(`[data-help="${id}"]`)?.focus();
    });
    button.dataset['help'] = id;
    button.setAttribute('aria-expanded', String(isOpen));
    const page = element('button', {
      class: 'link',
      text: 'More…',
      attributes: { type: 'button' },
      onClick: event => {
        event.stopPropagation();
        this.actions.openDocs(PAGES[id] ?? 'timeline');
      },
    });
    return element('div', { class: 'timeline-heading' }, [
      element('h2', { text: title }),
      element('span', { class: 'quiet', text: unit }),
      button,
      ...more,
      ...(isOpen
        ? [element('div', { class: 'timeline-help' }, [...help.map(text => element('p', { text })), page])]
        : []),
    ]);
  }

  private chartPart(chart: Chart): HTMLElement {
    const svg = createSvg();
    const scene = lineChart(chart, this.axis, this.emphasised);
    sizeSvg(svg, scene.width, scene.height);
    drawSvg(svg, scene.marks, LIVE_INK);
    const legend = chart.lines.length < 2 ? [] : [this.legend(chart.lines)];
    const heading = this.heading(chart.id, chart.title, chart.unit, chart.help, legend);
    return element(
      'figure',
      { class: 'timeline-chart', attributes: { 'data-chart': chart.id, 'aria-label': scene.title } },
      [heading, svg as unknown as HTMLElement],
    );
  }

  private stripPart(): HTMLElement {
    const canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
    drawStrip(canvas, this.strip, this.axis, this.emphasised);
    const scale = element('span', { class: 'timeline-scale' }, [
      element('span', { text: '0' }),
      element('span', { class: 'timeline-ramp' }),
      element('span', { text: formatNumber(this.strip.most) }),
    ]);
    const title = `Distance from the layer before, ${this.state?.dimension === 1 ? 'H₁' : 'H₀'}`;
    return element(
      'figure',
      { class: 'timeline-chart', attributes: { 'data-chart': 'redundancy', 'aria-label': title } },
      [this.heading('redundancy', title, 'bottleneck, median distances', STRIP_HELP, [scale]), canvas],
    );
  }

  private legend(lines: readonly Line[]): HTMLElement {
    const named = lines.filter(line => line.paint !== 'other' || line.layer === this.emphasised);
    const items = named.map(line => {
      const swatch = createSvg();
      sizeSvg(swatch, 18, 8);
      const dash = line.dash === undefined ? {} : { dash: line.dash };
      drawSvg(
        swatch,
        [{ kind: 'line', x1: 0, y1: 4, x2: 18, y2: 4, stroke: line.paint, strokeWidth: 2, ...dash }],
        LIVE_INK,
      );
      const item = element('span', { class: 'timeline-key', title: line.name }, [
        swatch as unknown as HTMLElement,
        element('span', { text: line.name }),
      ]);
      if (line.layer !== undefined) {
        item.addEventListener('pointerenter', () => this.emphasise(line.layer));
        item.addEventListener('pointerleave', () => this.emphasise(undefined));
      }
      return item;
    });
    const rest = lines.length - named.length;
    if (rest > 0) items.push(element('span', { class: 'quiet', text: `and ${rest} earlier layers, grey` }));
    return element('div', { class: 'timeline-legend' }, items);
  }

  private emphasise(layer: string | undefined): void {
    if (this.emphasised === layer) return;
    this.emphasised = layer;
    // The legends stay: what is under the pointer must not be made anew.
    for (const chart of this.charts) {
      const svg = this.stack.querySelector<SVGSVGElement>(`[data-chart="${chart.id}"] > svg`);
      if (svg !== null) drawSvg(svg, lineChart(chart, this.axis, layer).marks, LIVE_INK);
    }
    const canvas = this.stack.querySelector<HTMLCanvasElement>('[data-chart="redundancy"] > canvas');
    if (canvas !== null) drawStrip(canvas, this.strip, this.axis, layer);
  }

  private axisPart(): HTMLElement {
    const svg = createSvg();
    sizeSvg(svg, this.axis.width, 34);
    const { x } = this.axis;
    const marks: Parameters<typeof drawSvg>[1][number][] = [];
    let end = -Infinity;
    this.entries.forEach((entry, at) => {
      const text = shortLabel(entry);
      const half = text.length * 3.2 + 4;
      const isBroken = !isMeasured(entry);
      marks.push({ kind: 'line', x1: x[at]!, y1: 0, x2: x[at]!, y2: 4, stroke: isBroken ? 'accent' : 'muted' });
      if (x[at]! - half < end) return;
      end = x[at]! + half;
      marks.push({ kind: 'text', x: x[at]!, y: 16, text, anchor: 'middle', fill: isBroken ? 'accent' : 'muted' });
    });
    marks.push({ kind: 'line', x1: this.axis.left, y1: 0, x2: this.axis.right, y2: 0, stroke: 'muted' });
    marks.push({ kind: 'text', x: (this.axis.left + this.axis.right) / 2, y: 30, text: 'step, by the number in the name', anchor: 'middle', fill: 'muted' }); // prettier-ignore
    drawSvg(svg, marks, LIVE_INK);
    return element('div', { class: 'timeline-axis' }, [svg as unknown as HTMLElement]);
  }

  private indexAt(event: MouseEvent): number | undefined {
    const { x, left, right } = this.axis;
    const place = event.clientX - this.plots.getBoundingClientRect().left;
    if (x.length === 0 || place < left - 4 || place > right + 4) return undefined;
    let [low, high] = [0, x.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (x[middle]! < place) low = middle;
      else high = middle;
    }
    return Math.abs(x[low]! - place) <= Math.abs(x[high]! - place) ? low : high;
  }

  private fileAt(event: MouseEvent): string | undefined {
    const isControl =
      event.target instanceof Element && event.target.closest('button, .timeline-help, .timeline-legend') !== null;
    const at = isControl ? undefined : this.indexAt(event);
    return at === undefined ? undefined : this.entries[at]?.file;
  }

  private pointerAt(event: PointerEvent): void {
    const at = this.indexAt(event);
    const entry = at === undefined ? undefined : this.entries[at];
    this.actions.focus(entry?.file);
    const part = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-chart]') : null;
    if (entry === undefined || at === undefined || part === null) return this.tooltip.hide();
    this.tooltip.show([entry.file, ...this.valuesAt(part, at, event)], event.clientX, event.clientY);
  }

  private valuesAt(part: HTMLElement, at: number, event: PointerEvent): readonly string[] {
    const entry = this.entries[at]!;
    if (!isMeasured(entry)) return [entry.error.message];
    if (part.dataset['chart'] === 'redundancy') {
      const canvas = part.querySelector('canvas');
      const row = canvas === null ? -1 : Math.floor((event.clientY - canvas.getBoundingClientRect().top) / ROW_HEIGHT);
      const name = this.strip.layers[row];
      if (name === undefined) return [];
      const value = this.strip.values[row]![at];
      const reads = entry.layers.find(layer => layer.name === name)?.redundancy?.layer;
      return [value === undefined ? `${name}: –` : `${name}: ${formatNumber(value)} from ${reads ?? 'its input'}`];
    }
    const chart = this.charts.find(one => one.id === part.dataset['chart']);
    const format = chart?.percent === true ? formatPercent : formatNumber;
    const lines = chart?.lines.filter(line => line.values[at] !== undefined) ?? [];
    return [
      ...lines.slice(-MOST_VALUES).map(line => {
        const [low, high] = [line.low?.[at], line.high?.[at]];
        const interval = low === undefined || high === undefined ? '' : ` (${format(low)} – ${format(high)})`;
        return `${line.name}: ${format(line.values[at])}${interval}`;
      }),
      ...(lines.length > MOST_VALUES ? [`and ${lines.length - MOST_VALUES} more`] : []),
    ];
  }

  private key(event: KeyboardEvent): void {
    const { length } = this.entries;
    const at = this.entries.findIndex(entry => entry.file === this.state?.focused);
    const file = this.entries[at]?.file;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: length - 1, PageUp: at - 10, PageDown: at + 10 }[event.key]; // prettier-ignore
    if (next !== undefined)
      this.actions.choose(this.entries[Math.max(0, Math.min(length - 1, next))]?.file, event.shiftKey);
    else if (event.key === 'Enter' && file !== undefined) this.open(file);
    else if (event.key === 'Escape') this.actions.choose(undefined, false);
    else return;
    event.preventDefault();
  }

  private open(file: string): void {
    if (isMeasured(this.entries.find(entry => entry.file === file))) this.actions.open(file);
  }
}

const MOST_VALUES = 12;

/** The pages of the documentation that say more. */
const PAGES: Readonly<Record<string, string>> = {
  'neural-persistence': 'neural-persistence',
  variance: 'neural-persistence',
  collapse: 'neural-collapse',
  'collapse-more': 'neural-collapse',
};

const STRIP_HELP = [
  'The bottleneck distance between the diagrams of a layer and of the layer that it reads, of distances over their median.',
  'A layer that stays pale over training changes little of the shape that it is given.',
  'A small distance does not say that the layer can go: a rotation has none. Only an ablation tells.',
];

function shortLabel({ file, step }: TimelineEntry): string {
  if (step !== null) return String(step);
  return file.length > 14 ? `…${file.slice(-13)}` : file;
}

function spoken(entry: TimelineEntry): string {
  if (!isMeasured(entry)) return `${entry.file}, cannot be read: ${entry.error.message}`;
  const { accuracy, file } = entry;
  return accuracy === null ? file : `${file}, accuracy ${formatPercent(accuracy.value)}`;
}
