import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { DataChoice } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { DATA_FILES, INSPECTED_FILES, isOfKind, WEIGHTS_FILES } from '../base/fileKinds';
import { packArrays } from '../base/packArrays';
import { inspectSettings, setting } from '../base/settings';
import { webviewOptions } from '../base/view';
import type { DataLinks } from '../data/dataLinks';
import { splitReference } from '../data/reference';
import { InspectPanel, type PanelActions } from './inspectPanel';
import { InspectSession, type InspectRequest, type SessionContext, type SessionSettings } from './inspectSession';
import { parseRestore } from './messages';

export const PANEL_TYPE = 'neuralTopology.inspect';

export interface PanelsContext {
  readonly extension: vscode.Uri;
  readonly engine: () => Promise<EngineLike>;
  readonly links: DataLinks;
  readonly finishedBefore: SessionContext['finishedBefore'];
  readonly answers: SessionContext['answers'];
  readonly log: vscode.LogOutputChannel;
  readonly actions: PanelActions;
}

/** All panels of this window: one a model. Fires when one comes, goes, or changes its status. */
export class InspectPanels implements vscode.WebviewPanelSerializer, Disposable {
  private readonly store = new DisposableStore();
  private readonly open = new Map<string, InspectPanel>();
  private readonly changes = this.store.add(new vscode.EventEmitter<InspectPanel | undefined>());
  readonly onDidChange = this.changes.event;

  constructor(private readonly context: PanelsContext) {
    this.store.add(vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, this));
    this.store.add({
      dispose: () => {
        for (const panel of this.all) panel.dispose();
      },
    });
  }

  get all(): readonly InspectPanel[] {
    return [...this.open.values()];
  }

  get active(): InspectPanel | undefined {
    return this.all.find(panel => panel.panel.active);
  }

  get(model: vscode.Uri): InspectPanel | undefined {
    return this.open.get(model.fsPath);
  }

  /**
   * The panel of a model, in front. A new one shows its layout at once and has not started yet; where data has to be asked for
   * first, it leaves the focus to the question, which would close if it lost it.
   */
  reveal(model: vscode.Uri): InspectPanel {
    const there = this.get(model);
    if (there) {
      there.panel.reveal(undefined, there.session.data === undefined);
      return there;
    }
    const link = this.context.links.get(model);
    const where = { viewColumn: vscode.ViewColumn.Active, preserveFocus: link === undefined };
    const panel = vscode.window.createWebviewPanel(PANEL_TYPE, path.basename(model.fsPath), where, {
      ...webviewOptions(this.context.extension),
      enableFindWidget: true,
    });
    return this.adopt(panel, {
      model: model.fsPath,
      data: link,
      parameters: {},
    });
  }

  /** Called by VS Code for each panel that was open when the window was reloaded. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const request = await this.restored(state);
    if (!request || this.open.has(request.model)) {
      panel.dispose();
      return;
    }
    const made = this.adopt(panel, request);
    // Not awaited: VS Code shows the panel once this returns.
    void made.session.start();
  }

  dispose(): void {
    this.store.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, request: InspectRequest): InspectPanel {
    const { context } = this;
    const changed = () => this.changes.fire(made);
    const session: InspectSession = new InspectSession(request, {
      engine: context.engine,
      finishedBefore: context.finishedBefore,
      answers: context.answers,
      mayRunPython: model => vscode.workspace.isTrusted && isOfKind(model, WEIGHTS_FILES),
      settings: model => sessionSettings(vscode.Uri.file(model)),
      post: message => void panel.webview.postMessage(packArrays(message)),
      changed,
      unexpected: error => context.log.error(error instanceof Error ? error : String(error)),
      uri: model => vscode.Uri.file(model).toString(),
      now: () => performance.now(),
      t: (message, ...args) => vscode.l10n.t(message, ...args),
    });
    const made: InspectPanel = new InspectPanel(panel, session, context.extension, context.actions, context.log);
    this.open.set(request.model, made);
    this.nameApart();
    panel.onDidDispose(() => {
      this.open.delete(request.model);
      made.dispose();
      this.nameApart();
      this.changes.fire(undefined);
    });
    panel.onDidChangeViewState(changed);
    changed();
    return made;
  }

  /** Names of tabs: the file's alone, and its folder's before it where two models have the same. */
  private nameApart(): void {
    const names = this.all.map(({ model }) => path.basename(model));
    for (const { model, panel } of this.all) {
      const name = path.basename(model);
      const shared = names.filter(other => other === name).length > 1;
      const title = shared ? `${path.basename(path.dirname(model))}/${name}` : name;
      panel.title = vscode.l10n.t('{0} · topology', title);
    }
  }

  /** What the view kept is checked: only a model and data files of our kinds are ever opened because of it. */
  private async restored(state: unknown): Promise<InspectRequest | undefined> {
    const kept = parseRestore(typeof state === 'object' && state !== null && 'host' in state ? state.host : undefined);
    if (!kept) return undefined;
    const uri = vscode.Uri.parse(kept.model);
    if (uri.scheme !== 'file') return undefined;
    if (!isOfKind(uri.fsPath, INSPECTED_FILES) && !(await isFolderOfWorkspace(uri))) return undefined;
    const data: DataChoice | undefined = isDataFile(kept.data) ? kept.data : this.context.links.get(uri);
    const { points, maxDimension, reduction } = kept;
    return {
      model: uri.fsPath,
      data,
      parameters: {
        ...(points === undefined ? {} : { points }),
        ...(maxDimension === undefined ? {} : { maxDimension }),
        ...(reduction === undefined ? {} : { reduction }),
      },
    };
  }
}

/** Data that a view may ask for: files of our kinds, by absolute paths. */
export function isDataFile(data: DataChoice | undefined): boolean {
  if (data === undefined || data.kind === 'random') return data !== undefined;
  // A restored panel takes rows of further inputs and tokenizers from the settings alone.
  if (data.kind === 'file' && (data.inputs !== undefined || data.vocabulary !== undefined)) return false;
  const references = [data.kind === 'file' ? data.data : undefined, data.labels];
  return references.every(reference => {
    if (reference === undefined) return true;
    const { file } = splitReference(reference);
    return path.isAbsolute(file) && (isOfKind(file, DATA_FILES) || isOfKind(file, INSPECTED_FILES));
  });
}

/** A folder of saved activations, or a SavedModel's; what is in it, the engine looks at. */
async function isFolderOfWorkspace(uri: vscode.Uri): Promise<boolean> {
  if (!vscode.workspace.getWorkspaceFolder(uri)) return false;
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
  } catch {
    return false;
  }
}

/** What the settings say of a model's inspections. */
export function sessionSettings(model: vscode.Uri): SessionSettings {
  const seconds = setting('confirmAboveSeconds', model);
  const megabytes = setting('memoryLimitMegabytes');
  return {
    parameters: inspectSettings(model),
    confirmAboveMilliseconds: 1000 * (typeof seconds === 'number' && seconds >= 0 ? seconds : 60),
    memoryLimitBytes: typeof megabytes === 'number' && megabytes > 0 ? megabytes * 2 ** 20 : undefined,
  };
}
