import type { AttentionMapping } from '../../src/protocol/attention';
import { formatPercent } from '../format/numbers';
import { element } from '../inspect/dom';
import type { Tooltip } from '../inspect/tooltip';
import type { State } from './state';

const LARGEST_CELL = 24;
const SMALLEST_CELL = 3;
const LABELLED = 9;
const LABEL_WIDTH = 78;
const STEPS = 48;

/** What the tokens of one text attend to in the head: rows from, columns to. */
export class MapPane {
  readonly root = element('section', { class: 'map-pane', attributes: { 'aria-label': 'Attention of a sentence' } });
  private readonly title = element('h2', { text: 'Attention of a sentence' });
  private readonly note = element('p', { class: 'map-note' });
  private readonly canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
  private readonly stage = element('div', {
    class: 'map-stage',
    attributes: {
      tabindex: '0',
      role: 'application',
      'aria-roledescription': 'attention map',
      'aria-label': 'Attention map: arrow keys go from token to token',
    },
  });
  private readonly live = element('div', { class: 'visually-hidden', attributes: { 'aria-live': 'polite' } });
  private map: AttentionMapping | undefined;
  private head = 0;
  private word: number | undefined;
  private cell = 0;
  private at: readonly [number, number] | undefined;

  constructor(private readonly tooltip: Tooltip) {
    this.stage.append(this.canvas);
    this.root.append(element('div', { class: 'pane-header' }, [this.title]), this.note, this.stage, this.live);
    this.stage.addEventListener('pointermove', event => this.point(event));
    this.stage.addEventListener('pointerleave', () => tooltip.hide());
    this.stage.addEventListener('keydown', event => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.root);
  }

  /** Another text, or none yet: `note` says why. */
  show(map: AttentionMapping | undefined, note: string): void {
    this.map = map;
    this.at = undefined;
    this.note.textContent = note;
    this.note.hidden = note === '';
    this.draw();
  }

  update(state: State): void {
    const { head, text, result } = state;
    this.root.hidden = head === undefined || result === undefined;
    this.head = head?.head ?? 0;
    this.word = text?.word;
    this.title.textContent = text === undefined ? 'Attention of a sentence' : `Attention of row ${text.text}`;
    this.draw();
  }

  /** Colours are resolved when drawn: after a change of theme it is drawn again. */
  draw(): void {
    const { map } = this;
    const width = this.root.clientWidth;
    this.stage.hidden = map === undefined || this.head >= map.heads;
    if (map === undefined || this.stage.hidden || width === 0) return;
    const size = map.tokens.length;
    this.cell = Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, Math.floor((width - LABEL_WIDTH - 4) / size)));
    const side = LABEL_WIDTH + this.cell * size + 2;
    const density = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(side * density);
    this.canvas.height = Math.round(side * density);
    this.canvas.style.width = `${side}px`;
    this.canvas.style.height = `${side}px`;
    const context = this.canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(density, 0, 0, density, 0, 0);
    const style = getComputedStyle(this.root);
    const colour = (name: string) => style.getPropertyValue(`--nt-${name}`).trim() || '#808080';
    const ramp = this.ramp();
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        context.fillStyle = ramp[Math.min(STEPS - 1, Math.round(Math.sqrt(this.share(i, j)) * (STEPS - 1)))]!;
        context.fillRect(LABEL_WIDTH + j * this.cell, LABEL_WIDTH + i * this.cell, this.cell, this.cell);
      }
    this.drawLabels(context, map, colour);
    context.lineWidth = 1.5;
    map.wordOf.forEach((word, i) => {
      if (word !== this.word || word < 0) return;
      context.strokeStyle = colour('accent');
      context.strokeRect(LABEL_WIDTH, LABEL_WIDTH + i * this.cell, this.cell * size, this.cell);
    });
    if (this.at === undefined) return;
    context.strokeStyle = colour('focus');
    context.lineWidth = 2;
    context.strokeRect(
      LABEL_WIDTH + this.at[1] * this.cell,
      LABEL_WIDTH + this.at[0] * this.cell,
      this.cell,
      this.cell,
    );
  }

  private drawLabels(context: CanvasRenderingContext2D, map: AttentionMapping, colour: (name: string) => string): void {
    const step = Math.max(1, Math.ceil(LABELLED / this.cell));
    context.font = `11px ${getComputedStyle(this.root).fontFamily}`;
    context.textBaseline = 'middle';
    map.tokens.forEach((token, i) => {
      const isChosen = map.wordOf[i] === this.word && this.word !== undefined;
      if (i % step !== 0 && !isChosen) return;
      context.fillStyle = colour(isChosen ? 'accent' : 'muted');
      const middle = LABEL_WIDTH + (i + 0.5) * this.cell;
      const text = fitted(context, token, LABEL_WIDTH - 8);
      context.textAlign = 'right';
      context.fillText(text, LABEL_WIDTH - 5, middle);
      context.save();
      context.translate(middle, LABEL_WIDTH - 5);
      context.rotate(-Math.PI / 2);
      context.textAlign = 'left';
      context.fillText(text, 0, 0);
      context.restore();
    });
  }

  private share(i: number, j: number): number {
    const { map } = this;
    const size = map!.tokens.length;
    return map!.values[(this.head * size + i) * size + j]!;
  }

  private ramp(): string[] {
    const probe = element('span');
    this.root.append(probe);
    const steps = Array.from({ length: STEPS }, (_, at) => {
      const percent = 3 + (97 * at) / (STEPS - 1);
      probe.style.setProperty('color', `color-mix(in oklab, var(--nt-h1) ${percent}%, var(--nt-background))`);
      return getComputedStyle(probe).color;
    });
    probe.remove();
    return steps;
  }

  private sentence([i, j]: readonly [number, number]): string {
    const { tokens } = this.map!;
    return `${tokens[i]!} attends to ${tokens[j]!}: ${formatPercent(this.share(i, j))}`;
  }

  private point(event: PointerEvent): void {
    const { map } = this;
    if (map === undefined) return;
    const frame = this.canvas.getBoundingClientRect();
    const j = Math.floor((event.clientX - frame.left - LABEL_WIDTH) / this.cell);
    const i = Math.floor((event.clientY - frame.top - LABEL_WIDTH) / this.cell);
    const size = map.tokens.length;
    if (i < 0 || j < 0 || i >= size || j >= size) return this.tooltip.hide();
    this.tooltip.show([this.sentence([i, j])], event.clientX, event.clientY);
  }

  private key(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, readonly [number, number]>> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }; // prettier-ignore
    const move = moves[event.key];
    if (move === undefined || this.map === undefined) return;
    event.preventDefault();
    const clamp = (value: number) => Math.min(this.map!.tokens.length - 1, Math.max(0, value));
    const first = Math.max(
      0,
      this.map.wordOf.findIndex(word => word === this.word),
    );
    this.at = this.at === undefined ? [first, 0] : [clamp(this.at[0] + move[0]), clamp(this.at[1] + move[1])];
    this.live.textContent = this.sentence(this.at);
    this.draw();
  }
}

function fitted(context: CanvasRenderingContext2D, name: string, width: number): string {
  if (context.measureText(name).width <= width) return name;
  let to = name.length - 1;
  while (to > 1 && context.measureText(`${name.slice(0, to)}…`).width > width) to--;
  return `${name.slice(0, to)}…`;
}
