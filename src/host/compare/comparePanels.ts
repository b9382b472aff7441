import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { DataChoice, FromView } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { INSPECTED_FILES, isOfKind } from '../base/fileKinds';
import { packArrays } from '../base/packArrays';
import { iconPath, viewPage, webviewOptions } from '../base/view';
import type { DataLinks } from '../data/dataLinks';
import { sessionSettings } from '../inspect/inspectPanels';
import { parseFromView, parseRestore, safeFileName } from '../inspect/messages';
import { CompareSession, type CompareRequest } from './compareSession';

export const COMPARE_TYPE = 'neuralTopology.compare';

export interface ComparePanelsContext {
  readonly extension: vscode.Uri;
  readonly engine: () => Promise<EngineLike>;
  readonly links: DataLinks;
  readonly log: vscode.LogOutputChannel;
  /** Asks which data the models are run on. */
  pickData(model: vscode.Uri, current: DataChoice | undefined): Promise<DataChoice | undefined>;
  openDocs(page: string): Promise<void>;
}

interface Open {
  readonly panel: vscode.WebviewPanel;
  readonly session: CompareSession;
}

/** Panels that compare models, beside the editor: one for the same models in the same order. */
export class ComparePanels implements vscode.WebviewPanelSerializer, Disposable {
  private readonly store = new DisposableStore();
  private readonly open = new Map<string, Open>();
  /** What others are to be compared with. */
  selected: readonly vscode.Uri[] = [];

  constructor(private readonly context: ComparePanelsContext) {
    this.store.add(vscode.window.registerWebviewPanelSerializer(COMPARE_TYPE, this));
    this.store.add({
      dispose: () => {
        for (const { session } of this.open.values()) session.dispose();
      },
    });
  }

  select(models: readonly vscode.Uri[]): void {
    this.selected = models;
  }

  /** Shows the comparison of these models, and asks for data where none of them has any. Of fewer than two there is nothing to show. */
  async reveal(given: readonly vscode.Uri[]): Promise<void> {
    const models = given.slice(0, MOST_MODELS);
    if (models.length < 2) return;
    const files = models.map(model => model.fsPath);
    const there = this.open.get(files.join('\n'));
    if (there !== undefined) {
      there.panel.reveal(undefined, false);
      if (there.session.result === undefined && !there.session.isRunning) await this.start(there);
      return;
    }
    const data = models.map(model => this.context.links.get(model)).find(link => link !== undefined);
    const panel = vscode.window.createWebviewPanel(
      COMPARE_TYPE,
      titleOf(files),
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: data === undefined },
      { ...webviewOptions(this.context.extension), enableFindWidget: true },
    );
    await this.start(this.adopt(panel, { models: files, data, points: undefined }));
  }

  /** Called by VS Code for each panel that was open when the window was reloaded. What the view kept is checked. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const request = restored(state);
    if (request === undefined || this.open.has(request.models.join('\n'))) {
      panel.dispose();
      return Promise.resolve();
    }
    const made = this.adopt(panel, request);
    // Not awaited: VS Code shows the panel once this returns.
    void made.session.start();
    return Promise.resolve();
  }

  dispose(): void {
    this.store.dispose();
  }

  private async start(open: Open): Promise<void> {
    if (open.session.data === undefined) await this.pickData(open);
    else await open.session.start();
  }

  private async pickData({ panel, session }: Open): Promise<void> {
    const model = vscode.Uri.file(session.models[0]!);
    const choice = await this.context.pickData(model, session.data);
    panel.reveal();
    if (choice === undefined) return;
    // Random input is tried out, not remembered: the next time there may be data.
    if (choice.kind !== 'random') await this.context.links.set(model, choice);
    await session.use(choice);
  }

  private adopt(panel: vscode.WebviewPanel, request: CompareRequest): Open {
    const { context } = this;
    const { webview } = panel;
    const key = request.models.join('\n');
    const session = new CompareSession(request, {
      engine: context.engine,
      settings: () => {
        const { parameters, ...others } = sessionSettings(vscode.Uri.file(request.models[0]!));
        return { ...others, points: parameters.points };
      },
      post: message => void webview.postMessage(packArrays(message)),
      changed: () => {},
      unexpected: error => context.log.error(error instanceof Error ? error : String(error)),
      uri: file => vscode.Uri.file(file).toString(),
      now: () => performance.now(),
      t: (message, ...args) => vscode.l10n.t(message, ...args),
    });
    const open = { panel, session };
    this.open.set(key, open);
    panel.title = titleOf(request.models);
    panel.iconPath = iconPath(context.extension, 'inspect');
    webview.options = webviewOptions(context.extension);
    webview.onDidReceiveMessage((message: unknown) => {
      const parsed = parseFromView(message);
      if (parsed === undefined) {
        context.log.warn(`${panel.title}: a message of its view was dropped, because it is none of ours.`);
        return;
      }
      this.handle(open, parsed).catch((error: unknown) => {
        context.log.error(error instanceof Error ? error : String(error));
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      });
    });
    panel.onDidDispose(() => {
      this.open.delete(key);
      session.dispose();
    });
    webview.html = viewPage(webview, context.extension, 'compare', panel.title);
    return open;
  }

  private async handle(open: Open, message: FromView): Promise<void> {
    const { session } = open;
    switch (message.type) {
      case 'ready':
        return session.replay();
      case 'cancel':
        return session.cancel();
      case 'rerun':
        return session.start();
      case 'confirm':
        return session.confirm(message.proceed);
      case 'pickData':
        return this.pickData(open);
      case 'inputs':
        return session.inputs(message.request, message.rows);
      case 'save':
        return this.save(open, message.suggestedName, message.format, message.content);
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied to the clipboard.'), 3000);
        return;
      case 'openDocs':
        return this.context.openDocs(message.page);
      case 'exportReport':
        return this.exportReport(open);
      case 'showLog':
        this.context.log.show();
        return;
      case 'chooseModel':
      case 'describe':
      case 'programWay':
      case 'redundancy':
      case 'prune':
        // Of an inspection alone.
        return;
    }
  }

  private async exportReport(open: Open): Promise<void> {
    const { result } = open.session;
    if (result === undefined) return;
    const engine = await this.context.engine();
    await this.save(open, 'comparison.html', 'html', await engine.run('compareReport', { result }));
  }

  /** Where a file goes is the person's to say, in VS Code's own dialog, which also asks before it overwrites. */
  private async save(
    { session }: Open,
    suggestedName: string,
    format: string,
    content: string | Uint8Array,
  ): Promise<void> {
    const folder = vscode.Uri.file(path.dirname(session.models[0]!));
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(folder, safeFileName(suggestedName, format)),
      filters: { [format.toUpperCase()]: [format] },
      saveLabel: vscode.l10n.t('Save'),
      title: vscode.l10n.t('Save as {0}', format.toUpperCase()),
    });
    if (!target) return;
    await vscode.workspace.fs.writeFile(
      target,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    );
    vscode.window.setStatusBarMessage(vscode.l10n.t('Saved {0}', vscode.workspace.asRelativePath(target)), 4000);
  }
}

function titleOf(models: readonly string[]): string {
  const names = models.map(model => path.basename(model));
  if (new Set(names).size === names.length) return names.join(' · ');
  return models.map(model => path.join(path.basename(path.dirname(model)), path.basename(model))).join(' · ');
}

/** Every pair of them is compared: 28. */
const MOST_MODELS = 8;

/** Only models and data files of our kinds are ever opened because of what a view kept. */
function restored(state: unknown): CompareRequest | undefined {
  const host = typeof state === 'object' && state !== null && 'host' in state ? state.host : undefined;
  if (typeof host !== 'object' || host === null || !('models' in host) || !Array.isArray(host.models)) return undefined;
  const models = (host.models as readonly unknown[]).map(model =>
    // Each is checked as an inspection's model and data are.
    parseRestore({ ...host, models: undefined, model }),
  );
  if (models.length < 2 || models.length > MOST_MODELS || models.some(model => model === undefined)) return undefined;
  const files = models.map(model => vscode.Uri.parse(model!.model));
  if (!files.every(file => file.scheme === 'file' && isOfKind(file.fsPath, INSPECTED_FILES))) return undefined;
  const { data, points } = models[0]!;
  return { models: files.map(file => file.fsPath), data, points };
}
