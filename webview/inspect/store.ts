import type { InputPreview, PanelRestore, PanelStatus, ParameterChanges, ToView } from '../../src/protocol/panel';
import type {
  Finding,
  InspectHead,
  InspectResult,
  LayerFailure,
  LayerTopology,
  Provenance,
  Warning,
} from '../../src/protocol/results';
import type { BarOrder } from '../plots/barcode';
import { sameFeature, type Feature } from '../plots/feature';

/** The panel's state and the one selection that all its views share. */

export type PlotName = 'barcode' | 'diagram' | 'betti' | 'scatter';
export type SortColumn = 'network' | 'name' | 'op' | 'shape' | 'dense0' | 'loops' | 'points';

/** What a person set about the view: it survives a reload. */
export interface Preferences {
  readonly layer: string | undefined;
  readonly sortColumn: SortColumn;
  readonly sortDescending: boolean;
  readonly barOrder: BarOrder;
  /** Which of H0, H1, H2 are drawn. */
  readonly dimensions: readonly boolean[];
  /** Whether the drawer of the inputs is open. */
  readonly inputsOpen: boolean;
}

export type { ParameterChanges };

export interface State {
  readonly mode: 'panel' | 'report';
  readonly title: string;
  readonly modelPath: string;
  readonly commandLine: string;
  readonly status: PanelStatus | undefined;
  readonly head: InspectHead | undefined;
  readonly layers: ReadonlyMap<string, LayerTopology>;
  /** Layers as they were before the view was hidden, shown until they are sent again. */
  readonly remembered: ReadonlyMap<string, LayerTopology>;
  /** Whether head and findings are of that time as well. */
  readonly isRemembered: boolean;
  readonly failures: ReadonlyMap<string, LayerFailure>;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance | undefined;
  readonly preferences: Preferences;
  /** Under the pointer; goes when the pointer goes. */
  readonly hovered: Feature | undefined;
  /** Clicked; stays until it is let go. */
  readonly kept: Feature | undefined;
  readonly changes: ParameterChanges;
  /** Inputs that the host has sent, by row. */
  readonly inputs: ReadonlyMap<number, InputPreview>;
  readonly inputsNote: string;
}

export const NO_PREFERENCES: Preferences = {
  layer: undefined,
  sortColumn: 'network',
  sortDescending: false,
  barOrder: 'birth',
  dimensions: [true, true, true],
  inputsOpen: true,
};

export function emptyState(mode: State['mode'], preferences: Preferences): State {
  return {
    mode,
    title: '',
    modelPath: '',
    commandLine: '',
    status: undefined,
    head: undefined,
    layers: new Map(),
    remembered: new Map(),
    isRemembered: false,
    failures: new Map(),
    findings: [],
    warnings: [],
    provenance: undefined,
    preferences,
    hovered: undefined,
    kept: undefined,
    changes: {},
    inputs: new Map(),
    inputsNote: '',
  };
}

export type Listener = (state: State, before: State) => void;

export class Store {
  state: State;
  /** What the host wants to find again after a reload; the view only keeps it. */
  restore: PanelRestore | undefined;
  private readonly listeners: Listener[] = [];
  private shown: State;
  private scheduled = false;
  /** Whether the layer was chosen by a person; if not, findings may choose. */
  private chosen: boolean;

  constructor(
    initial: State,
    private readonly schedule: (run: () => void) => void,
  ) {
    this.state = initial;
    this.shown = initial;
    this.chosen = initial.preferences.layer !== undefined;
  }

  /** Called after changes, at most once a frame. */
  subscribe(listener: Listener): void {
    this.listeners.push(listener);
  }

  set(patch: Partial<State>): void {
    this.state = { ...this.state, ...patch };
    if (this.scheduled) return;
    this.scheduled = true;
    this.schedule(() => this.flush());
  }

  flush(): void {
    this.scheduled = false;
    const before = this.shown;
    this.shown = this.state;
    if (before === this.shown) return;
    for (const listener of this.listeners) listener(this.shown, before);
  }

  prefer(patch: Partial<Preferences>): void {
    this.set({ preferences: { ...this.state.preferences, ...patch } });
  }

  selectLayer(name: string): void {
    this.chosen = true;
    this.showLayer(name);
  }

  private showLayer(name: string): void {
    if (name === this.state.preferences.layer) return;
    // Points are rows of the same sample in every layer, bars are not.
    const kept = this.state.kept?.kind === 'class' ? this.state.kept : undefined;
    this.set({ kept, hovered: undefined });
    this.prefer({ layer: name });
  }

  hover(feature: Feature | undefined): void {
    if (!sameFeature(feature, this.state.hovered)) this.set({ hovered: feature });
  }

  /** Keeps a feature; keeping the kept one again lets it go. */
  toggle(feature: Feature | undefined): void {
    this.keep(sameFeature(feature, this.state.kept) ? undefined : feature);
  }

  keep(feature: Feature | undefined): void {
    if (feature === this.state.kept) return;
    this.set({ kept: feature });
  }

  get layer(): LayerTopology | undefined {
    const name = this.state.preferences.layer;
    return name === undefined ? undefined : this.state.layers.get(name);
  }

  receive(message: ToView): void {
    switch (message.type) {
      case 'start': {
        const { title, modelPath, commandLine } = message;
        this.restore = message.restore ?? this.restore;
        const fresh = emptyState(this.state.mode, this.state.preferences);
        this.set({ ...fresh, ...this.stillTrue(message), title, modelPath, commandLine });
        return;
      }
      case 'status':
        this.set({ ...this.forgetting(message.status), status: message.status });
        return;
      case 'partial':
        this.receivePartial(message.partial);
        return;
      case 'result':
        this.showResult(message.result);
        return;
      case 'inputs': {
        const inputs = new Map(this.state.inputs);
        for (const input of message.inputs) inputs.set(input.row, input);
        this.set({ inputs, inputsNote: message.note });
        return;
      }
      case 'select':
        this.selectLayer(message.layer);
        return;
    }
  }

  /** What is remembered of this very run stays until it is sent. */
  private stillTrue({ modelPath, commandLine }: Extract<ToView, { type: 'start' }>): Partial<State> {
    const { state } = this;
    if (!state.isRemembered || modelPath !== state.modelPath || commandLine !== state.commandLine) return {};
    const { head, findings, warnings, remembered, isRemembered } = state;
    return { head, findings, warnings, remembered, isRemembered };
  }

  /** A run that comes to nothing leaves nothing of an earlier one. */
  private forgetting({ kind }: PanelStatus): Partial<State> {
    if (kind === 'running' || kind === 'done') return {};
    const forgotten = { remembered: new Map<string, LayerTopology>() };
    return this.state.isRemembered
      ? { ...forgotten, head: undefined, findings: [], warnings: [], isRemembered: false }
      : forgotten;
  }

  private receivePartial(partial: Extract<ToView, { type: 'partial' }>['partial']): void {
    switch (partial.kind) {
      case 'head':
        this.set({ head: partial.head, changes: {}, isRemembered: false });
        return;
      case 'layer':
        this.set({ layers: new Map(this.state.layers).set(partial.layer.name, partial.layer) });
        if (!this.chosen && this.layer === undefined) this.showLayer(partial.layer.name);
        return;
      case 'failure':
        this.set({ failures: new Map(this.state.failures).set(partial.failure.name, partial.failure) });
        return;
      case 'findings':
        this.set({ findings: partial.findings });
        return;
    }
  }

  showResult(result: InspectResult): void {
    const { head, findings, warnings, provenance } = result;
    const layers = new Map(result.layers.map(layer => [layer.name, layer]));
    const failures = new Map(result.failures.map(failure => [failure.name, failure]));
    // A result that equals what partials have brought keeps their objects: nothing is drawn twice.
    for (const [name, known] of this.state.layers) {
      if (layers.has(name) && layers.get(name)?.milliseconds === known.milliseconds) layers.set(name, known);
    }
    const remembered = new Map<string, LayerTopology>();
    this.set({ head, layers, failures, findings, warnings, provenance, changes: {}, remembered, isRemembered: false });
    const preferred = this.state.preferences.layer;
    if (preferred !== undefined && layers.has(preferred)) return;
    const target = findings.find(finding => finding.weight === 'strong' && finding.target !== undefined)?.target?.layer;
    const name = target !== undefined && layers.has(target) ? target : result.layers[0]?.name;
    if (name !== undefined) this.showLayer(name);
  }
}
