import * as vscode from 'vscode';
import { isCancelled } from '../../base/fault';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { TextChange } from '../../source/sourceTexts';
import { codeLayersIn, shifted, type CodeLayer, type LinkedNetwork } from './codeLayers';
import type { FoundModels } from './findModels';
import { isSource, sourceName } from './sourceService';

/** What is known of a file's layers. */
interface FileState {
  networks: readonly LinkedNetwork[];
  layers: readonly CodeLayer[];
  timer: NodeJS.Timeout | undefined;
  reading: AbortController | undefined;
  /** The first reading: whoever asks waits for it, so that all lines come at once. */
  readonly first: Promise<void>;
}

/** After the last key, before the source is read again. */
const PAUSE_MILLISECONDS = 300;

/**
 * The layers that the sources in editors define, and which model they belong to. A change of a text moves what is known along at once; the thread
 * that reads sources looks again when nobody has typed for a while. While a text is broken, what it defined before stays.
 */
export class CodeAnalyses implements Disposable {
  private readonly store = new DisposableStore();
  private readonly files = new Map<string, FileState>();
  private readonly changed = this.store.add(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly find: FoundModels,
    private readonly unexpected: (error: unknown) => void,
  ) {
    this.store.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const state = this.files.get(sourceName(document.uri));
        if (!state || contentChanges.length === 0 || !isSource(document)) return;
        const changes = contentChanges.map(({ rangeOffset, rangeLength, text }): TextChange => ({
          start: rangeOffset,
          end: rangeOffset + rangeLength,
          text,
        }));
        state.layers = shifted(state.layers, changes);
        this.readSoon(sourceName(document.uri), state);
      }),
    );
    this.store.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        const file = sourceName(uri);
        const state = this.files.get(file);
        clearTimeout(state?.timer);
        state?.reading?.abort();
        this.files.delete(file);
      }),
    );
  }

  /** Waits for the first reading alone; what is known after an edit is given at once. */
  async layersOf(document: vscode.TextDocument): Promise<readonly CodeLayer[]> {
    if (!isSource(document)) return [];
    const file = sourceName(document.uri);
    let state = this.files.get(file);
    if (!state) {
      state = this.begin(file);
      this.files.set(file, state);
    }
    await state.first;
    return state.layers;
  }

  /** Networks with layers in a file of an open editor. */
  networksIn(file: string): readonly LinkedNetwork[] {
    return this.files.get(file)?.networks ?? [];
  }

  /** Networks of open editors. */
  get networks(): readonly LinkedNetwork[] {
    return [...this.files.values()].flatMap(state => state.networks);
  }

  /** Something else than a text is another now: a model was written, chosen or forgotten. */
  refresh(): void {
    for (const [file, state] of this.files) this.readSoon(file, state, 0);
  }

  /** What was measured changed: the same layers say something else. */
  show(): void {
    this.changed.fire();
  }

  dispose(): void {
    for (const state of this.files.values()) {
      clearTimeout(state.timer);
      state.reading?.abort();
    }
    this.store.dispose();
  }

  private begin(file: string): FileState {
    const reading = new AbortController();
    const state: FileState = {
      networks: [],
      layers: [],
      timer: undefined,
      reading,
      first: this.find
        .networksFor(file, reading.signal)
        .then(({ networks }) => {
          state.networks = networks;
          state.layers = codeLayersIn(file, networks);
        })
        .catch((error: unknown) => this.report(error)),
    };
    return state;
  }

  private readSoon(file: string, state: FileState, pause = PAUSE_MILLISECONDS): void {
    clearTimeout(state.timer);
    // What is being read is of a text that is no more.
    state.reading?.abort();
    state.timer = setTimeout(() => void this.read(file, state), pause);
  }

  private async read(file: string, state: FileState): Promise<void> {
    const reading = new AbortController();
    state.reading = reading;
    try {
      await state.first;
      const { networks, broken } = await this.find.networksFor(file, reading.signal, state.networks);
      if (reading.signal.aborted) return;
      const layers = codeLayersIn(file, networks);
      if (broken && layers.length < state.layers.length) return;
      const before = summary(state.layers);
      state.networks = networks;
      state.layers = layers;
      if (summary(layers) !== before) this.changed.fire();
    } catch (error) {
      this.report(error);
    }
  }

  private report(error: unknown): void {
    if (!isCancelled(error)) this.unexpected(error);
  }
}

function summary(layers: readonly CodeLayer[]): string {
  return JSON.stringify(layers.map(({ start, layers: own, network }) => [start, own, network.model, network.choices]));
}
