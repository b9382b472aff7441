import type { AttentionHead } from '../../src/protocol/attention';
import { formatNumber } from '../format/numbers';
import { element } from '../inspect/dom';
import type { Tooltip } from '../inspect/tooltip';
import { measured, MEASURES, sameHead, type HeadId, type Measure, type State } from './state';
import { headLines, headName, measureName } from './words';

export interface GridEvents {
  open(head: HeadId): void;
  set(changes: Partial<Pick<State, 'measure' | 'threshold'>>): void;
}

/** Heads × layers: the shade of a cell is what was measured, a mark says what follows roles beyond position. One tab stop; arrow keys go from cell to cell. */
export class HeadGrid {
  readonly root = element('section', { class: 'head-grid', attributes: { 'aria-label': 'Heads by layer' } });
  private readonly table = element('table', { attributes: { role: 'grid', 'aria-label': 'Heads by layer' } });
  private readonly note = element('p', { class: 'grid-note' });
  private readonly measure = element('select', { attributes: { 'aria-label': 'Measure' } });
  private readonly threshold = element('select', { attributes: { 'aria-label': 'Threshold of attention' } });
  private readonly thresholdField = element('span', { class: 'field' }, [element('label', { text: 'from' }), this.threshold]); // prettier-ignore
  private readonly cells = new Map<string, HTMLButtonElement>();
  private at: HeadId | undefined;

  constructor(
    private readonly tooltip: Tooltip,
    private readonly events: GridEvents,
  ) {
    this.measure.addEventListener('change', () => events.set({ measure: this.measure.value as Measure }));
    this.threshold.addEventListener('change', () => events.set({ threshold: Number(this.threshold.value) }));
    this.table.addEventListener('keydown', event => this.key(event));
    this.table.addEventListener('pointerleave', () => tooltip.hide());
    this.root.append(
      element('div', { class: 'pane-header' }, [
        element('h2', { text: 'Heads' }),
        element('span', { class: 'field' }, [element('label', { text: 'shade' }), this.measure]),
        this.thresholdField,
      ]),
      this.table,
      this.note,
    );
  }

  update(state: State, before: State | undefined): void {
    const { result, measure, threshold, head } = state;
    this.root.hidden = result === undefined;
    if (result === undefined) return;
    if (before?.result !== result) this.fillChoices(state);
    if (before?.measure !== measure) this.measure.value = measure;
    if (before?.threshold !== threshold) this.threshold.value = String(threshold);
    this.thresholdField.hidden = measure !== 'beta0' && measure !== 'beta1';
    if (before?.result !== result || before.measure !== measure || before.threshold !== threshold) this.draw(state);
    if (before?.result !== result || !sameHead(before.head, head)) this.mark(state);
  }

  focus(): void {
    this.cells.get(keyOf(this.at))?.focus();
  }

  private fillChoices({ result, measure, threshold }: State): void {
    const offered = MEASURES.filter(one => result!.roles !== null || (one !== 'separation' && one !== 'purity'));
    this.measure.replaceChildren(
      ...offered.map(one => element('option', { text: measureName(one, result), attributes: { value: one } })),
    );
    this.measure.value = offered.includes(measure) ? measure : offered[0]!;
    const thresholds = result!.heads[0]?.features.map(one => one.threshold) ?? [];
    this.threshold.replaceChildren(
      ...thresholds.map((one, at) => element('option', { text: String(one), attributes: { value: String(at) } })),
    );
    this.threshold.value = String(threshold);
    if (this.measure.value !== measure) this.events.set({ measure: this.measure.value as Measure });
  }

  private draw(state: State): void {
    const { result, measure, threshold } = state;
    const { heads, layers } = result!;
    const values = heads.map(head => measured(head, measure, threshold)).filter(value => value !== undefined);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const numbers = [...new Set(heads.map(head => head.head))].sort((a, b) => a - b);
    const shown = layers.filter(({ layer }) => heads.some(head => head.layer === layer));
    this.cells.clear();
    this.table.className = `hue-${measure}`;
    const header = element('tr', { attributes: { role: 'row' } }, [
      element('td', { text: 'layer', class: 'corner', attributes: { role: 'columnheader' } }),
      ...numbers.map(number => element('th', { text: String(number), attributes: { scope: 'col', role: 'columnheader', 'aria-label': `head ${number}` } })), // prettier-ignore
    ]);
    const rows = shown.map(({ layer, name, source }) =>
      element('tr', { attributes: { role: 'row' } }, [
        element('th', {
          text: String(layer),
          title: `${name}${source === 'output' ? ', an output of the network' : ', found in the graph'}`,
          attributes: { scope: 'row', role: 'rowheader', 'aria-label': `layer ${layer}` },
        }),
        ...numbers.map(number => {
          const head = heads.find(one => one.layer === layer && one.head === number);
          const cell = element('td', { attributes: { role: 'gridcell' } });
          if (head !== undefined) cell.append(this.cell(head, state, low, high));
          return cell;
        }),
      ]),
    );
    this.table.replaceChildren(element('thead', {}, [header]), element('tbody', {}, rows));
    const marked = heads.some(head => head.separation?.beyondPosition);
    const range = values.length === 0 ? '' : `${measureName(measure, result)}: ${formatNumber(low)} to ${formatNumber(high)}`; // prettier-ignore
    this.note.textContent = [range, marked ? '★ tells roles apart beyond position' : ''].filter(part => part !== '').join(' · '); // prettier-ignore
    this.mark(state);
  }

  private cell(head: AttentionHead, { measure, threshold }: State, low: number, high: number): HTMLButtonElement {
    const value = measured(head, measure, threshold);
    const share = value === undefined ? 0 : high > low ? (value - low) / (high - low) : 1;
    const isBeyond = head.separation?.beyondPosition === true;
    const lines = headLines(head, threshold);
    const text = value === undefined ? '–' : shortNumber(value);
    const button = element('button', {
      class: `head-cell${share > 0.55 ? ' strong' : ''}`,
      attributes: {
        type: 'button',
        tabindex: '-1',
        'data-head': keyOf(head),
        'aria-label': `${headName(head)}: ${text}${isBeyond ? ', beyond position' : ''}`,
      },
      onClick: () => this.events.open({ layer: head.layer, head: head.head }),
    });
    button.style.setProperty('--share', `${Math.round(6 + 94 * share)}%`);
    button.append(
      element('span', { text }),
      ...(isBeyond ? [element('span', { class: 'beyond', text: '★', attributes: { 'aria-hidden': 'true' } })] : []),
    );
    button.addEventListener('pointerenter', event => this.tooltip.show(lines, event.clientX, event.clientY));
    button.addEventListener('pointerleave', () => this.tooltip.hide());
    this.cells.set(keyOf(head), button);
    return button;
  }

  private mark({ head, result }: State): void {
    const first = result?.heads[0];
    const isThere = (one: HeadId | undefined) => one !== undefined && this.cells.has(keyOf(one));
    this.at = isThere(head) ? head : isThere(this.at) ? this.at : first && { layer: first.layer, head: first.head };
    for (const [key, cell] of this.cells) {
      cell.setAttribute('aria-pressed', String(key === keyOf(head)));
      cell.tabIndex = key === keyOf(this.at) ? 0 : -1;
    }
  }

  private key(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, readonly [number, number]>> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }; // prettier-ignore
    const move = moves[event.key];
    if (move === undefined || this.at === undefined) return;
    event.preventDefault();
    const next = this.nextIn(this.at, move);
    if (next === undefined) return;
    this.cells.get(keyOf(this.at))?.setAttribute('tabindex', '-1');
    this.at = next;
    const cell = this.cells.get(keyOf(next))!;
    cell.tabIndex = 0;
    cell.focus();
  }

  /** The nearest cell in a direction. */
  private nextIn({ layer, head }: HeadId, [down, right]: readonly [number, number]): HeadId | undefined {
    const all = Array.from(this.cells.keys(), key => key.split('.').map(Number)).map(([l, h]) => ({ layer: l!, head: h! })); // prettier-ignore
    const ahead = all.filter(one =>
      down === 0
        ? one.layer === layer && (one.head - head) * right > 0
        : one.head === head && (one.layer - layer) * down > 0,
    );
    const far = (one: HeadId) => Math.abs(one.layer - layer) + Math.abs(one.head - head);
    return ahead.sort((a, b) => far(a) - far(b))[0];
  }
}

function keyOf(head: HeadId | undefined): string {
  return head === undefined ? '' : `${head.layer}.${head.head}`;
}

/** In a cell there is room for three digits. */
function shortNumber(value: number): string {
  return value < 1 && value > 0
    ? value.toFixed(2).replace(/^0/, '')
    : value >= 100
      ? value.toFixed(0)
      : value.toFixed(1);
}
