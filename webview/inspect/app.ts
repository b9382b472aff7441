import type { FromView } from '../../src/protocol/panel';
import { sceneToPng } from '../render/canvas';
import { resolvedInk } from '../render/ink';
import { sceneToSvg } from '../render/svg';
import { Detail } from './detail';
import { element } from './dom';
import { bettiCsv, diagramCsv, fileName, layersCsv, resultJson, scatterCsv } from './export';
import { Findings } from './findings';
import { Header } from './header';
import { Inputs } from './inputs';
import { LayerList } from './layerList';
import type { MenuItem } from './menu';
import type { PlotView } from './plotView';
import { StatusView } from './status';
import type { ParameterChanges, PlotName, State, Store } from './store';
import { Tooltip } from './tooltip';

/** The panel: puts the views together, and turns what a person does into messages. */
export class App {
  private readonly tooltip = new Tooltip();
  private readonly header: Header;
  private readonly findings: Findings;
  private readonly layers: LayerList;
  private readonly detail: Detail;
  private readonly status: StatusView;
  private readonly inputs: Inputs;
  private readonly panes: HTMLElement;

  constructor(
    private readonly store: Store,
    private readonly post: (message: FromView) => void,
    container: HTMLElement,
  ) {
    const { mode } = store.state;
    const openDocs = (page: string): void => post({ type: 'openDocs', page });
    this.header = new Header(mode, {
      change: changes => store.set({ changes: { ...store.state.changes, ...changes } }),
      rerun: () => this.rerun(),
      exports: () => this.exportItems(),
      more: () => this.moreItems(),
    });
    this.findings = new Findings(finding => {
      this.detail.reveal(finding);
      if (finding.target?.view === 'layers') this.layers.flash();
    });
    this.layers = new LayerList(store, { openDocs });
    this.inputs = new Inputs(store, {
      request: (request, rows) => post({ type: 'inputs', request, rows }),
      openDocs,
    });
    this.detail = new Detail(store, this.tooltip, this.inputs, {
      openDocs,
      exports: (plot, view) => this.plotItems(plot, view),
      describe: layer => post({ type: 'describe', layer }),
      mapper: layer => post({ type: 'mapper', layer }),
    });
    this.status = new StatusView(mode, {
      stop: () => post({ type: 'cancel' }),
      rerun: changes => this.rerun(changes),
      pickData: () => post({ type: 'pickData' }),
      chooseModel: () => post({ type: 'chooseModel' }),
      describe: () => post({ type: 'describe' }),
      programWay: way => post({ type: 'programWay', way }),
      confirm: proceed => post({ type: 'confirm', proceed }),
      copyDetails: text => this.copy('details', text),
      showLog: () => post({ type: 'showLog' }),
    });
    const left = element('div', { class: 'left-pane' }, [this.layers.root, this.status.strip]);
    this.panes = element('div', { class: 'panes' }, [left, this.detail.root, this.inputs.root]);
    container.classList.add('inspect', mode);
    document.body.classList.add('inspect-page');
    if (container.localName !== 'main') container.setAttribute('role', 'main');
    container.replaceChildren(
      this.header.root,
      this.status.card,
      this.findings.root,
      this.panes,
      this.tooltip.box,
      this.status.live,
    );
    document.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return;
      store.keep(undefined);
      store.hover(undefined);
      this.tooltip.hide();
    });
    store.subscribe((state, before) => this.update(state, before));
    this.update(store.state, undefined);
    this.watchTheme();
  }

  private update(state: State, before: State | undefined): void {
    this.header.update(state);
    this.status.update(state, before);
    this.findings.update(state, before);
    this.layers.update(state, before);
    if (before !== undefined && before.inputs.size !== 0 && state.inputs.size === 0) this.inputs.reset();
    this.detail.update(state, before);
    // A card that stands for the whole result leaves no empty table behind it.
    const isBare = state.head === undefined && !this.status.card.hidden;
    this.panes.hidden = isBare;
    if (isBare) this.findings.root.hidden = true;
  }

  /** Canvases hold colours, not variables: they are drawn again when the theme changes. */
  private watchTheme(): void {
    const redraw = (): void => this.detail.redraw();
    const observer = new MutationObserver(redraw);
    observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  }

  private rerun(changes: ParameterChanges = {}): void {
    this.post({ type: 'rerun', changes: { ...this.store.state.changes, ...changes } });
  }

  private copy(what: string, text: string): void {
    this.post({ type: 'copy', what, text });
  }

  private save(suggestedName: string, format: 'svg' | 'png' | 'csv' | 'json', content: string | Uint8Array): void {
    this.post({ type: 'save', suggestedName, format, content });
  }

  private get stem(): string {
    const { title, head } = this.store.state;
    const name = (title || head?.model.name) ?? 'model';
    return fileName(
      name
        .split(/[/\\]/)
        .pop()!
        .replace(/\.\w+$/, ''),
    );
  }

  private exportItems(): (MenuItem | null)[] {
    const { state } = this.store;
    const nothing = state.layers.size === 0 ? { why: 'No layer is finished yet' } : undefined;
    const item = (label: string, run: () => void): MenuItem => (nothing ? { label, ...nothing } : { label, run });
    const items: (MenuItem | null)[] = [
      item('Numbers of all layers (CSV)', () => this.save(`${this.stem}-layers.csv`, 'csv', layersCsv(state))),
      item('The whole result (JSON)', () => this.save(`${this.stem}-topology.json`, 'json', resultJson(state))),
    ];
    if (state.mode === 'panel') {
      items.push(
        null,
        item('Report (one HTML page)', () => this.post({ type: 'exportReport' })),
      );
    }
    return items;
  }

  private moreItems(): (MenuItem | null)[] {
    const { commandLine } = this.store.state;
    return [
      commandLine === ''
        ? { label: 'Copy as command line', why: 'Nothing has been run yet' }
        : { label: 'Copy as command line', run: () => this.copy('command line', commandLine) },
      { label: 'Choose other data…', run: () => this.post({ type: 'pickData' }) },
      { label: 'Find redundant layers', run: () => this.post({ type: 'redundancy' }) },
      { label: 'Prune this model…', run: () => this.post({ type: 'prune' }) },
      null,
      { label: 'How to read this', run: () => this.post({ type: 'openDocs', page: 'persistence' }) },
      { label: 'Show log', run: () => this.post({ type: 'showLog' }) },
    ];
  }

  private plotItems(plot: PlotName, view: PlotView): (MenuItem | null)[] {
    const layer = this.store.layer;
    const scene = view.exportScene();
    if (layer === undefined || scene === undefined) return [{ label: 'Nothing to export yet' }];
    const stem = fileName(this.stem, layer.name, plot);
    const { head } = this.store.state;
    const numbers = {
      barcode: () => diagramCsv(head, layer),
      diagram: () => diagramCsv(head, layer),
      betti: () => bettiCsv(layer),
      scatter: () => scatterCsv(head, layer),
    };
    return [
      {
        label: 'Picture as SVG',
        run: () => this.save(`${stem}.svg`, 'svg', sceneToSvg(scene, resolvedInk(view.root))),
      },
      {
        label: 'Picture as PNG',
        run: () => void sceneToPng(scene, resolvedInk(view.root)).then(bytes => this.save(`${stem}.png`, 'png', bytes)),
      },
      { label: 'Numbers as CSV', run: () => this.save(`${stem}.csv`, 'csv', numbers[plot]()) },
    ];
  }
}
