import type { Finding, LayerTopology } from '../../src/protocol/results';
import { formatCount, formatQuantity, homologyName } from '../format/numbers';
import { barcodeOverlay, barcodePlot } from '../plots/barcode';
import { bettiAt, bettiOverlay, bettiPlot, scaleUnder } from '../plots/bettiCurves';
import { describeFeature } from '../plots/describe';
import { diagramOverlay, diagramPlot } from '../plots/diagram';
import type { Feature } from '../plots/feature';
import { litBy, maxDimensionOf, pairsOf, type Lit } from '../plots/layerData';
import type { Mark } from '../plots/scene';
import { scatterOverlay, scatterPlot } from '../plots/scatter';
import { element, iconButton } from './dom';
import { drawCaveats, drawFacts, layerLine } from './facts';
import { HELP } from './help';
import type { Inputs } from './inputs';
import { ClassLegend, dimensionSwatch } from './legend';
import type { MenuItem } from './menu';
import type { MirrorItems } from './mirror';
import { PlotView, type PlotEvents } from './plotView';
import type { PlotName, State, Store } from './store';
import type { Tooltip } from './tooltip';

/** One layer in full: its numbers, the four plots that share a selection, and the inputs of what is selected. */

const TITLES: Readonly<Record<PlotName, string>> = {
  barcode: 'Barcode',
  diagram: 'Persistence diagram',
  betti: 'Betti curves',
  scatter: 'Activations',
};

export interface DetailActions {
  openDocs(page: string): void;
  exports(plot: PlotName, view: PlotView): readonly (MenuItem | null)[];
  /** Shows a layer where the model is described. */
  describe(layer: string): void;
  /** Shows the Mapper graph of a layer. */
  mapper(layer: string): void;
}

export class Detail {
  readonly root: HTMLElement;
  private readonly name = element('h2');
  private readonly line = element('p', { class: 'layer-line' });
  private readonly facts = element('div', { class: 'facts-holder' });
  private readonly views: Readonly<Record<PlotName, PlotView>>;
  private readonly legend: ClassLegend;
  private undrawn: PlotView[] = [];
  private readonly orderButtons: HTMLButtonElement[] = [];
  private readonly dimensionButtons: HTMLButtonElement[] = [];
  private readonly dimensionGroup = element('div', {
    class: 'toggles',
    attributes: { role: 'group', 'aria-label': 'Dimensions drawn' },
  });

  constructor(
    private readonly store: Store,
    private readonly tooltip: Tooltip,
    private readonly inputs: Inputs,
    private readonly actions: DetailActions,
  ) {
    const view = (name: PlotName): PlotView => new PlotView(name, TITLES[name], HELP[name], this.eventsOf(name));
    this.views = { barcode: view('barcode'), diagram: view('diagram'), betti: view('betti'), scatter: view('scatter') };
    this.legend = new ClassLegend({
      hover: feature => store.hover(feature),
      toggle: feature => store.toggle(feature),
    });
    this.views.barcode.controls.append(this.orderSwitch());
    this.views.scatter.stage.prepend(this.legend.root);
    this.makeDimensionToggles();
    const title = element('div', { class: 'detail-title' }, [
      this.name,
      ...(store.state.mode === 'panel' ? [this.graphButton(), this.mapperButton()] : []),
      this.line,
      this.dimensionGroup,
    ]);
    const plots = element(
      'div',
      { class: 'plots' },
      Object.values(this.views).map(plot => plot.root),
    );
    this.root = element('section', { class: 'detail', attributes: { 'aria-label': 'Selected layer' } }, [
      title,
      this.facts,
      plots,
    ]);
  }

  private eventsOf(name: PlotName): PlotEvents {
    return {
      hover: (feature, event) => {
        this.store.hover(feature);
        const layer = this.store.layer;
        if (feature === undefined || event === undefined || layer === undefined) this.tooltip.hide();
        else {
          const lines = describeFeature(this.store.state.head, layer, feature);
          this.tooltip.show(lines, event.clientX, event.clientY);
        }
      },
      click: feature => {
        if (feature === undefined || feature.kind === 'scale') this.store.keep(undefined);
        else this.store.toggle(feature);
        this.stayInSight(name);
      },
      move: index => this.move(name, index),
      openDocs: page => this.actions.openDocs(page),
      exports: () => this.actions.exports(name, this.views[name]),
    };
  }

  /** The way back to where the layer stands in its network. */
  private graphButton(): HTMLElement {
    return iconButton('graph', 'Show this layer in the graph of the network', () => {
      const { layer } = this.store.state.preferences;
      if (layer !== undefined) this.actions.describe(layer);
    });
  }

  private mapperButton(): HTMLElement {
    return iconButton('nodes', 'Mapper graph of this layer', () => {
      const { layer } = this.store.state.preferences;
      if (layer !== undefined) this.actions.mapper(layer);
    });
  }

  private orderSwitch(): HTMLElement {
    const group = element('div', {
      class: 'toggles',
      attributes: { role: 'group', 'aria-label': 'Order of the bars' },
    });
    for (const order of ['birth', 'length'] as const) {
      const button = element('button', {
        text: `by ${order}`,
        attributes: { type: 'button' },
        onClick: () => this.store.prefer({ barOrder: order }),
      });
      button.dataset['order'] = order;
      this.orderButtons.push(button);
      group.append(button);
    }
    return group;
  }

  private makeDimensionToggles(): void {
    for (const dimension of [0, 1, 2]) {
      const button = element('button', {
        class: 'dimension-toggle',
        attributes: { type: 'button' },
        onClick: () => {
          const dimensions = this.store.state.preferences.dimensions.map((shown, k) =>
            k === dimension ? !shown : shown,
          );
          this.store.prefer({ dimensions });
        },
      });
      button.append(
        dimensionSwatch(dimension, 'symbol'),
        dimensionSwatch(dimension, 'line'),
        element('span', { text: homologyName(dimension) }),
      );
      this.dimensionButtons.push(button);
    }
    this.dimensionGroup.append(...this.dimensionButtons);
  }

  update(state: State, before: State | undefined): void {
    const layer = this.store.layer;
    const layerBefore =
      before?.preferences.layer === undefined ? undefined : before.layers.get(before.preferences.layer);
    const isNew = before === undefined || layer !== layerBefore || before.head !== state.head;
    const isRedrawn =
      isNew ||
      before.preferences.barOrder !== state.preferences.barOrder ||
      before.preferences.dimensions !== state.preferences.dimensions;
    const isLit = isRedrawn || before.hovered !== state.hovered || before.kept !== state.kept;

    if (isNew || before.preferences.layer !== state.preferences.layer || before.status?.kind !== state.status?.kind) {
      this.updateTitle(state, layer);
      if (layer === undefined) this.sayWhy(state);
    }
    this.legend.update(state.head, layer, state.kept);
    if (layer !== undefined) {
      if (isRedrawn) this.drawPlots(state, layer);
      else if (isLit) for (const view of Object.values(this.views)) view.light();
      if (isRedrawn || before.kept !== state.kept) this.mirrorPlots(state, layer);
    }
    const isFolded = before?.preferences.inputsOpen !== state.preferences.inputsOpen;
    if (isLit || isFolded || before.inputs !== state.inputs) this.inputs.update(state, layer, inputsFeature(state));
  }

  private updateTitle(state: State, layer: LayerTopology | undefined): void {
    const name = state.preferences.layer ?? '';
    this.name.textContent = name;
    this.name.title = name;
    this.line.textContent = layer === undefined ? '' : layerLine(state.head, layer);
    this.facts.replaceChildren(...(layer === undefined ? [] : [drawFacts(layer), drawCaveats(layer)]));
    if (layer !== undefined) this.root.classList.remove('waiting');
    const most = layer === undefined ? 1 : maxDimensionOf(layer);
    this.dimensionGroup.hidden = layer === undefined;
    this.dimensionButtons.forEach((button, k) => (button.hidden = most < k));
  }

  /** Why there is no layer to draw. */
  private sayWhy(state: State): void {
    const name = state.preferences.layer;
    const failure = name === undefined ? undefined : state.failures.get(name);
    const isRunning = state.status?.kind === 'running' || state.status === undefined;
    const message = failure?.message ?? (isRunning ? '' : name === undefined ? 'Choose a layer.' : 'Not computed.');
    this.root.classList.toggle('waiting', isRunning && failure === undefined);
    for (const view of Object.values(this.views)) view.say(message);
    const nothing: MirrorItems = { count: 0, label: () => '' };
    for (const view of Object.values(this.views)) view.mirror.show('nothing to show yet', nothing, -1);
  }

  private drawPlots(state: State, layer: LayerTopology): void {
    const { head, preferences } = state;
    const { barOrder: order } = preferences;
    // Only what was computed can be hidden; with all of it hidden there would be nothing to click.
    const dimensions = preferences.dimensions.some((shown, k) => shown && k <= maxDimensionOf(layer))
      ? preferences.dimensions
      : [true, true, true];
    this.dimensionButtons.forEach((button, k) => button.setAttribute('aria-pressed', String(dimensions[k])));
    for (const button of this.orderButtons) {
      button.setAttribute('aria-pressed', String(button.dataset['order'] === order));
    }
    const overlays = (draw: (lit: Lit) => Mark[]): Mark[] => {
      const { kept, hovered } = this.store.state;
      const features =
        kept === undefined || hovered === undefined || kept === hovered ? [hovered ?? kept] : [kept, hovered];
      return features.flatMap(feature => draw(litBy(layer, feature)));
    };
    this.views.barcode.show(size => {
      const plot = barcodePlot(layer, size, { order, dimensions });
      const total = plot.binned;
      this.views.barcode.setNote(
        total === 0
          ? 'pale: within noise · arrow: never dies'
          : `pale: within noise · arrow: never dies · ${formatQuantity(total, 'short bar')} drawn in runs`,
      );
      return { scene: plot.scene, overlay: () => overlays(lit => barcodeOverlay(plot, lit)) };
    });
    this.views.diagram.show(size => {
      const plot = diagramPlot(layer, size, { dimensions });
      return { scene: plot.scene, overlay: () => overlays(lit => diagramOverlay(plot, lit)) };
    });
    this.views.diagram.setNote('shaded: within noise, each dimension its band');
    this.views.betti.show(size => {
      const plot = bettiPlot(layer, size, { dimensions });
      return {
        scene: plot.scene,
        overlay: () => overlays(lit => bettiOverlay(layer, plot, lit)),
        featureAt: (x, y) => {
          const scale = scaleUnder(plot, x, y);
          return scale === undefined ? undefined : { kind: 'scale', scale };
        },
      };
    });
    this.views.betti.setNote('shaded: the scales at which β₀* is reached');
    this.views.scatter.show(size => {
      const plot = scatterPlot(layer, head, size);
      return { scene: plot.scene, overlay: () => overlays(lit => scatterOverlay(layer, head, plot, lit)) };
    });
    const [first, second] = layer.projection.explained;
    this.views.scatter.setNote(
      Number.isFinite(first + second)
        ? `PCA: two of ${formatCount(layer.width)} directions, ${Math.round(100 * (first + second))} % of the variance`
        : '',
    );
    this.drawInTurn();
  }

  /** One plot a frame: of tens of thousands of bars, all four would hold up one frame for too long. */
  private drawInTurn(): void {
    const isDrawing = 0 < this.undrawn.length;
    this.undrawn = Object.values(this.views);
    if (!isDrawing) this.drawNext();
  }

  private drawNext(): void {
    this.undrawn.shift()?.draw();
    if (0 < this.undrawn.length) requestAnimationFrame(() => this.drawNext());
  }

  /** Bars by length, in the order of the dimensions drawn; scales; points. */
  private mirrorPlots(state: State, layer: LayerTopology): void {
    const { head, kept, preferences } = state;
    const words = (feature: Feature): string => describeFeature(head, layer, feature).join(', ');
    const bars = barsByLength(layer, preferences.dimensions);
    const keptBar =
      kept?.kind === 'pair' ? bars.findIndex(bar => bar.dimension === kept.dimension && bar.pair === kept.pair) : -1;
    for (const name of ['barcode', 'diagram'] as const) {
      const label = `${name === 'barcode' ? 'Bars' : 'Points of the diagram'} of ${layer.name}, loops first, longest first`;
      this.views[name].mirror.show(label, { count: bars.length, label: i => words(bars[i]!) }, keptBar);
    }
    const steps = scaleSteps(layer);
    this.views.betti.mirror.show(
      `Betti numbers of ${layer.name} by scale`,
      { count: steps.length, label: i => words({ kind: 'scale', scale: steps[i]! }) },
      kept?.kind === 'scale' ? steps.indexOf(kept.scale) : -1,
    );
    this.views.scatter.mirror.show(
      `Points of ${layer.name}`,
      { count: layer.projection.x.length, label: i => words({ kind: 'point', point: i }) },
      kept?.kind === 'point' ? kept.point : -1,
    );
  }

  private move(name: PlotName, index: number): void {
    const layer = this.store.layer;
    if (layer === undefined) return;
    const { dimensions } = this.store.state.preferences;
    if (name === 'betti') this.store.keep({ kind: 'scale', scale: scaleSteps(layer)[index]! });
    else if (name === 'scatter') this.store.keep({ kind: 'point', point: index });
    else this.store.keep(barsByLength(layer, dimensions)[index]);
    this.stayInSight(name);
  }

  /** The inputs of what was chosen take their place first; the plot that they are about is not to lie behind them. */
  private stayInSight(name: PlotName): void {
    requestAnimationFrame(() => {
      requestAnimationFrame(() => this.views[name].root.scrollIntoView({ block: 'nearest' }));
    });
  }

  /** Goes to the place that shows a finding. */
  reveal(finding: Finding): void {
    const { target } = finding;
    if (target === undefined) return;
    this.store.selectLayer(target.layer);
    if (target.view === 'layers') return;
    if (target.dimension !== undefined && target.pair !== undefined) {
      this.store.keep({ kind: 'pair', dimension: target.dimension, pair: target.pair });
    }
    this.store.flush();
    this.views[target.view].flash();
  }

  redraw(): void {
    for (const view of Object.values(this.views)) view.draw();
  }
}

/** A bar under the pointer asks for its inputs; a point under it does not take away those of what is kept. */
export function inputsFeature(state: Pick<State, 'hovered' | 'kept'>): Feature | undefined {
  if (state.hovered?.kind === 'pair') return state.hovered;
  return state.kept ?? state.hovered;
}

type Bar = Extract<Feature, { kind: 'pair' }>;

const barsOf = new WeakMap<LayerTopology, { readonly dimensions: readonly boolean[]; readonly bars: readonly Bar[] }>();

/** Loops before components, since only they have cycles; longest first. */
export function barsByLength(layer: LayerTopology, dimensions: readonly boolean[]): readonly Bar[] {
  const known = barsOf.get(layer);
  if (known !== undefined && known.dimensions === dimensions) return known.bars;
  const bars: Bar[] = [];
  for (const dimension of [1, 2, 0]) {
    if (dimensions[dimension] === false || maxDimensionOf(layer) < dimension) continue;
    for (const pair of pairsOf(layer, dimension).byLength) bars.push({ kind: 'pair', dimension, pair });
  }
  barsOf.set(layer, { dimensions, bars });
  return bars;
}

/** Scales at which a Betti number changes, thinned to a walkable number. */
function scaleSteps(layer: LayerTopology): number[] {
  const { scales } = layer.betti;
  const most = 60;
  const changes: number[] = [];
  for (let k = 0; k < scales.length; k++) {
    let isChange = k === 0;
    for (let dimension = 0; dimension <= maxDimensionOf(layer) && !isChange; dimension++) {
      isChange = bettiAt(layer, dimension, scales[k]!) !== bettiAt(layer, dimension, scales[k - 1]!);
    }
    if (isChange) changes.push(scales[k]!);
  }
  if (changes.length <= most) return changes;
  return Array.from({ length: most }, (_, i) => changes[Math.floor((i * (changes.length - 1)) / (most - 1))]!);
}
