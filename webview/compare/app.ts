import type { CompareFinding } from '../../src/protocol/compare';
import type { FromView } from '../../src/protocol/panel';
import { fileName } from '../format/fileName';
import { formatCount, formatNumber, formatPercent, formatQuantity, formatShareRange, homologyName } from '../format/numbers'; // prettier-ignore
import { drawIcon, element, iconButton } from '../inspect/dom';
import { attachMenu, type MenuItem } from '../inspect/menu';
import { ParameterFields } from '../inspect/parameterFields';
import { PlotView } from '../inspect/plotView';
import { StatusView } from '../inspect/status';
import type { ParameterChanges } from '../inspect/store';
import { sceneToPng } from '../render/canvas';
import { resolvedInk } from '../render/ink';
import { sceneToSvg } from '../render/svg';
import { compareJson, linesCsv, matchingCsv } from './export';
import { drawFigures } from './figures';
import { COMPARE_HELP } from './help';
import { LayerTable } from './layerTable';
import { PairMatrix } from './matrix';
import { bettiDifference, moveOf, overlaidBarcodes, overlaidDiagram, type PairPicture, type PairPlotInput } from './plots'; // prettier-ignore
import { ChangedRows } from './rows';
import { scaledPairs } from './scaled';
import type { CompareState, CompareStore, ViewState } from './store';

type PlotName = 'diagram' | 'barcodes' | 'betti';

/** The page: which models, what was found, the layers, and the chosen pair in full. */
export class CompareApp {
  private readonly title = element('h1');
  private readonly facts = element('p', { class: 'facts' });
  private readonly models = element('div', { class: 'compared-models' });
  private readonly findings = element('section', { class: 'findings', attributes: { 'aria-label': 'Findings' } });
  private readonly fields: ParameterFields;
  private readonly table: LayerTable;
  private readonly status: StatusView;
  private readonly matrix: PairMatrix;
  private readonly rows: ChangedRows;
  private readonly views: Readonly<Record<PlotName, PlotView>>;
  private readonly name = element('h2');
  private readonly toggles = element('div', { class: 'toggles', attributes: { role: 'group', 'aria-label': 'What is drawn' } }); // prettier-ignore
  private readonly figures = element('div');
  private readonly panes: HTMLElement;
  private all = false;

  constructor(
    private readonly store: CompareStore,
    private readonly post: (message: FromView) => void,
    container: HTMLElement,
  ) {
    const { mode } = store.state;
    this.fields = new ParameterFields(
      {
        change: changes => store.set({ changes: { ...store.state.changes, ...changes } }),
        rerun: () => this.rerun(),
      },
      { hasDimension: false },
    );
    this.table = new LayerTable(store);
    this.matrix = new PairMatrix(store);
    this.rows = new ChangedRows(store, (request, rows) => post({ type: 'inputs', request, rows }));
    this.status = new StatusView(mode, {
      stop: () => post({ type: 'cancel' }),
      rerun: changes => this.rerun(changes),
      pickData: () => post({ type: 'pickData' }),
      chooseModel: () => post({ type: 'chooseModel' }),
      describe: () => post({ type: 'describe' }),
      programWay: way => post({ type: 'programWay', way }),
      confirm: proceed => post({ type: 'confirm', proceed }),
      copyDetails: text => post({ type: 'copy', what: 'details', text }),
      showLog: () => post({ type: 'showLog' }),
    });
    const view = (name: PlotName, title: string): PlotView =>
      new PlotView(name, title, COMPARE_HELP[name], {
        hover: feature => store.set({ hovered: feature?.kind === 'pair' ? feature.pair : undefined }),
        click: () => undefined,
        move: index => store.set({ hovered: this.matches()[index] }),
        openDocs: page => post({ type: 'openDocs', page }),
        exports: () => this.plotItems(name),
      });
    this.views = {
      diagram: view('diagram', 'Persistence diagrams'),
      barcodes: view('barcodes', 'Barcodes'),
      betti: view('betti', 'Betti curves, B less A'),
    };
    const header = element('header', { class: 'compare-header' }, [
      element('div', { class: 'title-line' }, [this.title, this.facts, this.tools(mode)]),
      this.models,
    ]);
    const detail = element('section', { class: 'detail', attributes: { 'aria-label': 'Selected layer' } }, [
      element('div', { class: 'detail-title' }, [this.name, this.toggles]),
      this.matrix.root,
      this.figures,
      element(
        'div',
        { class: 'plots' },
        Object.values(this.views).map(plot => plot.root),
      ),
      this.rows.root,
    ]);
    this.panes = element('div', { class: 'panes' }, [
      element('div', { class: 'left-pane' }, [this.table.root, this.status.strip]),
      detail,
    ]);
    container.classList.add('inspect', 'compare', mode);
    document.body.classList.add('inspect-page');
    if (container.localName !== 'main') container.setAttribute('role', 'main');
    container.replaceChildren(header, this.status.card, this.findings, this.panes, this.status.live);
    store.subscribe((state, before) => this.update(state, before));
    this.update(store.state, undefined);
    const redraw = (): void => {
      for (const plot of Object.values(this.views)) plot.draw();
    };
    new MutationObserver(redraw).observe(document.body, { attributes: true, attributeFilter: ['class'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  }

  private update(state: CompareState, before: CompareState | undefined): void {
    const source = (one: CompareState) => ({ ...one, layers: one.pairs });
    this.status.update(source(state), before && source(before));
    const { head, changes } = state;
    this.fields.update(
      head && { parameters: head.parameters, rows: head.data.rows },
      changes,
      state.status?.kind === 'running',
    );
    if (
      before === undefined ||
      before.head !== state.head ||
      before.accuracies !== state.accuracies ||
      before.view.pair !== state.view.pair ||
      before.title !== state.title
    )
      this.updateHeader(state);
    if (
      before === undefined ||
      before.findings !== state.findings ||
      before.warnings !== state.warnings ||
      before.head !== state.head
    )
      this.updateFindings(state);
    this.table.update(state, before);
    if (before !== undefined && before.inputs.size > 0 && state.inputs.size === 0) this.rows.reset();
    const isDrawn =
      before === undefined ||
      before.view !== state.view ||
      before.pairs !== state.pairs ||
      before.layers !== state.layers ||
      before.head !== state.head;
    if (isDrawn) this.updatePair(state);
    else if (before.hovered !== state.hovered) for (const plot of Object.values(this.views)) plot.light();
    if (isDrawn || before.inputs !== state.inputs) this.rows.update(state, this.store.pair);
    const isBare = state.head === undefined && !this.status.card.hidden;
    this.panes.hidden = isBare;
    if (isBare) this.findings.hidden = true;
  }

  private rerun(changes: ParameterChanges = {}): void {
    this.post({ type: 'rerun', changes: { ...this.store.state.changes, ...changes } });
  }

  private updateHeader({ head, title, accuracies, view }: CompareState): void {
    this.title.textContent = head === undefined ? title : head.names.join(' · ');
    if (head === undefined) {
      this.facts.textContent = '';
      this.models.replaceChildren();
      return;
    }
    this.facts.textContent = [
      fileName(head.data.name),
      `${formatQuantity(head.data.rows, 'row')}, ${formatQuantity(head.sampledRows.length, 'point')}`,
      head.data.treatment,
    ].join(' · ');
    const cards = head.models.map(({ accuracy, format, parameters }, i) =>
      element('p', { class: `model side-${i === view.pair[0] ? 'a' : i === view.pair[1] ? 'b' : 'more'}` }, [
        element('span', { class: 'swatch', attributes: { 'aria-hidden': 'true' } }),
        element('b', { text: head.names[i]! }),
        ` ${format}, ${formatQuantity(parameters, 'parameter')}`,
        ...(accuracy === undefined
          ? []
          : [
              ' · accuracy ',
              element('b', { text: formatPercent(accuracy.value) }),
              ` (${formatShareRange(accuracy.low, accuracy.high)} %)`,
            ]),
      ]),
    );
    const [paired] = accuracies;
    if (paired !== undefined && head.models.length === 2)
      cards.push(
        element('p', {
          class: 'paired',
          text:
            paired.onlyA + paired.onlyB === 0
              ? 'right on the same rows'
              : `B alone right on ${formatCount(paired.onlyB)}, A alone on ${formatCount(paired.onlyA)} rows: McNemar p = ${formatNumber(paired.pValue)}${paired.pValue > 0.05 ? ', not significant' : ''}`,
        }),
      );
    this.models.replaceChildren(...cards);
  }

  private updateFindings({ findings, warnings, status, head }: CompareState): void {
    // Of findings in a row that share a rule, the first says it.
    const items = findings.map((finding, i) => this.finding(finding, finding.rule === findings[i - 1]?.rule));
    for (const { message } of warnings)
      items.push(
        element('li', { class: 'finding warning' }, [
          drawIcon('warning'),
          element('p', { class: 'text', text: message }),
        ]),
      );
    this.findings.hidden = items.length === 0 && status?.kind !== 'running' && head === undefined;
    if (items.length === 0)
      items.push(element('li', { class: 'finding empty', text: 'Findings come when the first pair is compared.' }));
    const most = window.innerHeight < 850 || window.innerWidth <= 800 ? 3 : 5;
    const shown = this.all ? items : items.slice(0, most);
    const list = element('ul', {}, shown);
    if (shown.length < items.length)
      list.append(
        element('li', { class: 'finding more' }, [
          element('button', {
            class: 'link',
            text: `${formatCount(items.length - shown.length)} more`,
            attributes: { type: 'button' },
            onClick: () => {
              this.all = true;
              this.updateFindings(this.store.state);
              this.findings.querySelectorAll<HTMLElement>('button')[shown.length]?.focus();
            },
          }),
        ]),
      );
    this.findings.replaceChildren(list);
  }

  private finding(finding: CompareFinding, isSaid: boolean): HTMLElement {
    const { kind, weight, sentence, rule, target } = finding;
    const strong = weight === 'strong';
    return element('li', { class: `finding ${kind === 'caveat' ? 'warning' : weight}` }, [
      kind === 'caveat'
        ? drawIcon('warning')
        : element('span', {
            class: `dot ${strong ? 'strong' : 'note'}`,
            attributes: { role: 'img', 'aria-label': strong ? 'finding' : 'note' },
          }),
      element('p', { class: 'text' }, [
        element('span', { class: 'sentence', text: sentence }),
        ...(isSaid ? [] : [' ', element('span', { class: 'rule', text: rule })]),
      ]),
      ...(target === undefined
        ? []
        : [
            element('button', {
              class: 'link show',
              text: 'show →',
              attributes: { type: 'button', 'aria-label': `Show: ${sentence}` },
              onClick: () => this.reveal(target),
            }),
          ]),
    ]);
  }

  private reveal({ line, view }: NonNullable<CompareFinding['target']>): void {
    const first = this.store.state.pairs;
    const pair = [...first.values()].find(one => one.line === line);
    const there = first.has(`${line} ${this.store.state.view.pair.join(' ')}`);
    this.store.look({ line, point: undefined, ...(there || pair === undefined ? {} : { pair: [pair.a, pair.b] }) });
    this.store.flush();
    if (view === 'rows') this.rows.root.scrollIntoView({ block: 'nearest' });
    else if (view === 'diagram') this.views.diagram.flash();
  }

  private updatePair(state: CompareState): void {
    const { head, view, status } = state;
    const pair = this.store.pair;
    this.name.textContent = head === undefined || view.line === undefined ? '' : (head.lines[view.line]?.name ?? '');
    this.name.title = this.name.textContent;
    this.drawToggles(view);
    this.matrix.update(state);
    const input = this.input();
    if (head === undefined || pair === undefined || input === undefined) {
      const why = status?.kind === 'running' || status === undefined ? '' : 'Choose a layer that both models have.';
      for (const plot of Object.values(this.views)) plot.say(why);
      this.figures.replaceChildren();
      return;
    }
    const sides = view.pair.map(model => state.layers.get(`${pair.line} ${model}`));
    this.figures.replaceChildren(drawFigures(head, pair, sides));
    const drawn = (make: (size: { width: number; height: number }) => PairPicture) => {
      return (size: { width: number; height: number }) => {
        const picture = make(size);
        return {
          scene: picture.scene,
          overlay: () => {
            const { hovered } = this.store.state;
            return hovered === undefined || hovered >= input.matched.matching.length ? [] : picture.overlay(hovered);
          },
        };
      };
    };
    this.views.diagram.show(drawn(size => overlaidDiagram(input, size)));
    this.views.diagram.setNote(
      view.dimension === 0
        ? 'A filled, B hollow and beside it, for all are born at 0; lines: the optimal matching'
        : 'A filled, B hollow; lines: the optimal matching',
    );
    this.views.barcodes.show(drawn(size => overlaidBarcodes(input, size)));
    this.views.barcodes.setNote('the longest bars of each, A above B');
    this.views.betti.show(drawn(size => bettiDifference(input, size)));
    this.views.betti.setNote('above 0: B has more; below: A');
    const order = this.matches();
    const words = (match: number): string => matchText(input, match);
    for (const plot of [this.views.diagram, this.views.barcodes])
      plot.mirror.show(
        `Matches of ${input.title}, those that move most first`,
        { count: order.length, label: i => words(order[i]!) },
        -1,
      );
    for (const plot of Object.values(this.views)) plot.draw();
  }

  /** Places in the matching, those that move most first. */
  private matches(): readonly number[] {
    const input = this.input();
    if (input === undefined) return [];
    return [...input.matched.matching.keys()].sort((p, q) => moveOf(input, q) - moveOf(input, p));
  }

  private input(): PairPlotInput | undefined {
    const { layers, view, head } = this.store.state;
    const pair = this.store.pair;
    if (pair === undefined || head === undefined) return undefined;
    const [a, b] = view.pair.map(model => layers.get(`${pair.line} ${model}`));
    const matched = pair[view.kind][view.dimension];
    if (a === undefined || b === undefined || matched === undefined) return undefined;
    return {
      a: scaledPairs(a, view.dimension),
      b: scaledPairs(b, view.dimension),
      matched,
      dimension: view.dimension,
      title: head.lines[pair.line]!.name,
    };
  }

  private drawToggles(view: ViewState): void {
    const toggle = (text: string, isOn: boolean, change: Partial<ViewState>, title: string): HTMLElement =>
      element('button', {
        text,
        title,
        attributes: { type: 'button', 'aria-pressed': String(isOn) },
        onClick: () => this.store.look(change),
      });
    const focused = [...this.toggles.children].indexOf(document.activeElement!);
    this.toggles.replaceChildren(
      ...[0, 1].map(
        dimension =>
        toggle(homologyName(dimension), view.dimension === dimension, { dimension }, dimension === 0 ? 'Components' : 'Loops'), // prettier-ignore
      ),
      toggle('bottleneck', view.kind === 'bottleneck', { kind: 'bottleneck' }, 'The matching whose largest move is least'), // prettier-ignore
      toggle('Wasserstein', view.kind === 'wasserstein', { kind: 'wasserstein' }, 'The matching whose sum of moves is least'), // prettier-ignore
    );
    if (focused >= 0) (this.toggles.children[focused] as HTMLElement | undefined)?.focus();
  }

  private tools(mode: CompareState['mode']): HTMLElement {
    const tools = element('div', { class: 'tools' }, mode === 'panel' ? this.fields.parts : []);
    const add = (icon: 'export' | 'more', label: string, items: () => readonly (MenuItem | null)[]): void => {
      tools.append(
        attachMenu(
          iconButton(icon, label, () => undefined),
          items,
        ),
      );
    };
    add('export', 'Export', () => {
      const { state } = this.store;
      const why = state.pairs.size === 0 ? 'No layer is compared yet' : undefined;
      const item = (label: string, run: () => void): MenuItem => (why === undefined ? { label, run } : { label, why });
      return [
        item('Numbers of all layers (CSV)', () => this.save('layers.csv', 'csv', linesCsv(state))),
        item('The whole result (JSON)', () => this.save('compare.json', 'json', compareJson(state))),
        ...(mode === 'panel'
          ? [null, state.result === undefined ? { label: 'Report (one HTML page)', why: 'The comparison is not finished' } : { label: 'Report (one HTML page)', run: () => this.post({ type: 'exportReport' }) }] // prettier-ignore
          : []),
      ];
    });
    if (mode === 'panel')
      add('more', 'More', () => {
        const { commandLine } = this.store.state;
        return [
          commandLine === ''
            ? { label: 'Copy as command line', why: 'Nothing has been run yet' }
            : { label: 'Copy as command line', run: () => this.post({ type: 'copy', what: 'command line', text: commandLine }) }, // prettier-ignore
          { label: 'Choose other data…', run: () => this.post({ type: 'pickData' }) },
          { label: 'Run again', run: () => this.rerun() },
          null,
          { label: 'How to read this', run: () => this.post({ type: 'openDocs', page: 'compare' }) },
          { label: 'Show log', run: () => this.post({ type: 'showLog' }) },
        ];
      });
    return tools;
  }

  private plotItems(plot: PlotName): readonly (MenuItem | null)[] {
    const view = this.views[plot];
    const scene = view.exportScene();
    const input = this.input();
    if (scene === undefined || input === undefined) return [{ label: 'Nothing to export yet' }];
    const stem = `${input.title.replace(/[^\w.-]+/g, '-')}-${plot}`;
    return [
      {
        label: 'Picture as SVG',
        run: () => this.save(`${stem}.svg`, 'svg', sceneToSvg(scene, resolvedInk(view.root))),
      },
      {
        label: 'Picture as PNG',
        run: () => void sceneToPng(scene, resolvedInk(view.root)).then(bytes => this.save(`${stem}.png`, 'png', bytes)),
      },
      { label: 'Numbers as CSV', run: () => this.save(`${stem}.csv`, 'csv', matchingCsv(input)) },
    ];
  }

  private save(name: string, format: 'svg' | 'png' | 'csv' | 'json', content: string | Uint8Array): void {
    const stem = (this.store.state.head?.names ?? []).map(one => one.replace(/\.\w+$/, '').replace(/[^\w.-]+/g, '-')).join('-and-'); // prettier-ignore
    this.post({ type: 'save', suggestedName: `${stem}-${name}`, format, content });
  }
}

/** One match in words. */
function matchText(input: PairPlotInput, match: number): string {
  const [i, j] = input.matched.matching[match]!;
  const point = ({ birth, death }: PairPlotInput['a'], k: number): string =>
    `${formatNumber(birth[k])} to ${death[k] === Infinity ? 'infinity' : formatNumber(death[k])}`;
  const a = i === null ? 'nothing in A' : `A ${point(input.a, i)}`;
  const b = j === null ? 'nothing in B' : `B ${point(input.b, j)}`;
  return `${a}, ${b}, moved by ${formatNumber(moveOf(input, match))}`;
}
