import type { AttentionResult } from '../../src/protocol/attention';
import { formatCount, formatQuantity } from '../format/numbers';
import { element } from '../inspect/dom';
import { headOf, sameHead, type State } from './state';

const MOST_SHOWN = 200;

export interface SentenceEvents {
  open(text: number, word: number): void;
}

/** The texts of the selected nodes, with the words that are in them marked. */
export class Sentences {
  readonly root = element('section', { class: 'sentences', attributes: { 'aria-label': 'Sentences' } });
  private readonly title = element('h2');
  private readonly facts = element('p', { class: 'sentence-facts' });
  private readonly list = element('ul', { attributes: { 'aria-label': 'Sentences of the selected nodes' } });

  constructor(private readonly events: SentenceEvents) {
    this.root.append(element('div', { class: 'pane-header' }, [this.title]), this.facts, this.list);
  }

  update(state: State, before: State | undefined): void {
    const head = headOf(state);
    const { result, nodes, text } = state;
    this.root.hidden = head === undefined;
    if (head === undefined || result === undefined) return;
    if (before?.result !== result || before.nodes !== nodes || !sameHead(before.head, state.head)) {
      const members = [...new Set(nodes.flatMap(node => [...(head.mapper.nodes[node]?.members ?? [])]))].sort((a, b) => a - b); // prettier-ignore
      this.show(result, members, nodes.length);
    }
    for (const row of this.list.querySelectorAll<HTMLElement>('button'))
      row.setAttribute('aria-pressed', String(row.dataset['text'] === String(text?.text)));
  }

  private show(result: AttentionResult, members: readonly number[], nodes: number): void {
    const { points, words } = result;
    const marked = new Map<number, number[]>();
    for (const member of members) {
      const text = points.text[member]!;
      const known = marked.get(text);
      if (known === undefined) marked.set(text, [points.word[member]!]);
      else known.push(points.word[member]!);
    }
    this.title.textContent = nodes === 0 ? 'Sentences' : nodes === 1 ? 'Sentences of the node' : `Sentences of ${formatCount(nodes)} nodes`; // prettier-ignore
    const cut = marked.size > MOST_SHOWN ? `; the first ${formatCount(MOST_SHOWN)} are shown` : '';
    this.facts.textContent =
      nodes === 0
        ? 'Choose a node of the graph, or draw a lasso around several: its words are marked in their sentences here.'
        : `${formatQuantity(members.length, 'word')} in ${formatQuantity(marked.size, 'sentence')}${cut}`;
    const rows = [...marked].slice(0, MOST_SHOWN).map(([text, own]) => {
      const inside = new Set(own);
      const parts = words[text]!.flatMap((word, at): (Node | string)[] => [
        ...(at === 0 ? [] : [' ']),
        inside.has(at) ? element('mark', { text: word }) : word,
      ]);
      const row = element(
        'button',
        {
          class: 'text-line',
          attributes: { type: 'button', 'data-text': String(text), 'aria-pressed': 'false', title: `row ${text}: show its attention` }, // prettier-ignore
          onClick: () => this.events.open(text, own[0]!),
        },
        parts,
      );
      return element('li', {}, [row]);
    });
    this.list.replaceChildren(...rows);
  }
}
