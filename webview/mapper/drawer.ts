import type { InputPreview } from '../../src/protocol/panel';
import type { MapperFacts } from '../../src/protocol/mapper';
import { toCsv } from '../format/csv';
import { formatCount, formatPercent, formatQuantity } from '../format/numbers';
import { element } from '../inspect/dom';
import { preview } from '../inspect/inputs';

export interface DrawerEvents {
  request(request: number, rows: readonly number[]): void;
  save(name: string, content: string): void;
  slice(name: string, rows: Uint32Array): void;
  path(): void;
}

const MOST_TILES = 48;

/** The inputs of what is selected: with their rows, as a CSV, as a slice that other views colour by. */
export class Drawer {
  readonly root = element('section', { class: 'mapper-drawer inputs', attributes: { 'aria-label': 'Inputs of what is selected' } }); // prettier-ignore
  private readonly heading = element('h2', { text: 'Inputs' });
  private readonly tiles = element('div', { class: 'tiles', attributes: { role: 'list' } });
  private readonly hint = element('p', { class: 'side-note' });
  private readonly pathButton = action('Path between', () => this.events.path());
  private readonly actions = element('span', { class: 'drawer-actions' });
  private readonly name = element('input', { attributes: { type: 'text', 'aria-label': 'Name of the slice', placeholder: 'name of a slice' } }); // prettier-ignore
  private points: readonly number[] = [];
  private nodesOf: ReadonlyMap<number, readonly number[]> = new Map();
  private facts: MapperFacts | undefined;
  private readonly inputs = new Map<number, InputPreview>();
  private requests = 0;

  constructor(private readonly events: DrawerEvents) {
    const keep = action('Keep as slice', () => this.keepSlice());
    this.name.addEventListener('keydown', event => {
      if (event.key === 'Enter') this.keepSlice();
    });
    this.actions.append(
      this.pathButton,
      action('Save as CSV', () => this.save()),
      this.name,
      keep,
    );
    this.root.append(
      element('header', { class: 'drawer-header' }, [this.heading, this.actions]),
      this.hint,
      element('div', { class: 'drawer-tiles' }, [this.tiles]),
    );
    this.show([], new Map(), 0, '');
  }

  /** Another run has other rows. */
  reset(facts: MapperFacts | undefined): void {
    this.facts = facts;
    this.inputs.clear();
    this.show([], new Map(), 0, '');
  }

  /** `nodesOf` says of each point in which of the selected nodes it is. */
  show(points: readonly number[], nodesOf: ReadonlyMap<number, readonly number[]>, nodes: number, what: string): void {
    this.points = points;
    this.nodesOf = nodesOf;
    this.pathButton.disabled = nodes !== 2;
    this.actions.hidden = points.length === 0;
    const { facts } = this;
    this.heading.textContent = points.length === 0 ? 'Inputs' : what;
    this.hint.textContent = points.length === 0 ? 'Select nodes: click one, add more with Shift, or drag a lasso around them. Two nodes have a path between them.' : this.summary(); // prettier-ignore
    this.tiles.hidden = points.length === 0;
    if (facts === undefined || points.length === 0) return this.tiles.replaceChildren();
    const rows = points.slice(0, MOST_TILES).map(point => facts.rowOfPoint[point]!);
    const missing = [...new Set(rows.filter(row => !this.inputs.has(row)))];
    if (missing.length > 0) this.events.request(++this.requests, missing);
    this.draw();
  }

  receive(inputs: readonly InputPreview[], note: string): void {
    for (const input of inputs) this.inputs.set(input.row, input);
    if (note !== '') this.hint.textContent = note;
    if (this.points.length > 0) this.draw();
  }

  private summary(): string {
    const { points, facts } = this;
    const parts = [points.length > MOST_TILES ? `the first ${MOST_TILES} of ${formatCount(points.length)}` : ''];
    if (facts?.labels !== undefined) {
      const counts = new Map<string, number>();
      for (const point of points) {
        const name = facts.labels.classes[facts.labels.values[point]!]!;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      const classes = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 4);
      parts.push(`classes ${classes.map(([name, count]) => `${name} ${formatPercent(count / points.length)}`).join(', ')}${counts.size > 4 ? ', …' : ''}`); // prettier-ignore
    }
    if (facts?.correct !== undefined) {
      const wrong = points.reduce((sum, point) => sum + 1 - facts.correct![point]!, 0);
      parts.push(`${formatCount(wrong)} wrong`);
    }
    return parts.filter(part => part !== '').join(' · ');
  }

  private draw(): void {
    const facts = this.facts!;
    this.tiles.replaceChildren(
      ...this.points.slice(0, MOST_TILES).map(point => {
        const row = facts.rowOfPoint[point]!;
        const input = this.inputs.get(row);
        const label = facts.labels?.classes[facts.labels.values[point]!];
        const predicted = facts.predicted?.classes[facts.predicted.values[point]!];
        const isWrong = facts.correct?.[point] === 0;
        const caption = element('span', { class: 'caption' }, [
          ...(label === undefined ? [] : [element('span', { text: label })]),
          ...(isWrong && predicted !== undefined ? [element('span', { class: 'wrong', text: `→${predicted}` })] : []),
          element('span', { class: 'row-number', text: `#${row}` }),
        ]);
        const title = [`row ${row}`, ...(label === undefined ? [] : [`class ${label}`]), ...(predicted === undefined ? [] : [`predicted ${predicted}`])].join(', '); // prettier-ignore
        return element(
          'div',
          { class: `tile ${isWrong ? 'misclassified' : ''}`, title, attributes: { role: 'listitem' } },
          [input === undefined ? element('span', { class: 'bone image-bone' }) : preview(input), caption],
        );
      }),
    );
  }

  private save(): void {
    const { facts, points } = this;
    if (facts === undefined) return;
    const header = ['row', 'nodes', ...(facts.labels === undefined ? [] : ['class']), ...(facts.predicted === undefined ? [] : ['predicted']), ...(facts.correct === undefined ? [] : ['correct']), ...(facts.confidence === undefined ? [] : ['confidence'])]; // prettier-ignore
    const rows = points.map(point => [
      facts.rowOfPoint[point]!,
      (this.nodesOf.get(point) ?? []).join(' '),
      ...(facts.labels === undefined ? [] : [facts.labels.classes[facts.labels.values[point]!]]),
      ...(facts.predicted === undefined ? [] : [facts.predicted.classes[facts.predicted.values[point]!]]),
      ...(facts.correct === undefined ? [] : [facts.correct[point]]),
      ...(facts.confidence === undefined ? [] : [facts.confidence[point]]),
    ]);
    this.events.save(`mapper ${formatQuantity(points.length, 'input')}.csv`, toCsv(header, rows));
  }

  private keepSlice(): void {
    const { facts, points } = this;
    const name = this.name.value.trim();
    if (facts === undefined || points.length === 0) return;
    if (name === '') return this.name.focus();
    this.events.slice(name, Uint32Array.from(new Set(points.map(point => facts.rowOfPoint[point]!))).sort());
    this.name.value = '';
  }
}

function action(text: string, onClick: () => void): HTMLButtonElement {
  return element('button', { class: 'secondary', text, attributes: { type: 'button' }, onClick });
}
