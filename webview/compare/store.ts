import type {
  ComparedAccuracy,
  ComparedLayer,
  ComparedPair,
  CompareFailure,
  CompareFinding,
  CompareHead,
  ComparePartial,
  CompareResult,
  CompareRestore,
  CompareToView,
} from '../../src/protocol/compare';
import type { InputPreview, PanelStatus } from '../../src/protocol/panel';
import type { ParameterChanges } from '../inspect/store';

/** All that the page shows, and the one place that changes it. */

export interface CompareState {
  readonly mode: 'panel' | 'report';
  readonly title: string;
  readonly commandLine: string;
  readonly status: PanelStatus | undefined;
  readonly head: CompareHead | undefined;
  /** By `line model`. */
  readonly layers: ReadonlyMap<string, ComparedLayer>;
  /** By `line a b`. */
  readonly pairs: ReadonlyMap<string, ComparedPair>;
  readonly accuracies: readonly ComparedAccuracy[];
  readonly failures: readonly CompareFailure[];
  readonly findings: readonly CompareFinding[];
  readonly warnings: readonly { readonly message: string }[];
  readonly result: CompareResult | undefined;
  readonly inputs: ReadonlyMap<number, InputPreview>;
  readonly inputsNote: string;
  /** Chosen for the next run. */
  readonly changes: ParameterChanges;
  /** What is looked at. */
  readonly view: ViewState;
  /** A match under the pointer: its index in the matching. */
  readonly hovered: number | undefined;
}

/** Kept over a reload. */
export interface ViewState {
  readonly line: number | undefined;
  readonly pair: readonly [number, number];
  readonly dimension: number;
  readonly kind: 'bottleneck' | 'wasserstein';
  readonly order: 'network' | 'change';
  /** A row whose neighbours are shown, by its point. */
  readonly point: number | undefined;
}

export const FIRST_VIEW: ViewState = {
  line: undefined,
  pair: [0, 1],
  dimension: 0,
  kind: 'bottleneck',
  order: 'change',
  point: undefined,
};

function empty(mode: CompareState['mode'], view: ViewState): CompareState {
  return {
    mode,
    title: '',
    commandLine: '',
    status: undefined,
    head: undefined,
    layers: new Map(),
    pairs: new Map(),
    accuracies: [],
    failures: [],
    findings: [],
    warnings: [],
    result: undefined,
    inputs: new Map(),
    inputsNote: '',
    changes: {},
    view,
    hovered: undefined,
  };
}

export class CompareStore {
  state: CompareState;
  restore: CompareRestore | undefined;
  private readonly listeners: ((state: CompareState, before: CompareState) => void)[] = [];
  private shown: CompareState;
  private waiting = false;
  /** Whether nobody has chosen a line yet: then the most changed one is shown once it is known. */
  private isFirst: boolean;

  constructor(
    mode: CompareState['mode'],
    view: ViewState,
    private readonly later: (run: () => void) => void,
  ) {
    this.state = empty(mode, view);
    this.isFirst = view.line === undefined;
    this.shown = this.state;
  }

  subscribe(listener: (state: CompareState, before: CompareState) => void): void {
    this.listeners.push(listener);
  }

  set(changes: Partial<CompareState>): void {
    this.state = { ...this.state, ...changes };
    if (this.waiting) return;
    this.waiting = true;
    this.later(() => this.flush());
  }

  look(changes: Partial<ViewState>): void {
    if (changes.line !== undefined) this.isFirst = false;
    this.set({ view: { ...this.state.view, ...changes }, hovered: undefined });
  }

  flush(): void {
    this.waiting = false;
    const before = this.shown;
    this.shown = this.state;
    for (const listener of this.listeners) listener(this.state, before);
  }

  receive(message: CompareToView): void {
    switch (message.type) {
      case 'start':
        this.restore = message.restore;
        this.set({
          ...empty(this.state.mode, this.state.view),
          title: message.title,
          commandLine: message.commandLine,
        });
        return;
      case 'status':
        this.set({ status: message.status });
        return;
      case 'partial':
        this.take(message.partial);
        return;
      case 'result':
        this.showResult(message.result);
        return;
      case 'inputs': {
        const inputs = new Map(this.state.inputs);
        for (const input of message.inputs) inputs.set(input.row, input);
        this.set({ inputs, inputsNote: message.note });
      }
    }
  }

  showResult(result: CompareResult): void {
    const { head, layers, pairs, accuracies, failures, findings, warnings } = result;
    this.set({
      head,
      layers: new Map(layers.map(layer => [`${layer.line} ${layer.model}`, layer])),
      pairs: new Map(pairs.map(pair => [pairKey(pair.line, pair.a, pair.b), pair])),
      accuracies,
      failures,
      findings,
      warnings,
      result,
    });
    this.choose();
  }

  private take(partial: ComparePartial): void {
    const { state } = this;
    switch (partial.kind) {
      case 'head':
        return this.set({ head: partial.head });
      case 'layer':
        return this.set({
          layers: new Map(state.layers).set(`${partial.layer.line} ${partial.layer.model}`, partial.layer),
        });
      case 'pair': {
        const { line, a, b } = partial.pair;
        this.set({ pairs: new Map(state.pairs).set(pairKey(line, a, b), partial.pair) });
        return this.choose();
      }
      case 'failure':
        return this.set({ failures: [...state.failures, partial.failure] });
      case 'accuracies':
        return this.set({ accuracies: partial.accuracies });
      case 'findings':
        return this.set({ findings: partial.findings });
    }
  }

  /** The first line that is there to be looked at, unless one is chosen. */
  private choose(): void {
    const { view, pairs, head } = this.state;
    const isThere = head !== undefined && view.pair[1] < head.models.length;
    const [first] = pairs.values();
    if (first === undefined) return;
    const pair = isThere ? view.pair : FIRST_VIEW.pair;
    const isChosen = view.line !== undefined && isThere && view.line < (head?.lines.length ?? 0);
    if (isChosen && !(this.isFirst && this.state.result !== undefined)) return;
    const most =
      this.state.result === undefined ? first : [...pairs.values()].sort((x, y) => sizeOf(y) - sizeOf(x))[0]!;
    this.set({ view: { ...view, line: most.line, pair }, hovered: undefined });
  }

  get pair(): ComparedPair | undefined {
    const { line, pair } = this.state.view;
    return line === undefined ? undefined : this.state.pairs.get(pairKey(line, ...pair));
  }
}

export function pairKey(line: number, a: number, b: number): string {
  return `${line} ${a} ${b}`;
}

/** By what layers are sorted, and their bars drawn: the largest bottleneck distance. */
export function sizeOf({ bottleneck }: ComparedPair): number {
  return Math.max(0, ...bottleneck.map(({ distance }) => distance));
}
