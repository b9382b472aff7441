import type { TimelineEntry } from '../../src/protocol/timeline';
import { drawIcon, element } from '../inspect/dom';
import { isMeasured } from './series';
import { factsOf, layerRows } from './table';

export interface DetailActions {
  inspect(file: string): void;
  compare(files: readonly [string, string]): void;
}

export interface DetailState {
  /** Whether it is the checkpoint to keep. */
  readonly isKept: boolean;
  /** The two that are chosen. */
  readonly pair: readonly [string, string] | undefined;
}

/** The numbers of the checkpoint that is pointed at: what the charts show, as text. */
export class Detail {
  readonly root = element('aside', { class: 'timeline-detail', attributes: { 'aria-label': 'Checkpoint' } });

  constructor(private readonly actions: DetailActions) {}

  draw(entry: TimelineEntry | undefined, { isKept, pair }: DetailState): void {
    if (entry === undefined) return this.root.replaceChildren();
    const { file } = entry;
    const button = (text: string, kind: string, run: () => void) =>
      element('button', { class: kind, text, attributes: { type: 'button' }, onClick: run });
    const actions = element('div', { class: 'timeline-detail-actions' }, [
      ...(isMeasured(entry) ? [button('Inspect', 'primary', () => this.actions.inspect(file))] : []),
      ...(pair === undefined
        ? []
        : [button(`Compare ${pair[0]} with ${pair[1]}`, 'secondary', () => this.actions.compare(pair))]),
    ]);
    this.root.replaceChildren(
      element('h2', { text: file, title: file }),
      ...(isKept ? [element('p', { class: 'timeline-kept', text: 'the one to keep' })] : []),
      ...(isMeasured(entry) ? measured(entry) : [broken(entry.error.message, entry.error.hint)]),
      actions,
      element('p', {
        class: 'quiet',
        text: 'Click chooses a checkpoint, Ctrl-click a second one to compare. Arrow keys move, Enter inspects.',
      }),
    );
  }
}

function broken(message: string, hint: string | undefined): HTMLElement {
  return element('div', { class: 'timeline-broken' }, [
    drawIcon('error'),
    element('p', { text: [message, hint ?? ''].join(' ').trim() }),
  ]);
}

function measured(entry: Extract<TimelineEntry, { readonly sha256: string }>): readonly HTMLElement[] {
  const facts = element(
    'dl',
    {},
    factsOf(entry).flatMap(([name, value]) => [element('dt', { text: name }), element('dd', { text: value })]),
  );
  const rows = layerRows(entry);
  const cells = (name: 'td' | 'th', row: readonly string[]) => row.map(text => element(name, { text, title: text }));
  const table = element('table', {}, [
    element('thead', {}, [element('tr', {}, cells('th', ['layer', 'β₀*', 'total H₀', 'total H₁', 'from input']))]),
    element(
      'tbody',
      {},
      rows.map(row => element('tr', {}, cells('td', row))),
    ),
  ]);
  const caveats = [...new Set(entry.layers.flatMap(layer => layer.caveats.map(caveat => caveat.message)))];
  const notes = [
    ...entry.warnings.map(warning => warning.message),
    ...entry.failures.map(failure => `${failure.name}: ${failure.message}`),
    ...caveats,
  ];
  return [
    facts,
    ...(rows.length === 0
      ? []
      : [
          element(
            'div',
            { class: 'timeline-table', attributes: { tabindex: '0', role: 'region', 'aria-label': 'Layers' } },
            [table],
          ),
        ]),
    ...notes.slice(0, MOST_NOTES).map(text => element('p', { class: 'quiet', text })),
  ];
}

const MOST_NOTES = 4;
