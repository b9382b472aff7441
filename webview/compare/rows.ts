import type { ComparedPair } from '../../src/protocol/compare';
import { formatCount, formatRoundPercent } from '../format/numbers';
import { element } from '../inspect/dom';
import { preview } from '../inspect/inputs';
import type { CompareState, CompareStore } from './store';

/** The rows whose neighbourhood changed most; a click shows which rows are near it in either network. */
export class ChangedRows {
  readonly root = element('section', { class: 'changed', attributes: { 'aria-label': 'Rows whose neighbourhood changed' } }); // prettier-ignore
  private readonly note = element('p', { class: 'plot-note' });
  private readonly tiles = element('div', { class: 'tiles', attributes: { role: 'list' } });
  private readonly near = element('div', { class: 'near' });
  private readonly asked = new Set<number>();
  private requests = 0;

  constructor(
    private readonly store: CompareStore,
    private readonly request: (request: number, rows: readonly number[]) => void,
  ) {
    this.root.append(
      element('div', { class: 'plot-header' }, [element('h3', { text: 'Rows whose neighbourhood changed most' })]),
      this.note,
      this.tiles,
      this.near,
    );
  }

  /** A new run has other rows. */
  reset(): void {
    this.asked.clear();
  }

  update(state: CompareState, pair: ComparedPair | undefined): void {
    const { head, view } = state;
    const near = pair?.neighbourhoods;
    this.root.hidden = head === undefined || !near;
    if (head === undefined || !near) return;
    this.note.textContent =
      near.changed.length === 0
        ? `Every row keeps its ${near.neighbours} nearest rows.`
        : `The share of its ${formatCount(near.neighbours)} nearest rows that a row keeps; ${formatRoundPercent(near.meanOverlap)} on average, ${formatRoundPercent(near.chance)} by chance. ${state.inputsNote}`;
    const chosen = near.changed.find(({ point }) => point === view.point);
    const points = [...near.changed.map(({ point }) => point), ...(chosen ? [...chosen.neighboursA, ...chosen.neighboursB] : [])]; // prettier-ignore
    if (state.mode === 'panel') this.ask(points.map(point => head.sampledRows[point]!));
    this.tiles.replaceChildren(
      ...near.changed.map(({ point, overlap }) =>
        this.tile(state, point, `keeps ${formatRoundPercent(overlap)}`, point === view.point),
      ),
    );
    this.near.replaceChildren();
    if (chosen === undefined) return;
    const kept = new Set(chosen.neighboursA.filter(point => chosen.neighboursB.includes(point)));
    for (const [model, list, side] of [
      [view.pair[0], chosen.neighboursA, 'a'],
      [view.pair[1], chosen.neighboursB, 'b'],
    ] as const) {
      this.near.append(
        element('div', { class: `near-row side-${side}` }, [
          element('h4', { text: `nearest to row ${head.sampledRows[chosen.point]} in ${head.names[model]}` }),
          element(
            'div',
            { class: 'tiles', attributes: { role: 'list' } },
            list.map(point => this.tile(state, point, kept.has(point) ? 'in both' : '', false)),
          ),
        ]),
      );
    }
  }

  private ask(rows: readonly number[]): void {
    const missing = [...new Set(rows)].filter(row => !this.asked.has(row));
    if (missing.length === 0) return;
    for (const row of missing) this.asked.add(row);
    this.request(++this.requests, missing);
  }

  private tile(state: CompareState, point: number, text: string, isChosen: boolean): HTMLElement {
    const { head, inputs, mode } = state;
    const row = head!.sampledRows[point]!;
    const input = inputs.get(row);
    const label = input?.label ?? (head!.labels === undefined ? undefined : head!.labels.classes[head!.labels.values[point]!]); // prettier-ignore
    const button = element('button', {
      class: 'tile',
      title: [`row ${row}`, ...(label === undefined ? [] : [`class ${label}`]), ...(text === '' ? [] : [text])].join(
        ', ',
      ),
      attributes: { type: 'button', 'aria-pressed': String(isChosen) },
      onClick: () => this.store.look({ point: isChosen ? undefined : point }),
    });
    if (mode === 'panel')
      button.append(input === undefined ? element('span', { class: 'bone image-bone' }) : preview(input));
    button.append(
      element('span', { class: 'caption' }, [
        ...(label === undefined ? [] : [element('span', { text: label })]),
        element('span', { class: 'row-number', text: `#${row}` }),
      ]),
      ...(text === '' ? [] : [element('span', { class: 'kept', text })]),
    );
    return element('div', { attributes: { role: 'listitem' } }, [button]);
  }
}
