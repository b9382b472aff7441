import type { RedundancyFinding, RedundancyFromView, RedundancyToView } from '../../src/protocol/redundancy';
import { formatCount, formatPercent, formatQuantity, formatShareRange } from '../format/numbers';
import { drawIcon, element, iconButton } from '../inspect/dom';
import { Tooltip } from '../inspect/tooltip';
import { Candidates } from './candidates';
import { Heatmap } from './heatmap';
import { PairView } from './pairView';
import type { Pair, State, Store } from './state';
import { StatusStrip } from './statusStrip';

/** The page: findings first, then the map of distances beside what can go and the two layers that are looked at. */
export class App {
  private readonly tooltip = new Tooltip();
  private readonly heading = element('h1');
  private readonly facts = element('div', { class: 'facts' });
  private readonly findings = element('section', { class: 'findings', attributes: { 'aria-label': 'Findings' } });
  private readonly heatmap: Heatmap;
  private readonly candidates: Candidates;
  private readonly pair: PairView;
  private readonly status: StatusStrip;
  private readonly panes: HTMLElement;

  constructor(
    private readonly store: Store,
    private readonly post: (message: RedundancyFromView) => void,
    container: HTMLElement,
  ) {
    const open = (pair: Pair) => this.open(pair);
    this.heatmap = new Heatmap(store, this.tooltip, open);
    this.candidates = new Candidates(store, { open, remove: names => post({ type: 'remove', candidates: names }) });
    this.pair = new PairView(store, post);
    this.status = new StatusStrip(post);
    const left = element('div', { class: 'left-column' }, [this.status.strip, this.heatmap.root, this.pair.root]);
    const right = element('div', { class: 'right-column' }, [this.candidates.root]);
    this.panes = element('div', { class: 'columns' }, [left, right]);
    container.classList.add('inspect', 'redundancy');
    document.body.classList.add('inspect-page');
    container.replaceChildren(
      element('header', { class: 'header' }, [this.heading, this.facts, this.tools()]),
      this.status.card,
      this.findings,
      this.panes,
      this.tooltip.box,
      this.status.live,
    );
    document.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return;
      store.set({ hover: undefined, pair: undefined });
      this.tooltip.hide();
    });
    store.subscribe((state, before) => this.update(state, before));
    this.update(store.state, undefined);
    const repaint = () => this.heatmap.draw();
    const observer = new MutationObserver(repaint);
    observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  }

  receive(message: RedundancyToView): void {
    const { store } = this;
    switch (message.type) {
      case 'start':
        store.set({ title: message.title, commandLine: message.commandLine, restore: message.restore });
        return;
      case 'status':
        // What was shown of an earlier run goes when the next one begins.
        store.set({ status: message.status });
        return;
      case 'partial': {
        const { partial } = message;
        if (partial.kind === 'head')
          store.set({ head: partial.head, distances: undefined, candidates: [], findings: [], warnings: [], matching: undefined, chosen: new Set(), accuracy: undefined }); // prettier-ignore
        else if (partial.kind === 'distances') store.set({ distances: partial.distances });
        else store.set({ candidates: partial.candidates });
        return;
      }
      case 'result': {
        const { head, distances, candidates, findings, warnings, accuracy } = message.result;
        store.set({ head, distances, candidates, findings, warnings, accuracy });
        return;
      }
      case 'matching':
        this.pair.matched(message.request, message.distance, message.pairs);
    }
  }

  private tools(): HTMLElement {
    return element('div', { class: 'tools' }, [
      iconButton('rerun', 'Run again', () => this.post({ type: 'rerun' })),
      element('button', { class: 'link', text: 'other data', attributes: { type: 'button' }, onClick: () => this.post({ type: 'pickData' }) }), // prettier-ignore
      element('button', {
        class: 'link',
        text: 'copy as command line',
        attributes: { type: 'button' },
        onClick: () => {
          const { commandLine } = this.store.state;
          if (commandLine !== '') this.post({ type: 'copy', text: commandLine });
        },
      }),
      iconButton('help', 'How to read this', () => this.post({ type: 'openDocs' })),
    ]);
  }

  private update(state: State, before: State | undefined): void {
    if (before?.title !== state.title) this.heading.textContent = state.title;
    if (before?.head !== state.head || before?.accuracy !== state.accuracy)
      this.facts.replaceChildren(...factsOf(state));
    if (before?.findings !== state.findings || before.warnings !== state.warnings || before.status?.kind !== state.status?.kind || before.head !== state.head) this.showFindings(state); // prettier-ignore
    this.status.update(state.status, state.distances !== undefined);
    this.panes.hidden = state.head === undefined;
    this.heatmap.update(state, before);
    this.candidates.update(state, before);
    this.pair.update(state, before);
  }

  private showFindings({ findings, warnings, status, head }: State): void {
    const items = findings.map((finding, at) => this.finding(finding, finding.rule === findings[at - 1]?.rule));
    for (const { message } of warnings)
      items.push(
        element('li', { class: 'finding warning' }, [
          drawIcon('warning'),
          element('p', { class: 'text' }, [element('span', { class: 'sentence', text: message })]),
        ]),
      );
    if (items.length === 0 && status?.kind === 'running')
      items.push(element('li', { class: 'finding empty', text: 'Findings come when the candidates are measured.' }));
    this.findings.hidden = head === undefined || items.length === 0;
    this.findings.replaceChildren(element('ul', {}, items));
  }

  private finding({ weight, sentence, rule, target, kind }: RedundancyFinding, isRuleSaid: boolean): HTMLElement {
    const mark =
      kind === 'caveat'
        ? drawIcon('warning')
        : element('span', { class: `dot ${weight}`, attributes: { role: 'img', 'aria-label': weight === 'strong' ? 'finding' : 'note' } }); // prettier-ignore
    const text = element('p', { class: 'text' }, [
      element('span', { class: 'sentence', text: sentence }),
      ...(isRuleSaid ? [] : [' ', element('span', { class: 'rule', text: rule })]),
    ]);
    const show = element('button', {
      class: 'link show',
      text: 'show →',
      attributes: { type: 'button', 'aria-label': `Show: ${sentence}` },
      onClick: () => {
        const pair = this.pairOf(target);
        if (pair) this.open(pair);
      },
    });
    return element('li', { class: `finding ${kind === 'caveat' ? 'warning' : weight}` }, [
      mark,
      text,
      ...(target === undefined ? [] : [show]),
    ]);
  }

  /** Asked for by a person, so that it comes into sight where they looked at something else. */
  private open(pair: Pair): void {
    this.store.set({ pair });
    this.pair.root.scrollIntoView({ block: 'nearest' });
  }

  private pairOf(target: RedundancyFinding['target']): Pair | undefined {
    const { distances, candidates } = this.store.state;
    if (target === undefined || distances === undefined) return undefined;
    const candidate = 'candidate' in target ? candidates.find(one => one.name === target.candidate) : undefined;
    const [from, to] = 'candidate' in target ? [candidate?.entry, candidate?.exit] : [target.a, target.b];
    const [a, b] = [distances.layers.indexOf(from ?? ''), distances.layers.indexOf(to ?? '')];
    return a < 0 || b < 0 ? undefined : { a, b };
  }
}

function factsOf({ head, accuracy }: State): readonly HTMLElement[] {
  if (head === undefined) return [];
  const fact = (text: string) => element('span', { class: 'fact', text });
  const { data, labels, layers, sampledRows, subsamplePoints, parameters } = head;
  const halves =
    parameters.subsamples > 0
      ? `, intervals from ${formatCount(parameters.subsamples)} halves of ${formatCount(subsamplePoints)}`
      : '';
  return [
    fact(`${fileName(data.name)}, ${formatQuantity(data.rows, 'row')}`),
    ...(labels === undefined ? [] : [fact(`labels ${fileName(labels)}`)]),
    ...(accuracy === undefined
      ? []
      : [fact(`accuracy ${formatPercent(accuracy.value)} (${formatShareRange(accuracy.low, accuracy.high)}\u00a0%)`)]),
    fact(
      `${formatQuantity(layers.length, 'layer')}, distances on ${formatQuantity(sampledRows.length, 'row')}${halves}`,
    ),
    fact(`seed ${parameters.seed}`),
  ];
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
