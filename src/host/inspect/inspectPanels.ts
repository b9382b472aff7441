import path from 'node:path';
import * as vscode from 'vscode';
import type { DisposableStore } from '../../base/lifecycle';
import type { DataChoice, FromView, ProgramWay } from '../../protocol/panel';
import { DATA_FILES, INSPECTED_FILES, isOfKind, WEIGHTS_FILES } from '../base/fileKinds';
import { inspectSettings, setting } from '../base/settings';
import type { DataLinks } from '../data/dataLinks';
import { splitReference } from '../data/reference';
import { keptParameters } from '../running/parameterChanges';
import type { RunSettings } from '../running/runSession';
import { resultEntry } from '../results/history';
import type { RunSaid } from '../running/runs';
import { SessionPanels, type PanelsContext } from '../running/sessionPanels';
import { InspectPanel } from './inspectPanel';
import { InspectSession, type InspectRequest, type SessionContext } from './inspectSession';
import { parseFromView, parseRestore } from './messages';

export interface InspectPanelsContext extends PanelsContext {
  readonly links: DataLinks;
  readonly finishedBefore: SessionContext['finishedBefore'];
  readonly answers: SessionContext['answers'];
  pickData(panel: InspectPanel): Promise<void>;
  chooseModel(): Promise<void>;
  /** The page that says what a panel's model holds, at a layer where one is given. */
  describe(panel: InspectPanel, layer: string | undefined): Promise<void>;
  programWay(panel: InspectPanel, way: ProgramWay): Promise<void>;
  exportReport(panel: InspectPanel): Promise<void>;
  redundancy(panel: InspectPanel): Promise<void>;
  mapper(panel: InspectPanel, layer: string): Promise<void>;
  prune(panel: InspectPanel): Promise<void>;
}

/** All panels of this window: one a model. Fires when one comes, goes, or changes its status. */
export class InspectPanels extends SessionPanels<InspectRequest, FromView, InspectPanel, InspectPanelsContext> {
  private readonly changes = this.store.add(new vscode.EventEmitter<InspectPanel | undefined>());
  readonly onDidChange = this.changes.event;

  constructor(context: InspectPanelsContext) {
    super('inspect', context);
  }

  get(model: vscode.Uri): InspectPanel | undefined {
    return this.find(model.fsPath);
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
    const request = { model: model.fsPath, data: link, parameters: {} };
    return this.create(request, vscode.ViewColumn.Active, link === undefined);
  }

  protected keyOf({ model }: InspectRequest): string {
    return model;
  }

  protected titleOf({ model }: InspectRequest): string {
    return titled(path.basename(model));
  }

  protected override subjectOf({ session }: InspectPanel): RunSaid {
    const name = path.basename(session.model);
    return {
      name,
      doing: vscode.l10n.t('inspecting {0}', name),
      entry: () => {
        const { model, result, data, parameters } = session;
        // What was asked for, not what came of it: it may have been more points than there are rows.
        return result && data && resultEntry(model, data, parameters, result.layers.length, Date.now());
      },
    };
  }

  protected make(panel: vscode.WebviewPanel, request: InspectRequest, own: DisposableStore): InspectPanel {
    const { context } = this;
    const changed = () => this.changes.fire(made);
    const session: InspectSession = new InspectSession(request, {
      ...this.surroundings(panel),
      finishedBefore: context.finishedBefore,
      answers: context.answers,
      mayRunPython: model => vscode.workspace.isTrusted && isOfKind(model, WEIGHTS_FILES),
      settings: model => sessionSettings(vscode.Uri.file(model)),
      changed,
    });
    const made: InspectPanel = new InspectPanel(panel, session, own);
    own.add(panel.onDidChangeViewState(changed));
    return made;
  }

  protected resume({ session }: InspectPanel): Promise<void> {
    return session.start();
  }

  protected parse(message: unknown): FromView | undefined {
    return parseFromView(message);
  }

  protected handle(message: FromView, panel: InspectPanel): Promise<void> | void {
    const { context } = this;
    const { session } = panel;
    switch (message.type) {
      case 'ready':
        return panel.ready();
      case 'rerun':
        return session.rerun(message.changes);
      case 'pickData':
        return context.pickData(panel);
      case 'chooseModel':
        return context.chooseModel();
      case 'describe':
        return context.describe(panel, message.layer);
      case 'programWay':
        return context.programWay(panel, message.way);
      case 'inputs':
        return session.inputs(message.request, message.rows);
      case 'exportReport':
        return context.exportReport(panel);
      case 'redundancy':
        return context.redundancy(panel);
      case 'mapper':
        return context.mapper(panel, message.layer);
      case 'prune':
        return context.prune(panel);
      case 'cancel':
      case 'confirm':
      case 'copy':
      case 'save':
      case 'openDocs':
      case 'showLog':
        return this.answer(message, panel, path.dirname(session.model));
    }
  }

  /** Names of tabs: the file's alone, and its folder's before it where two models have the same. */
  protected override changed(): void {
    const names = this.all.map(({ model }) => path.basename(model));
    for (const { model, panel } of this.all) {
      const name = path.basename(model);
      const shared = names.filter(other => other === name).length > 1;
      const title = shared ? `${path.basename(path.dirname(model))}/${name}` : name;
      panel.title = titled(title);
    }
    this.changes.fire(undefined);
  }

  /** What the view kept is checked: only a model and data files of our kinds are ever opened because of it. */
  protected async restored(state: unknown): Promise<InspectRequest | undefined> {
    const kept = parseRestore(state);
    if (!kept) return undefined;
    const uri = vscode.Uri.parse(kept.model);
    if (uri.scheme !== 'file') return undefined;
    if (!isOfKind(uri.fsPath, INSPECTED_FILES) && !(await isFolderOfWorkspace(uri))) return undefined;
    const data: DataChoice | undefined = isDataFile(kept.data) ? kept.data : this.context.links.get(uri);
    return { model: uri.fsPath, data, parameters: keptParameters(kept) };
  }
}

function titled(name: string): string {
  return vscode.l10n.t('{0} · topology', name);
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
export function sessionSettings(model: vscode.Uri): RunSettings {
  const seconds = setting('confirmAboveSeconds', model);
  const megabytes = setting('memoryLimitMegabytes');
  return {
    parameters: inspectSettings(model),
    confirmAboveMilliseconds: 1000 * (typeof seconds === 'number' && seconds >= 0 ? seconds : 60),
    memoryLimitBytes: typeof megabytes === 'number' && megabytes > 0 ? megabytes * 2 ** 20 : undefined,
  };
}
