import type { InputPreview } from '../../src/protocol/panel';
import type { InspectHead, LayerTopology } from '../../src/protocol/results';
import { formatCount, formatQuantity } from '../format/numbers';
import type { Feature } from '../plots/feature';
import { cycleOf, litBy, pairsOf, rowOfPoint } from '../plots/layerData';
import { element, iconButton, uniqueId } from './dom';
import { HELP } from './help';
import { createHelp, helpToggle } from './plotView';
import type { State, Store } from './store';

/** The inputs that the lit feature is made of, drawn: images as images, other rows as their cells. */

const MOST_TILES = 24;
const MOST_CELLS = 6;
const REST_MILLISECONDS = 80;
/** An image is drawn at a whole number of screen pixels a pixel, at least this large. */
const LEAST_IMAGE = 44;

export class Inputs {
  readonly root: HTMLElement;
  private readonly heading = element('h3', { text: 'Inputs' });
  private readonly note = element('span', { class: 'inputs-note' });
  private readonly tiles = element('div', { class: 'tiles', attributes: { role: 'list' } });
  private readonly hint = element('p', { class: 'hint' });
  private readonly body = element('div', { class: 'inputs-body', id: uniqueId('inputs') }, [this.hint, this.tiles]);
  private readonly fold = iconButton('chevron', '', () =>
    this.store.prefer({ inputsOpen: !this.store.state.preferences.inputsOpen }),
  );
  private readonly requested = new Set<number>();
  private requests = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shownKey = '';

  constructor(
    private readonly store: Store,
    private readonly events: {
      request(request: number, rows: readonly number[]): void;
      openDocs(page: string): void;
    },
  ) {
    const help = createHelp(HELP.inputs, events);
    this.fold.setAttribute('aria-controls', this.body.id);
    this.fold.classList.add('fold');
    const header = element('div', { class: 'plot-header' }, [
      this.heading,
      this.note,
      element('span', { class: 'ends' }, [helpToggle('the inputs', help), this.fold]),
    ]);
    this.root = element('section', { class: 'inputs', attributes: { 'aria-label': 'Inputs of what is selected' } }, [
      header,
      help,
      this.body,
    ]);
  }

  private updateFold(isOpen: boolean): void {
    const label = isOpen ? 'Hide the inputs' : 'Show the inputs';
    this.fold.title = label;
    this.fold.setAttribute('aria-label', label);
    this.fold.setAttribute('aria-expanded', String(isOpen));
    this.root.classList.toggle('closed', !isOpen);
  }

  /** A new run has other rows. */
  reset(): void {
    this.requested.clear();
    this.shownKey = '';
  }

  update(state: State, layer: LayerTopology | undefined, feature: Feature | undefined): void {
    const { head } = state;
    clearTimeout(this.timer);
    this.updateFold(state.preferences.inputsOpen);
    this.root.classList.toggle('has-kept', state.kept !== undefined);
    const points = layer === undefined ? [] : [...litBy(layer, feature).points];
    const rows = pointsWithRows(head, layer, points);
    const shown = rows.slice(0, MOST_TILES);
    this.heading.textContent = headingOf(layer, feature);
    this.note.textContent =
      state.mode === 'panel' && shown.length < rows.length
        ? `${formatCount(shown.length)} of ${formatCount(rows.length)}`
        : '';
    if (shown.length === 0) {
      this.show([], hintOf(layer, feature, state.mode));
      return;
    }
    if (state.mode === 'report') {
      const list = rows.slice(0, 200).map(({ row }) => String(row));
      this.show(
        [],
        `Rows ${list.join(', ')}${list.length < rows.length ? ' …' : ''}. The report does not carry the inputs: open the model in the editor to see them.`,
      );
      return;
    }
    const key = shown.map(({ point, row }) => `${point}:${row}:${state.inputs.has(row) ? 1 : 0}`).join(' ');
    if (key === this.shownKey) return;
    const draw = (): void => {
      this.request(shown.map(({ row }) => row).filter(row => !state.inputs.has(row)));
      this.show(
        shown.map(({ point, row }) => this.tile(point, row, state.inputs.get(row))),
        state.inputsNote,
      );
      this.shownKey = key;
    };
    // Under a moving pointer only what it rests on is asked for, and drawn.
    if (feature !== undefined && feature === state.hovered) this.timer = setTimeout(draw, REST_MILLISECONDS);
    else draw();
  }

  private show(tiles: readonly HTMLElement[], hint: string): void {
    this.shownKey = '';
    this.hint.textContent = hint;
    this.hint.hidden = hint === '';
    this.tiles.hidden = tiles.length === 0;
    this.tiles.replaceChildren(...tiles);
  }

  private request(rows: readonly number[]): void {
    const missing = rows.filter(row => !this.requested.has(row));
    if (missing.length === 0) return;
    for (const row of missing) this.requested.add(row);
    this.events.request(++this.requests, missing);
  }

  private tile(point: number, row: number, input: InputPreview | undefined): HTMLElement {
    const caption = element('span', { class: 'caption' });
    const wrong = input?.predicted !== undefined && input.label !== undefined && input.predicted !== input.label;
    if (input?.label !== undefined) caption.append(element('span', { text: input.label }));
    if (input?.predicted !== undefined && (wrong || input.label === undefined)) {
      caption.append(element('span', { class: wrong ? 'wrong' : '', text: `→${input.predicted}` }));
    }
    caption.append(element('span', { class: 'row-number', text: `#${row}` }));
    const words = [`row ${row}`];
    if (input?.label !== undefined) words.push(`class ${input.label}`);
    if (input?.predicted !== undefined) words.push(`predicted ${input.predicted}`);
    const feature: Feature = { kind: 'point', point };
    const button = element('button', {
      class: `tile ${wrong ? 'misclassified' : ''}`,
      // Says in words what the caption abbreviates.
      title: words.join(', '),
      attributes: { type: 'button' },
    });
    button.append(input === undefined ? element('span', { class: 'bone image-bone' }) : preview(input), caption);
    button.addEventListener('pointerenter', () => this.hover(feature));
    button.addEventListener('pointerleave', () => this.hover(undefined));
    button.addEventListener('focus', () => this.hover(feature));
    button.addEventListener('blur', () => this.hover(undefined));
    button.addEventListener('click', () => this.store.keep(feature));
    return element('div', { attributes: { role: 'listitem' } }, [button]);
  }

  private hover(feature: Feature | undefined): void {
    this.store.hover(feature);
  }
}

interface PointWithRow {
  readonly point: number;
  readonly row: number;
}

function pointsWithRows(
  head: InspectHead | undefined,
  layer: LayerTopology | undefined,
  points: readonly number[],
): PointWithRow[] {
  if (head === undefined || layer === undefined) return [];
  const seen = new Set<number>();
  const result: PointWithRow[] = [];
  for (const point of points) {
    const row = rowOfPoint(head, layer, point);
    // Several points of one row are one input.
    if (row === undefined || seen.has(row)) continue;
    seen.add(row);
    result.push({ point, row });
  }
  return result;
}

function headingOf(layer: LayerTopology | undefined, feature: Feature | undefined): string {
  if (feature?.kind === 'pair' && feature.dimension === 1) return 'Inputs on the selected loop';
  if (feature?.kind === 'point' && layer !== undefined) return 'The selected input';
  return 'Inputs';
}

function hintOf(layer: LayerTopology | undefined, feature: Feature | undefined, mode: State['mode']): string {
  if (layer === undefined) return '';
  if (feature?.kind === 'pair' && feature.dimension === 0) {
    return 'A bar of H₀ is a component, which has no cycle: choose a loop (H₁), or a point.';
  }
  if (feature?.kind === 'pair' && feature.dimension === 1 && cycleOf(layer, feature.pair) === undefined) {
    return `Cycles are kept for the ${formatCount(layer.cycles.length)} longest loops; this is a shorter one.`;
  }
  if (feature?.kind === 'pair' && feature.dimension === 2) return 'Cycles are kept for loops (H₁) alone.';
  if (layer.cycles.length === 0 && pairsOf(layer, 1).count === 0)
    return 'This layer has no loops. Choose a point to see its input.';
  return mode === 'report'
    ? 'Choose a loop (H₁) to see its cycle and the rows on it, or a point to see its row.'
    : 'Choose a loop (H₁) to see the inputs on it, or a point to see its input.';
}

/** An input as people see it: its pixels, or its first cells. */
export function preview(input: InputPreview): HTMLElement {
  if (input.kind === 'image') return imageCanvas(input);
  const cells = input.cells.slice(0, MOST_CELLS);
  const table = element(
    'span',
    { class: 'cells' },
    cells.flatMap(cell => [
      element('span', { class: 'cell-name', text: cell.name }),
      element('span', { class: 'cell-value', text: cell.value }),
    ]),
  );
  if (cells.length < input.cells.length) {
    table.append(
      element('span', { class: 'cell-more', text: `+ ${formatQuantity(input.cells.length - cells.length, 'column')}` }),
    );
  }
  return table;
}

function imageCanvas(input: Extract<InputPreview, { kind: 'image' }>): HTMLCanvasElement {
  const { width, height, channels, pixels } = input;
  const canvas = element('canvas', { class: 'image', attributes: { 'aria-hidden': 'true' } });
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  const image = context?.createImageData(width, height);
  if (context && image) {
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[channels === 1 ? i : 3 * i + c]!;
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }
  const longest = Math.max(width, height);
  const factor = longest < LEAST_IMAGE ? Math.ceil(LEAST_IMAGE / longest) : Math.min(1, 96 / longest);
  canvas.style.width = `${Math.round(width * factor)}px`;
  canvas.style.height = `${Math.round(height * factor)}px`;
  return canvas;
}
