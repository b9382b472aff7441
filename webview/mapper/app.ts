import type { MapperFromView, MapperHead, MapperParameters, MapperShape, MapperToView, Slice, MapperLoops } from '../../src/protocol/mapper'; // prettier-ignore
import type { PanelRestore } from '../../src/protocol/panel';
import { formatCount, formatPercent, formatQuantity, formatShareRange } from '../format/numbers';
import { fileName } from '../format/fileName';
import { element, iconButton } from '../inspect/dom';
import { placesOf, startOf } from '../network/layoutSteps';
import { LayoutThread } from '../network/layoutThread';
import { radiiOf, type NetworkGraph } from '../network/networkGraph';
import { NetworkView } from '../network/networkView';
import { adjacencyOf, shortestPath } from '../network/paths';
import { StatusStrip } from '../redundancy/statusStrip';
import { resolvedInk } from '../render/ink';
import { colouringsOf, painted, type Colouring, type Painted } from './colours';
import { Controls } from './controls';
import { Drawer } from './drawer';
import { Figures } from './figures';
import { StabilityMap } from './stabilityMap';
import { StandsOut } from './standsOut';
import { FIRST_PARAMETERS, graphKey, readKept, writeKept, type KeptView } from './state';

const KEEP_MILLISECONDS = 400;
/** Energy of a layout that begins where the one before was. */
const GENTLE = 0.3;
/** Width of the plane of principal components that the first layout begins in. */
const PLANE = 500;

export interface AppHost {
  post(message: MapperFromView): void;
  /** Keeps what the page comes back with. */
  save(host: PanelRestore | undefined, kept: string): void;
}

/** The page of a Mapper graph: the graph fills it, parameters are in a strip above, figures and what stands out beside, inputs of the selection below. */
export class App {
  private head: MapperHead | undefined;
  private restore: PanelRestore | undefined;
  private parameters: MapperParameters = FIRST_PARAMETERS;
  private colouring = 'class';
  private shape: MapperShape | undefined;
  private network: NetworkGraph | undefined;
  private lenses: readonly Float64Array[] = [];
  private lensNames: readonly string[] = [];
  private loops: MapperLoops | undefined;
  private slices: readonly Slice[] = [];
  private look: Painted | undefined;
  /** Where points are, by the nodes that they were in last. */
  private places = new Float32Array(0);
  private positions = new Float32Array(0);
  private isLaidOut = false;
  private keptLayout: KeptView['layout'];
  private camera: KeptView['camera'];
  private requests = 0;
  private keepTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly heading = element('h1');
  private readonly facts = element('div', { class: 'facts' });
  private readonly status: StatusStrip;
  private readonly controls: Controls;
  private readonly strip: HTMLDetailsElement;
  private readonly view: NetworkView;
  private readonly layout: LayoutThread;
  private readonly figures = new Figures();
  private readonly map: StabilityMap;
  private readonly standsOut: StandsOut;
  private readonly drawer: Drawer;
  private readonly colourSelect = element('select', { attributes: { 'aria-label': 'Colour of the nodes' } });
  private readonly legend = element('div', { class: 'mapper-legend', attributes: { role: 'group', 'aria-label': 'Legend' } }); // prettier-ignore
  private readonly note = element('p', { class: 'mapper-note', attributes: { role: 'status' } });
  private readonly body: HTMLElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly host: AppHost,
    private saved: { readonly host: PanelRestore | undefined; readonly kept: string } | undefined,
  ) {
    const post = (message: MapperFromView): void => host.post(message);
    this.status = new StatusStrip(post);
    this.controls = new Controls({
      change: parameters => this.ask(parameters),
      subject: (layer, points) => post({ type: 'subject', layer, points }),
    });
    this.strip = element('details', { class: 'mapper-strip' }, [element('summary', { text: 'Parameters' }), this.controls.root]); // prettier-ignore
    this.strip.open = true;
    this.strip.addEventListener('toggle', () => this.keepSoon());
    this.view = new NetworkView(
      {
        label: 'Nodes of the Mapper graph',
        node: node => this.lines(node).join('; '),
        lines: node => this.lines(node),
      },
      { select: nodes => this.select(nodes), looked: camera => ((this.camera = camera), this.keepSoon()) },
    );
    this.layout = new LayoutThread({ moved: (positions, isDone) => this.moved(positions, isDone) });
    this.map = new StabilityMap({
      take: (intervals, overlap) => this.ask({ ...this.parameters, intervals, overlap }),
      ask: () => post({ type: 'grid', request: ++this.requests, parameters: this.parameters }),
    });
    this.standsOut = new StandsOut({
      nodes: nodes => {
        this.view.highlight(nodes, 'bring');
        this.select(nodes);
      },
      colour: id => this.colourBy(id),
      points: (points, what) => this.showPoints(points, what),
      askLoops: () => (this.standsOut.showLoops('Looking for loops…'), post({ type: 'loops' })),
      askCommunities: () => (
        this.standsOut.showCommunities('Looking for cliques of units…'),
        post({ type: 'communities' })
      ),
    });
    this.drawer = new Drawer({
      request: (request, rows) => post({ type: 'inputs', request, rows }),
      save: (suggestedName, content) => post({ type: 'save', suggestedName, format: 'csv', content }),
      slice: (name, rows) => post({ type: 'slice', name, rows }),
      path: () => this.selectPath(),
    });
    this.colourSelect.addEventListener('change', () => this.colourBy(this.colourSelect.value));
    const colour = element('div', { class: 'mapper-colour' }, [
      element('span', { text: 'colour', attributes: { 'aria-hidden': 'true' } }),
      this.colourSelect,
      this.legend,
    ]);
    const side = element('aside', { class: 'mapper-side', attributes: { 'aria-label': 'Figures' } }, [
      this.figures.root,
      this.map.root,
      this.standsOut.root,
    ]);
    const graph = element('div', { class: 'mapper-graph' }, [colour, this.view.root, this.note]);
    this.body = element('div', { class: 'mapper-body' }, [graph, side]);
    root.classList.add('inspect', 'mapper');
    document.body.classList.add('inspect-page');
    root.replaceChildren(
      element('header', { class: 'header' }, [this.heading, this.facts, this.tools()]),
      this.status.strip,
      this.status.card,
      this.strip,
      this.body,
      this.drawer.root,
      this.status.live,
    );
    this.body.hidden = this.strip.hidden = this.drawer.root.hidden = true;
    document.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return;
      this.view.highlight([]);
      this.select([]);
    });
    const observer = new MutationObserver(() => {
      this.recolour();
      this.view.repaint();
    });
    observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  }

  receive(message: MapperToView): void {
    switch (message.type) {
      case 'start':
        return this.begin(message);
      case 'status':
        return this.status.update(message.status, this.head !== undefined);
      case 'partial':
        return;
      case 'result':
        return this.showHead(message.result);
      case 'graph':
        return this.showGraph(message);
      case 'features':
        if (message.request === this.requests) this.standsOut.showFindings(message.findings);
        return;
      case 'untrained':
        if (message.request === this.requests) this.figures.update(this.shape, message.baseline);
        return;
      case 'grid':
        return this.map.update(message.grid, this.parameters);
      case 'loops':
        this.loops = message.loops;
        this.standsOut.showLoops(message.loops);
        return this.offerColours();
      case 'communities':
        return this.standsOut.showCommunities(message.communities);
      case 'inputs':
        return this.drawer.receive(message.inputs, message.note);
      case 'slices':
        this.slices = message.slices;
        return this.offerColours();
      case 'refused':
        return this.refused(message.what, message.sentence);
    }
  }

  private begin({ title, restore, layer, kept }: Extract<MapperToView, { type: 'start' }>): void {
    this.heading.textContent = title;
    this.restore = restore;
    // What this page has kept itself is younger than what the host has.
    const isOwn = this.saved?.host?.model === restore.model;
    const before = readKept(isOwn ? this.saved?.kept : kept);
    this.saved = undefined;
    this.head = undefined;
    this.isLaidOut = false;
    this.loops = undefined;
    if (before !== undefined) {
      this.parameters = before.parameters;
      this.colouring = before.colouring;
      this.strip.open = before.isStripOpen;
    }
    this.keptLayout = before?.layout;
    this.camera = before?.camera;
    this.standsOut.showLoops(undefined);
    this.standsOut.showCommunities(undefined);
    this.facts.replaceChildren(...(layer === undefined ? [] : [element('span', { class: 'fact', text: layer })]));
    this.layout.stop();
  }

  private showHead(head: MapperHead): void {
    this.head = head;
    const { data, layer, points, facts, accuracy, warnings } = head;
    const fact = (text: string): HTMLElement => element('span', { class: 'fact', text });
    this.facts.replaceChildren(
      fact(`layer ${layer.name} (${layer.op})`),
      fact(`${fileName(data.name)}, ${formatCount(points.count)} of ${formatQuantity(data.rows, 'row')}`),
      ...(facts.labels === undefined ? [] : [fact(`labels ${fileName(facts.labels.name)}`)]),
      ...(accuracy === undefined
        ? []
        : [
            fact(`accuracy ${formatPercent(accuracy.value)} (${formatShareRange(accuracy.low, accuracy.high)}\u00a0%)`),
          ]),
      ...warnings.map(({ message }) => element('span', { class: 'fact warning', text: message })),
    );
    this.body.hidden = this.strip.hidden = this.drawer.root.hidden = false;
    this.places = planeOf(facts.projection);
    this.lenses = [];
    this.controls.show(this.parameters);
    this.controls.offer(head);
    this.controls.show(this.parameters);
    this.drawer.reset(facts);
    this.map.update(undefined, this.parameters);
    this.ask(this.parameters);
  }

  private ask(parameters: MapperParameters): void {
    this.parameters = parameters;
    this.controls.show(parameters);
    this.host.post({ type: 'graph', request: ++this.requests, parameters });
  }

  private showGraph({ shape, lenses, parameters, request }: Extract<MapperToView, { type: 'graph' }>): void {
    const { shape: before } = this;
    if (before !== undefined && this.isLaidOut) this.places = placesOf({ starts: before.starts, list: before.members }, this.positions, this.places); // prettier-ignore
    this.shape = shape;
    if (lenses !== undefined) this.lenses = lenses;
    this.lensNames = parameters.lenses;
    const sizes = Uint32Array.from({ length: shape.starts.length - 1 }, (_, node) => shape.starts[node + 1]! - shape.starts[node]!); // prettier-ignore
    const graph: NetworkGraph = {
      count: sizes.length,
      radius: radiiOf(sizes, 4, sizes.length > 2000 ? 10 : 18),
      source: shape.source,
      target: shape.target,
      strength: Float32Array.from(shape.shared, (shared, edge) => shared / Math.min(sizes[shape.source[edge]!]!, sizes[shape.target[edge]!]!)), // prettier-ignore
    };
    this.network = graph;
    const key = graphKey(shape);
    const kept = this.keptLayout?.key === key ? this.keptLayout.positions : undefined;
    const start = kept ?? startOf({ starts: shape.starts, list: shape.members }, this.places);
    this.positions = Float32Array.from(start);
    this.offerColours();
    this.view.show(graph, this.positions, this.look?.fills ?? []);
    if (!this.isLaidOut && this.camera !== undefined && kept !== undefined) this.view.look(this.camera);
    if (kept === undefined) this.layout.start({ graph, start, energy: this.isLaidOut ? GENTLE : 1 });
    else this.layout.stop();
    this.isLaidOut = true;
    this.note.textContent = graph.count === 0 ? 'All inputs are noise at this radius: make it larger, or ask for fewer points of a core.' : ''; // prettier-ignore
    this.drawer.show([], new Map(), 0, '');
    this.figures.update(shape, undefined);
    if (request === this.requests) this.standsOut.showFindings(undefined);
    this.keepSoon();
  }

  private moved(positions: Float32Array, isDone: boolean): void {
    this.positions = Float32Array.from(positions);
    this.view.place(this.positions);
    if (isDone) this.keepSoon();
  }

  private offerColours(): void {
    const { head, shape } = this;
    if (head === undefined || shape === undefined) return;
    const all = this.colourings();
    const chosen = all.find(({ id }) => id === this.colouring) ?? all[0];
    this.colourSelect.replaceChildren(...all.map(({ id, name }) => element('option', { text: name, attributes: { value: id } }))); // prettier-ignore
    if (chosen !== undefined) this.colourSelect.value = chosen.id;
    this.recolour();
  }

  private colourings(): readonly Colouring[] {
    const { head, lensNames, lenses, loops, slices } = this;
    return head === undefined ? [] : colouringsOf({ facts: head.facts, lensNames, lenses, loops: loops?.loops ?? [], slices }); // prettier-ignore
  }

  private colourBy(id: string): void {
    this.colouring = id;
    this.colourSelect.value = id;
    this.recolour();
    this.keepSoon();
  }

  private recolour(): void {
    const all = this.colourings();
    const colouring = all.find(({ id }) => id === this.colouring) ?? all[0];
    if (colouring === undefined || this.shape === undefined) return;
    this.look = painted(this.shape, colouring, resolvedInk(this.root));
    this.view.paint(this.look.fills);
    this.showLegend(colouring, this.look.legend);
  }

  private showLegend({ unit }: Colouring, legend: Painted['legend']): void {
    const swatch = (color: string): HTMLElement => {
      const made = element('span', { class: 'swatch', attributes: { 'aria-hidden': 'true' } });
      made.style.background = color;
      return made;
    };
    if (legend.kind === 'classes') {
      this.legend.replaceChildren(
        ...legend.entries.map(({ name, color }) => element('span', { class: 'legend-entry' }, [swatch(color), name])),
        ...(legend.more > 0 ? [element('span', { class: 'legend-entry', text: `${formatCount(legend.more)} more: grey` })] : []), // prettier-ignore
        element('span', { class: 'legend-unit', text: unit }),
      );
      return;
    }
    const bar = element('span', { class: 'legend-bar', attributes: { 'aria-hidden': 'true' } });
    bar.style.background = `linear-gradient(to right, ${legend.colors.join(', ')})`;
    this.legend.replaceChildren(legend.low, bar, legend.high, element('span', { class: 'legend-unit', text: unit }));
  }

  private lines(node: number): readonly string[] {
    const { shape, look, head } = this;
    if (shape === undefined || head === undefined || node + 1 >= shape.starts.length) return [];
    const members = shape.starts[node + 1]! - shape.starts[node]!;
    const colour = this.colourSelect.selectedOptions[0]?.textContent ?? '';
    return [
      `node ${node}, interval ${shape.interval[node]!}`,
      formatQuantity(members, 'input'),
      ...(look?.texts[node] === undefined ? [] : [`${colour}: ${look.texts[node]}`]),
    ];
  }

  private select(nodes: readonly number[]): void {
    const { shape } = this;
    if (shape === undefined) return;
    const nodesOf = new Map<number, number[]>();
    for (const node of nodes)
      for (let k = shape.starts[node]!; k < shape.starts[node + 1]!; k++) {
        const point = shape.members[k]!;
        const list = nodesOf.get(point);
        if (list === undefined) nodesOf.set(point, [node]);
        else list.push(node);
      }
    const points = [...nodesOf.keys()].sort((a, b) => a - b);
    const named = nodes.length === 1 ? `node ${nodes[0]!}` : formatQuantity(nodes.length, 'node');
    this.drawer.show(points, nodesOf, nodes.length, `${formatQuantity(points.length, 'input')} of ${named}`);
  }

  private showPoints(points: readonly number[], what: string): void {
    this.view.highlight([]);
    this.drawer.show(points, new Map(), 0, `${formatQuantity(points.length, 'input')}: ${what}`);
  }

  private selectPath(): void {
    const [from, to] = this.view.selected;
    if (this.network === undefined || from === undefined || to === undefined) return;
    const path = shortestPath(adjacencyOf(this.network), from, to);
    this.note.textContent = path === undefined ? `There is no path between node ${from} and node ${to}: they are in different components.` : ''; // prettier-ignore
    if (path === undefined) return;
    this.view.highlight(path, 'bring');
    this.select(path);
  }

  private refused(what: Extract<MapperToView, { type: 'refused' }>['what'], sentence: string): void {
    if (what === 'loops') this.standsOut.showLoops(sentence);
    else if (what === 'communities') this.standsOut.showCommunities(sentence);
    else this.note.textContent = sentence;
  }

  private tools(): HTMLElement {
    const post = (message: MapperFromView): void => this.host.post(message);
    return element('div', { class: 'tools' }, [
      iconButton('rerun', 'Run again', () => post({ type: 'rerun' })),
      element('button', { class: 'link', text: 'other data', attributes: { type: 'button' }, onClick: () => post({ type: 'pickData' }) }), // prettier-ignore
      iconButton('help', 'How to read this', () => post({ type: 'openDocs', page: 'mapper' })),
    ]);
  }

  private keepSoon(): void {
    clearTimeout(this.keepTimer);
    this.keepTimer = setTimeout(() => this.keep(), KEEP_MILLISECONDS);
  }

  private keep(): void {
    const { shape, parameters, colouring, camera, restore } = this;
    if (shape === undefined) return;
    const layout = { key: graphKey(shape), positions: this.positions };
    const text = writeKept({ parameters, colouring, isStripOpen: this.strip.open, ...(camera === undefined ? {} : { camera }), layout }); // prettier-ignore
    this.host.save(restore, text);
    this.host.post({ type: 'keep', view: text });
  }
}

/** Two principal components as places of points, about as wide as a layout. */
function planeOf(projection: Float64Array): Float32Array<ArrayBuffer> {
  let most = 0;
  for (const value of projection) most = Math.max(most, Math.abs(value));
  return Float32Array.from(projection, value => (most > 0 ? (PLANE / 2) * (value / most) : 0));
}
