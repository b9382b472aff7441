import type {
  DescribeFromView,
  DescribeToView,
  DescribeWords,
  PlacedGraph,
  WeightCheck,
  WeightReading,
} from '../../src/protocol/describe';
import { element, iconButton } from '../inspect/dom';
import { GraphView } from './graph/graphView';
import { ShownGraph, type Choice } from './graph/shownGraph';
import { blockDetail, layerDetail, type DetailEvents } from './layerDetail';
import { LayerTable } from './layerTable';
import { modelFacts, notices } from './modelFacts';
import { findLayers, nextHit } from './search';
import { fill } from './shapes';
import { FRESH, type PageState } from './state';

type ModelMessage = Extract<DescribeToView, { type: 'model' }>;
type Sight = 'bring' | 'leave';

/** Milliseconds that a layer stays chosen before its tensors are read: keys run through many. */
const SETTLED = 120;

/** The page of one model: its layers as a graph and as a table, and beside them what is chosen. */
export class Page {
  readonly root: HTMLElement;
  private readonly notices = element('div', { class: 'notices' });
  private readonly detail = element('aside', { class: 'detail' });
  private readonly pane = element('div', { class: 'pane' });
  private readonly field: HTMLInputElement;
  private readonly hitCount = element('span', { class: 'hit-count', attributes: { role: 'status' } });
  private readonly tabs: readonly HTMLButtonElement[];
  private readonly table: LayerTable;
  private readonly graphView: GraphView | undefined;
  private readonly readers = new Map<string, string[]>();
  private readings = new Map<string, WeightReading>();
  private check: WeightCheck | undefined;
  private wasOffered = false;
  private stale: Extract<DescribeToView, { type: 'stale' }>['why'] | undefined;
  private hits: readonly string[] = [];
  private request = 0;
  private anchor: Choice | undefined;
  /** Shown as soon as the layout that has it arrives. */
  private awaited = false;
  private settling: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly message: ModelMessage,
    private readonly words: DescribeWords,
    private state: PageState,
    private readonly post: (message: DescribeFromView) => void,
    private readonly keep: (state: PageState) => void,
  ) {
    const { layers } = message.model;
    for (const { name, inputs } of layers)
      for (const input of inputs) {
        const known = this.readers.get(input);
        if (known === undefined) this.readers.set(input, [name]);
        else known.push(name);
      }
    const hasGraph = this.readers.size > 0 || (layers.length === 1 && message.model.isProgram);
    this.table = new LayerTable(layers, words, name => this.choose({ kind: 'layer', name }, 'leave'));
    this.graphView = hasGraph
      ? new GraphView(
          words,
          message.name,
          {
            choose: choice => this.choose(choice, choice === undefined ? 'leave' : 'bring'),
            toggle: block => this.toggle(block),
            openAll: () => this.layOut(this.blockNames(), this.state.choice),
            foldAll: () => this.layOut([], this.state.choice),
            looked: camera => this.remember({ camera }),
            enter: () => this.detail.querySelector('h2')?.focus(),
          },
          this.state.camera,
        )
      : undefined;
    this.field = element('input', {
      class: 'find',
      attributes: { type: 'search', placeholder: words.find, 'aria-label': words.find },
    });
    this.tabs = hasGraph ? this.makeTabs() : [];
    this.root = this.lay();
    this.listen();
    this.field.value = this.state.query;
    this.showView();
    this.find(this.state.query);
    this.showDetail();
    this.showNotices();
    if (this.graphView !== undefined) {
      this.graphView.say(words.layingOut);
      this.layOut(this.state.open, undefined);
    }
    if (this.state.choice !== undefined) this.choose(this.state.choice, 'leave');
  }

  receive(message: DescribeToView): void {
    switch (message.type) {
      case 'graph':
        if (message.request === this.request) this.showGraph(message.graph);
        return;
      case 'graphFailed':
        if (message.request === this.request) this.graphView?.say(message.fault.message);
        return;
      case 'weight': {
        if (message.layer !== this.chosenLayer) return;
        const { reading } = message;
        this.readings.set(reading.kind === 'histogram' ? reading.histogram.name : reading.name, reading);
        this.showDetail();
        return;
      }
      case 'weightProgress':
        if (message.layer === this.chosenLayer) this.showProgress(message.fraction);
        return;
      case 'check':
        this.wasOffered ||= message.check.kind === 'open';
        this.check = message.check;
        this.showNotices();
        return;
      case 'stale':
        this.stale = message.why;
        this.showNotices();
        return;
      case 'reveal':
        this.reveal(message.layer);
        return;
      case 'words':
      case 'model':
      case 'failed':
        return;
    }
  }

  repaint(): void {
    this.graphView?.repaint();
  }

  private get chosenLayer(): string | undefined {
    return this.state.choice?.kind === 'layer' ? this.state.choice.name : undefined;
  }

  private lay(): HTMLElement {
    const { words, message } = this;
    const inspect = element('button', {
      class: 'primary',
      text: words.inspect,
      attributes: { type: 'button' },
      onClick: () => this.post({ type: 'inspect' }),
    });
    const finder = element('div', { class: 'finder' }, [
      this.field,
      this.hitCount,
      iconButton('up', words.previousHit, () => this.step('previous')),
      iconButton('down', words.nextHit, () => this.step('next')),
    ]);
    const tools = element('div', { class: 'tools' }, [
      ...(this.tabs.length === 0
        ? [element('h2', { text: words.layers })]
        : [element('div', { class: 'tabs', attributes: { role: 'group', 'aria-label': words.view } }, this.tabs)]),
      finder,
    ]);
    return element('div', { class: 'page' }, [
      element('header', {}, [element('h1', { text: message.name, title: message.name }), inspect]),
      this.notices,
      element('div', { class: 'panes' }, [
        element('section', { class: 'layers-pane', attributes: { 'aria-label': words.layers } }, [tools, this.pane]),
        this.detail,
      ]),
    ]);
  }

  private makeTabs(): HTMLButtonElement[] {
    return (['graph', 'table'] as const).map(view => {
      const tab = element('button', {
        class: 'tab',
        text: this.words[view],
        attributes: { type: 'button' },
        onClick: () => {
          this.remember({ view });
          this.showView();
          this.find(this.field.value);
          this.choose(this.state.choice, 'bring');
        },
      });
      tab.dataset['view'] = view;
      return tab;
    });
  }

  /** Without connections there is a table alone; what a person chose holds for when there are some. */
  private get view(): PageState['view'] {
    return this.graphView === undefined ? 'table' : this.state.view;
  }

  private showView(): void {
    const { view } = this;
    for (const tab of this.tabs) tab.setAttribute('aria-pressed', String(tab.dataset['view'] === view));
    const shown = view === 'graph' && this.graphView !== undefined ? this.graphView.root : this.table.root;
    if (this.pane.firstChild !== shown) this.pane.replaceChildren(shown);
  }

  private listen(): void {
    this.field.addEventListener('input', () => {
      this.remember({ query: this.field.value });
      this.find(this.field.value);
    });
    this.field.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        event.preventDefault();
        this.step(event.shiftKey ? 'previous' : 'next');
      }
    });
  }

  private find(query: string): void {
    this.hits = findLayers(this.message.model.layers, query);
    if (this.view === 'table') this.table.filter(query);
    this.showHits();
  }

  private showHits(): void {
    const at = this.chosenLayer === undefined ? -1 : this.hits.indexOf(this.chosenLayer);
    const isSearching = this.field.value.trim() !== '';
    this.hitCount.textContent = !isSearching
      ? ''
      : this.hits.length === 0
        ? this.words.noMatch
        : at === -1
          ? String(this.hits.length)
          : fill(this.words.hit, at + 1, this.hits.length);
    this.root.classList.toggle('searching', isSearching && this.hits.length > 0);
    this.graphView?.mark(this.hits, at === -1 ? undefined : this.chosenLayer);
  }

  private step(way: 'next' | 'previous'): void {
    const hit = nextHit(this.hits, this.message.model.layers, this.chosenLayer, way);
    if (hit !== undefined) this.reveal(hit);
  }

  /** Chooses a layer and takes it into sight, opening the blocks that hide it. */
  private reveal(layer: string): void {
    const choice: Choice = { kind: 'layer', name: layer };
    this.choose(choice, 'bring');
    const graph = this.graphView?.graph;
    if (this.view !== 'graph') return;
    if (graph === undefined) {
      this.awaited = true;
      return;
    }
    const open = new Set(graph.openNames);
    const around = graph.blocksAround(choice);
    if (around.every(block => open.has(block))) return;
    this.awaited = true;
    this.layOut([...open, ...around], undefined);
  }

  private choose(choice: Choice | undefined, sight: Sight): void {
    const before = this.state.choice;
    const isSame = before?.kind === choice?.kind && before?.name === choice?.name;
    if (choice?.kind === 'layer' && !this.message.model.layers.some(({ name }) => name === choice.name)) return;
    this.remember({ choice });
    this.graphView?.select(choice, sight);
    this.table.select(this.chosenLayer, sight);
    this.showHits();
    if (isSame && this.readings.size > 0) return;
    this.readings = new Map();
    this.showProgress(0);
    this.showDetail();
    clearTimeout(this.settling);
    if (this.chosenLayer === undefined && before?.kind !== 'layer') return;
    this.settling = setTimeout(() => {
      const layer = this.chosenLayer;
      this.post({ type: 'weights', ...(layer === undefined ? {} : { layer }) });
    }, SETTLED);
  }

  private toggle(block: string): void {
    const open = this.graphView?.graph?.openNames ?? [];
    const choice: Choice = { kind: 'block', name: block };
    this.choose(choice, 'leave');
    this.layOut(open.includes(block) ? open.filter(name => name !== block) : [...open, block], choice);
  }

  private blockNames(): readonly string[] {
    return this.graphView?.graph?.placed.blocks.map(({ name }) => name) ?? [];
  }

  private layOut(open: readonly string[] | undefined, anchor: Choice | undefined): void {
    this.anchor = anchor;
    this.post({ type: 'layout', request: ++this.request, ...(open === undefined ? {} : { open }) });
    if (open !== undefined) this.remember({ open });
  }

  private showGraph(placed: PlacedGraph): void {
    const view = this.graphView;
    if (view === undefined) return;
    const isFirst = view.graph === undefined;
    view.show(new ShownGraph(placed, this.message.model.layers), this.anchor);
    const { awaited } = this;
    this.awaited = false;
    const choice = this.chosenLayer;
    view.select(this.state.choice, awaited || (!isFirst && this.anchor !== undefined) ? 'bring' : 'leave');
    this.showHits();
    this.showDetail();
    if (isFirst && awaited && choice !== undefined) this.reveal(choice);
  }

  private showProgress(fraction: number): void {
    this.detail.style.setProperty('--fraction', String(fraction));
  }

  private showNotices(): void {
    const { message, check, wasOffered, stale, words, post } = this;
    this.notices.replaceChildren(...notices(message, { check, wasOffered, stale }, words, post));
  }

  private showDetail(): void {
    const { choice } = this.state;
    const { detail, words } = this;
    const isFocused = detail.contains(document.activeElement);
    const graph = this.graphView?.graph;
    const events: DetailEvents = {
      choose: next => (next?.kind === 'layer' ? this.reveal(next.name) : this.choose(next, 'bring')),
      inspect: layer => this.post({ type: 'inspect', layer }),
      mapper: layer => this.post({ type: 'mapper', layer }),
      toggle: block => this.toggle(block),
    };
    const shown = ((): HTMLElement => {
      if (choice?.kind === 'layer') {
        const layer = this.message.model.layers.find(({ name }) => name === choice.name);
        if (layer !== undefined)
          return layerDetail(
            layer,
            {
              blocks: graph?.blocksAround(choice) ?? [],
              readers: this.readers.get(layer.name) ?? [],
              readings: this.readings,
              isRunnable: this.graphView !== undefined,
            },
            words,
            events,
          );
      }
      const block =
        choice?.kind === 'block' ? graph?.placed.blocks.find(({ name }) => name === choice.name) : undefined;
      if (block !== undefined && graph !== undefined)
        return blockDetail(
          {
            name: block.name,
            parameters: block.parameters,
            layers: graph.layersOfBlock(block.name).map(layer => this.message.model.layers[layer]!),
            isOpen: graph.openNames.includes(block.name),
          },
          words,
          events,
        );
      return modelFacts(this.message, words);
    })();
    const scrolled = detail.scrollTop;
    const isSame = detail.dataset['shows'] === `${choice?.kind} ${choice?.name}`;
    detail.dataset['shows'] = `${choice?.kind} ${choice?.name}`;
    detail.setAttribute('aria-label', choice === undefined ? words.model : words.selectedLayer);
    detail.replaceChildren(shown);
    detail.scrollTop = isSame ? scrolled : 0;
    // A link that was followed is gone with what it stood in.
    if (isFocused) detail.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
  }

  private remember(patch: Partial<PageState>): void {
    this.state = { ...FRESH, ...this.state, ...patch };
    this.keep(this.state);
  }
}
