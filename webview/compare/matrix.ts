import { formatNumber, NOT_COMPUTED } from '../format/numbers';
import { element } from '../inspect/dom';
import { pairKey, sizeOf, type CompareState, type CompareStore } from './store';

/** Of more than two models: the distances of the chosen line, each with each. A cell chooses its pair. */
export class PairMatrix {
  readonly root = element('div', { class: 'pair-matrix' });

  constructor(private readonly store: CompareStore) {}

  update(state: CompareState): void {
    const { head, view, pairs } = state;
    const { line } = view;
    this.root.hidden = head === undefined || head.models.length < 3 || line === undefined;
    if (head === undefined || this.root.hidden || line === undefined) return;
    const sizes = [...pairs.values()].filter(pair => pair.line === line).map(sizeOf);
    const most = Math.max(1e-9, ...sizes);
    const cell = (i: number, j: number): HTMLElement => {
      if (i === j) return element('td', { class: 'same', text: '0' });
      const [a, b] = i < j ? [i, j] : [j, i];
      const pair = pairs.get(pairKey(line, a, b));
      if (pair === undefined) return element('td', { text: NOT_COMPUTED });
      const isChosen = view.pair[0] === a && view.pair[1] === b;
      const button = element('button', {
        text: formatNumber(sizeOf(pair)),
        title: `${head.names[a]} and ${head.names[b]}`,
        attributes: { type: 'button', 'aria-pressed': String(isChosen) },
        onClick: () => this.store.look({ pair: [a, b], point: undefined }),
      });
      const made = element('td', { class: isChosen ? 'chosen' : '' }, [button]);
      made.style.setProperty('--share', String(sizeOf(pair) / most));
      return made;
    };
    this.root.replaceChildren(
      element(
        'table',
        { attributes: { 'aria-label': `Bottleneck distances of ${head.lines[line]!.name}, each model with each` } },
        [
          // prettier-ignore
          element('thead', {}, [
          element('tr', {}, [
            element('td'),
            ...head.names.map(name => element('th', { text: name, title: name, attributes: { scope: 'col' } })),
          ]),
        ]),
          element(
            'tbody',
            {},
            head.names.map((name, i) =>
              element('tr', {}, [
                element('th', { text: name, title: name, attributes: { scope: 'row' } }),
                ...head.names.map((_, j) => cell(i, j)),
              ]),
            ),
          ),
        ],
      ),
    );
  }
}
