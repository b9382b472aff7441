import { formatNumber, NOT_COMPUTED } from '../format/numbers';
import { element } from '../inspect/dom';
import { pairKey, sizeOf, type CompareState, type CompareStore } from './store';

/** The lines of the alignment: what changed most first, or in the order of the networks; what has no counterpart stays, grey. */
export class LayerTable {
  readonly root = element('section', { class: 'compared-layers', attributes: { 'aria-label': 'Layers' } });
  private readonly body = element('tbody');
  private readonly order: HTMLButtonElement;

  constructor(private readonly store: CompareStore) {
    this.order = element('button', {
      class: 'link order',
      attributes: { type: 'button' },
      onClick: () => store.look({ order: store.state.view.order === 'change' ? 'network' : 'change' }),
    });
    const head = (text: string, more: { title?: string; number?: boolean } = {}): HTMLElement =>
      element('th', {
        text,
        ...(more.title === undefined ? {} : { title: more.title }),
        ...(more.number === true ? { class: 'number' } : {}),
        attributes: { scope: 'col' },
      });
    this.root.append(
      element('div', { class: 'list-header' }, [element('h2', { text: 'Layers' }), this.order]),
      element('div', { class: 'scroll' }, [
        element('table', { class: 'lines' }, [
          element('thead', {}, [
            element('tr', {}, [
              head('layer'),
              head('distance', { title: 'Larger of the bottleneck distances of H₀ and H₁, of the median distance' }),
              head('size', { number: true }),
              head('p', { title: 'Permutation p-value, adjusted for all layers, dimensions and both distances', number: true }), // prettier-ignore
              head('CKA', { number: true }),
            ]),
          ]),
          this.body,
        ]),
      ]),
    );
    this.body.addEventListener('keydown', event => {
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (step === 0) return;
      event.preventDefault();
      const buttons = [...this.body.querySelectorAll('button')];
      const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step];
      next?.focus();
      next?.click();
    });
  }

  update(state: CompareState, before: CompareState | undefined): void {
    if (
      before !== undefined &&
      before.head === state.head &&
      before.pairs === state.pairs &&
      before.view === state.view &&
      before.failures === state.failures
    )
      return;
    const { head, pairs, view } = state;
    this.order.textContent = view.order === 'change' ? 'by change' : 'in network order';
    this.order.title = view.order === 'change' ? 'Sort in network order' : 'Sort by change';
    if (head === undefined) {
      this.body.replaceChildren();
      return;
    }
    const focused = (document.activeElement as HTMLElement | null)?.dataset['line'];
    const lines = head.lines.map((line, i) => ({ ...line, i, pair: pairs.get(pairKey(i, ...view.pair)) }));
    if (view.order === 'change')
      lines.sort((x, y) => (y.pair ? sizeOf(y.pair) : -1) - (x.pair ? sizeOf(x.pair) : -1) || x.i - y.i);
    const most = Math.max(1e-9, ...lines.map(({ pair }) => (pair ? sizeOf(pair) : 0)));
    this.body.replaceChildren(...lines.map(line => this.row(state, line, most)));
    if (focused !== undefined)
      this.body.querySelector<HTMLElement>(`button[data-line="${CSS.escape(focused)}"]`)?.focus();
  }

  private row(state: CompareState, { i, name, layers, pair }: Row, most: number): HTMLElement {
    const { head, view, failures } = state;
    const [a, b] = view.pair;
    const isChosen = view.line === i;
    const alone = layers[a] === null || layers[b] === null;
    const where = alone ? (layers[a] !== null ? head!.names[a] : layers[b] !== null ? head!.names[b] : undefined) : undefined; // prettier-ignore
    const failed = failures.find(
      ({ model, name: layer }) => head!.models[model]!.layers[layers[model] ?? -1]?.name === layer,
    );
    if (pair === undefined) {
      const note =
        failed?.message ?? (alone ? (where === undefined ? 'in other models alone' : `in ${where} alone`) : '…');
      return element('tr', { class: alone || failed !== undefined ? 'alone' : 'waiting' }, [
        element('th', { text: name, title: name, attributes: { scope: 'row' } }),
        element('td', { class: 'note', text: note, title: note, attributes: { colspan: '4' } }),
      ]);
    }
    const button = element('button', {
      class: 'line-button',
      text: name,
      title: name,
      attributes: { type: 'button', 'aria-pressed': String(isChosen) },
      onClick: () => this.store.look({ line: i, point: undefined }),
    });
    button.dataset['line'] = String(i);
    const size = sizeOf(pair);
    const bar = element('span', { class: 'bar', attributes: { 'aria-hidden': 'true' } });
    bar.style.setProperty('--share', String(Math.min(1, size / most)));
    const adjusted = pair.test?.adjusted;
    const significant = adjusted?.significant === true;
    const p = pair.test === null ? NOT_COMPUTED : adjusted === undefined ? '…' : formatNumber(adjusted.smallest);
    const row = element('tr', { class: `${isChosen ? 'chosen' : ''} ${significant ? 'significant' : ''}` }, [
      element('th', { attributes: { scope: 'row' } }, [button]),
      element('td', { class: 'bar-cell' }, [bar]),
      element('td', { class: 'number', text: formatNumber(size) }),
      element('td', { class: 'number p', text: p, title: significant ? 'significant at 5 %' : 'not significant' }),
      element('td', { class: 'number', text: pair.cka === null ? NOT_COMPUTED : formatNumber(pair.cka) }),
    ]);
    row.addEventListener('click', event => {
      if (event.target !== button) button.click();
    });
    return row;
  }
}

interface Row {
  readonly i: number;
  readonly name: string;
  readonly layers: readonly (number | null)[];
  readonly pair: ReturnType<CompareState['pairs']['get']>;
}
