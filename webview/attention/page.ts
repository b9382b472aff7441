import type { AttentionFromView, AttentionHead, AttentionToView } from '../../src/protocol/attention';
import { formatCount, formatQuantity } from '../format/numbers';
import { drawIcon, element, iconButton } from '../inspect/dom';
import { Tooltip } from '../inspect/tooltip';
import { StatusStrip } from '../redundancy/statusStrip';
import { GraphPane } from './graphPane';
import { HeadGrid } from './headGrid';
import { MapPane } from './mapPane';
import { Sentences } from './sentences';
import { headOf, sameHead, type State } from './state';
import { headLines } from './words';

/** The page: what was found first, then the grid of heads beside the graph of one, and the sentences of its nodes beside the attention of one. */
export class Page {
  private readonly tooltip = new Tooltip();
  private readonly heading = element('h1');
  private readonly facts = element('div', { class: 'facts' });
  private readonly findings = element('section', { class: 'findings', attributes: { 'aria-label': 'Findings' } });
  private readonly headFacts = element('p', { class: 'head-facts' });
  private readonly status: StatusStrip;
  private readonly grid: HeadGrid;
  private readonly graph: GraphPane;
  private readonly sentences: Sentences;
  private readonly map: MapPane;
  private readonly columns: HTMLElement;
  private requests = 0;

  constructor(
    private state: State,
    private readonly post: (message: AttentionFromView) => void,
    private readonly changed: (state: State) => void,
    container: HTMLElement,
  ) {
    this.status = new StatusStrip(post);
    this.grid = new HeadGrid(this.tooltip, {
      open: head => this.set({ head, nodes: [] }),
      set: changes => this.set(changes),
    });
    this.graph = new GraphPane({ select: nodes => this.set({ nodes }), colour: colour => this.set({ colour }) });
    this.sentences = new Sentences({ open: (text, word) => this.set({ text: { text, word } }) });
    this.map = new MapPane(this.tooltip);
    const left = element('div', { class: 'left-column' }, [this.status.strip, this.grid.root, this.headFacts, this.map.root]); // prettier-ignore
    const right = element('div', { class: 'right-column' }, [this.graph.root, this.sentences.root]);
    this.columns = element('div', { class: 'columns' }, [left, right]);
    container.classList.add('inspect', 'attention');
    document.body.classList.add('inspect-page');
    container.replaceChildren(
      element('header', { class: 'header' }, [this.heading, this.facts, this.tools()]),
      this.status.card,
      this.findings,
      this.columns,
      this.tooltip.box,
      this.status.live,
    );
    this.update(undefined);
    const repaint = () => {
      this.graph.repaint(this.state);
      this.map.draw();
    };
    const observer = new MutationObserver(repaint);
    observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  }

  receive(message: AttentionToView): void {
    switch (message.type) {
      case 'start':
        return this.set({ title: message.title, commandLine: message.commandLine, restore: message.restore, result: undefined, nodes: [], text: undefined }); // prettier-ignore
      case 'status':
        return this.set({ status: message.status });
      case 'partial':
        return;
      case 'result': {
        const { heads } = message.result;
        const kept = heads.some(head => sameHead(head, this.state.head)) ? this.state.head : undefined;
        // The head that the finding names, or the first where nothing was compared.
        const rank = (head: AttentionHead) =>
          Number(head.separation?.beyondPosition ?? 0) + (head.separation?.purity ?? 0);
        const first = [...heads].sort((a, b) => rank(b) - rank(a))[0];
        return this.set({
          result: message.result,
          head: kept ?? (first && { layer: first.layer, head: first.head }),
          nodes: [],
          text: undefined,
        });
      }
      case 'map':
        if (message.request === this.requests) this.map.show(message.map, message.note);
    }
  }

  private set(changes: Partial<State>): void {
    const before = this.state;
    this.state = { ...before, ...changes };
    this.update(before);
    this.changed(this.state);
  }

  private update(before: State | undefined): void {
    const { state } = this;
    if (before?.title !== state.title) this.heading.textContent = state.title;
    if (before?.result !== state.result) {
      this.facts.replaceChildren(...factsOf(state));
      this.showFindings(state);
    }
    this.status.update(state.status, state.result !== undefined);
    this.columns.hidden = state.result === undefined && state.status?.kind !== 'running';
    this.grid.update(state, before);
    this.graph.update(state, before);
    this.sentences.update(state, before);
    const head = headOf(state);
    this.headFacts.hidden = head === undefined;
    if (head !== undefined) this.headFacts.textContent = headLines(head, state.threshold).join(' · ');
    this.ask(before);
    this.map.update(state);
  }

  /** The attention of a text is asked for when it is looked at. */
  private ask(before: State | undefined): void {
    const { text, head } = this.state;
    const isSame = before?.text?.text === text?.text && before?.head?.layer === head?.layer;
    if (isSame && before?.result === this.state.result) return;
    this.requests++;
    if (text === undefined || head === undefined)
      return this.map.show(undefined, 'Choose a sentence of a node: what its words attend to in this head is drawn here.'); // prettier-ignore
    this.map.show(undefined, 'Reading the attention of this sentence…');
    this.post({ type: 'map', request: this.requests, text: text.text, layer: head.layer });
  }

  private showFindings({ result }: State): void {
    const items: HTMLElement[] = [];
    if (result !== undefined && result.syntax !== null) {
      const { sentence, rule, heads } = result.syntax;
      const weight = heads.length > 0 ? 'strong' : 'note';
      items.push(
        element('li', { class: `finding ${weight}` }, [
          element('span', { class: `dot ${weight}`, attributes: { role: 'img', 'aria-label': weight === 'strong' ? 'finding' : 'note' } }), // prettier-ignore
          element('p', { class: 'text' }, [element('span', { class: 'sentence', text: sentence }), ' ', element('span', { class: 'rule', text: rule })]), // prettier-ignore
        ]),
      );
    }
    for (const { message } of result?.warnings ?? [])
      items.push(
        element('li', { class: 'finding warning' }, [
          drawIcon('warning'),
          element('p', { class: 'text' }, [element('span', { class: 'sentence', text: message })]),
        ]),
      );
    this.findings.hidden = items.length === 0;
    this.findings.replaceChildren(element('ul', {}, items));
  }

  private tools(): HTMLElement {
    const link = (text: string, onClick: () => void) =>
      element('button', { class: 'link', text, attributes: { type: 'button' }, onClick });
    return element('div', { class: 'tools' }, [
      iconButton('rerun', 'Run again', () => this.post({ type: 'rerun' })),
      link('other texts', () => this.post({ type: 'pickData' })),
      link('copy as command line', () => {
        if (this.state.commandLine !== '') this.post({ type: 'copy', text: this.state.commandLine });
      }),
      iconButton('help', 'How to read this', () => this.post({ type: 'openDocs' })),
    ]);
  }
}

function factsOf({ result }: State): readonly HTMLElement[] {
  if (result === undefined) return [];
  const { layers, heads, texts, points, roles, provenance } = result;
  const found = layers.filter(layer => layer.source === 'pattern').length;
  const fact = (text: string) => element('span', { class: 'fact', text });
  return [
    fact(`${formatQuantity(heads.length, 'head')} in ${formatQuantity(layers.length, 'layer')}`),
    fact(found === 0 ? 'attention is an output' : 'attention found in the graph'),
    fact(`${formatQuantity(texts, 'sentence')}, ${formatCount(points.text.length)} words in Mapper`),
    ...(roles === null ? [] : [fact(`roles: ${roles.field}`)]),
    fact(`seed ${provenance.seed}`),
  ];
}
