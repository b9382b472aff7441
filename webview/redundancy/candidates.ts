import type { Candidate, LayerDistances } from '../../src/protocol/redundancy';
import { formatCount, formatNumber, formatPercent, formatQuantity } from '../format/numbers';
import { element } from '../inspect/dom';
import { samePair, type Pair, type State, type Store } from './state';

/** What could go, nearest first, with what it was measured to cost; those that are chosen are removed together. */
export class Candidates {
  readonly root = element('section', { class: 'candidates', attributes: { 'aria-label': 'Candidates for removal' } });
  private readonly body = element('tbody');
  private readonly remove: HTMLButtonElement;
  private readonly note = element('p', { class: 'caveat-note' });
  private readonly empty = element('p', { class: 'empty-note' });
  private readonly table: HTMLElement;

  constructor(
    private readonly store: Store,
    actions: { readonly open: (pair: Pair) => void; readonly remove: (names: readonly string[]) => void },
  ) {
    this.open = actions.open;
    this.remove = element('button', {
      class: 'primary',
      text: 'Remove layer…',
      attributes: { type: 'button' },
      onClick: () => actions.remove([...store.state.chosen]),
    });
    const heads = [['', ''], ['layer or block', ''], ['distance', 'numeric'], ['without it', 'numeric'], ['change, points', 'numeric'], ['saves', 'numeric'], ['', '']]; // prettier-ignore
    this.table = element(
      'div',
      { class: 'table-holder', attributes: { tabindex: '0', role: 'region', 'aria-label': 'Table of candidates' } },
      [
        element('table', { class: 'layers' }, [
          element('thead', {}, [element('tr', {}, heads.map(([text, kind]) => element(text === '' ? 'td' : 'th', { text: text!, class: kind!, attributes: text === '' ? {} : { scope: 'col' } })))]), // prettier-ignore
          this.body,
        ]),
      ],
    );
    this.root.append(
      element('div', { class: 'pane-header' }, [element('h2', { text: 'What can go' }), this.remove]),
      this.table,
      this.empty,
      this.note,
    );
  }

  private readonly open: (pair: Pair) => void;

  update(state: State, before: State | undefined): void {
    const { candidates, chosen, head, status, distances } = state;
    this.root.hidden = head === undefined;
    if (before?.candidates !== candidates || before.distances !== distances) this.fill(state);
    else if (before.chosen !== chosen)
      for (const box of this.body.querySelectorAll('input')) box.checked = chosen.has(box.value);
    this.light(state);
    this.remove.disabled = chosen.size === 0 || status?.kind === 'running';
    this.remove.textContent = chosen.size > 1 ? `Remove ${formatCount(chosen.size)} parts…` : 'Remove layer…';
    this.remove.title =
      chosen.size === 0
        ? 'Tick what is to go'
        : 'Measures what is left of the network, and writes it as a smaller model';
    this.table.hidden = candidates.length === 0;
    this.empty.hidden = candidates.length > 0;
    this.empty.textContent =
      status?.kind === 'running'
        ? 'Candidates come when the distances are done.'
        : 'Nothing here could be taken out: see the notes above.';
    const tolerance = head === undefined ? 0 : 100 * head.parameters.tolerance;
    this.note.hidden = candidates.length === 0;
    this.note.textContent =
      `Distance: the larger of H₀ and H₁ between what a part reads and what it gives. It only ranks; what the network was measured to lose decides (at most ${Number(tolerance.toPrecision(3))} points). ` +
      'Each was taken out alone, and of many that are tried some look free by chance: look at the interval.';
  }

  private fill({ candidates, distances, chosen }: State): void {
    const places = new Map((distances?.layers ?? []).map((name, at) => [name, at]));
    this.body.replaceChildren(...candidates.map(one => this.row(one, places, chosen)));
  }

  private row(one: Candidate, places: ReadonlyMap<string, number>, chosen: ReadonlySet<string>): HTMLElement {
    const { name, entry, layers, ablation, removable, reason } = one;
    const pair = pairOf(one, places);
    const box = element('input', {
      attributes: { type: 'checkbox', value: name, 'aria-label': `Choose ${name} for removal` },
    });
    box.checked = chosen.has(name);
    box.disabled = ablation === undefined;
    box.addEventListener('change', () => {
      const next = new Set(this.store.state.chosen);
      if (box.checked) next.add(name);
      else next.delete(name);
      this.store.set({ chosen: next });
    });
    const what = layers.length > 1 ? `${formatCount(layers.length)} layers, reads ${entry}` : `reads ${entry}`;
    const verdict = removable ? 'can go' : ablation === undefined ? 'not measured' : 'needed';
    const row = element('tr', { title: reason, attributes: { tabindex: '0', 'data-candidate': name } }, [
      element('td', {}, [box]),
      element('td', { class: 'name' }, [
        element('div', { class: 'name-line' }, [
          element('span', { class: 'name-text' }, [element('bdi', { text: name })]),
        ]),
        element('small', { class: 'reads', text: what, title: what }),
      ]),
      element('td', { class: 'numeric' }, distanceCell(one, pair, this.store.state.distances)),
      element('td', { class: 'numeric' }, afterCell(one)),
      element('td', { class: 'numeric' }, changeCell(one)),
      element('td', { class: 'numeric', text: ablation === undefined ? '–' : formatCount(ablation.parametersBefore - ablation.parametersAfter) }), // prettier-ignore
      element('td', { class: `verdict ${removable ? 'free' : ''}`, text: verdict }),
    ]);
    const open = () => pair && this.open(pair);
    row.addEventListener('click', event => {
      if (event.target !== box) open();
    });
    row.addEventListener('keydown', event => {
      if (event.key === 'Enter' && event.target === row) open();
      const next =
        event.key === 'ArrowDown'
          ? row.nextElementSibling
          : event.key === 'ArrowUp'
            ? row.previousElementSibling
            : null;
      if (next instanceof HTMLElement && event.target === row) {
        next.focus();
        event.preventDefault();
      }
    });
    const hover = (now: Pair | undefined) => () => {
      if (!samePair(this.store.state.hover, now)) this.store.set({ hover: now });
    };
    row.addEventListener('pointerenter', hover(pair));
    row.addEventListener('pointerleave', hover(undefined));
    row.addEventListener('focus', hover(pair));
    return row;
  }

  /** Rows whose ends are pointed at on the map. */
  private light({ hover, pair, distances, candidates }: State): void {
    const places = new Map((distances?.layers ?? []).map((name, at) => [name, at]));
    const isOf = (one: Candidate, other: Pair | undefined) => {
      const own = pairOf(one, places);
      return (
        own !== undefined && other !== undefined && (samePair(own, other) || samePair({ a: own.b, b: own.a }, other))
      );
    };
    candidates.forEach((one, at) => {
      const row = this.body.children[at];
      row?.classList.toggle('lit', isOf(one, hover));
      row?.setAttribute('aria-selected', String(isOf(one, pair)));
    });
  }
}

function pairOf({ entry, exit }: Candidate, places: ReadonlyMap<string, number>): Pair | undefined {
  const [a, b] = [places.get(entry), places.get(exit)];
  return a === undefined || b === undefined ? undefined : { a, b };
}

/** The distance, with the interval of the dimension that it is of. */
function distanceCell({ distance }: Candidate, pair: Pair | undefined, distances: LayerDistances | undefined) {
  if (pair === undefined || distances === undefined) return [formatNumber(distance)];
  const at = pair.a * distances.layers.length + pair.b;
  const dimension = distances.bottleneck.findIndex(values => values[at] === distance);
  const [low, high] = [distances.low[dimension]?.[at], distances.high[dimension]?.[at]];
  if (low === undefined || high === undefined) return [formatNumber(distance)];
  return [formatNumber(distance), ' ', small(`${formatNumber(low)}–${formatNumber(high)}`, 'Range over halves of the rows')]; // prettier-ignore
}

/** The accuracy, with the rows that it was measured on: fewer where a linear map was fitted on the others. */
function afterCell({ ablation }: Candidate): (Node | string)[] {
  if (ablation === undefined) return ['–'];
  const { accuracy, agreement, rows } = ablation;
  const share = accuracy === undefined ? `${formatPercent(agreement.value)} same` : formatPercent(accuracy.after.value);
  return [share, ' ', small(`of ${formatQuantity(rows, 'row')}`)];
}

function small(text: string, title?: string): HTMLElement {
  return element('small', { class: 'interval', text, ...(title === undefined ? {} : { title }) });
}

function changeCell({ ablation }: Candidate): (Node | string)[] {
  const change = ablation?.accuracy?.change;
  if (change === undefined) return ['–'];
  const points = (share: number) => {
    const digits = Math.abs(100 * share).toFixed(1);
    return Number(digits) === 0 ? '0.0' : `${share < 0 ? '−' : '+'}${digits}`;
  };
  return [
    points(change.value),
    ' ',
    small(`${points(change.low)} to ${points(change.high)}`, `95 % interval on ${formatCount(ablation!.rows)} rows`),
  ];
}
