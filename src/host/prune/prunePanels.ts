import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { PruneFromView } from '../../protocol/prune';
import type { EngineLike } from '../base/engine';
import { isOfKind, MODEL_FILES } from '../base/fileKinds';
import { packArrays } from '../base/packArrays';
import { iconPath, viewPage, webviewOptions } from '../base/view';
import type { DataLinks } from '../data/dataLinks';
import type { Measurements } from '../results/measurements';
import { parsePruneMessage, parsePruneRestore } from './messages';
import { PruneSession, type PruneData, type PruneRequest } from './pruneSession';

export const PRUNE_TYPE = 'neuralTopology.prune';

export interface PrunePanelsContext {
  readonly extension: vscode.Uri;
  readonly engine: () => Promise<EngineLike>;
  readonly links: DataLinks;
  /** Where what was measured of single layers is kept for the lines of their source. */
  readonly measurements: Pick<Measurements, 'addPruning'>;
  readonly log: vscode.LogOutputChannel;
  readonly actions: {
    /** Asks for data, remembers it, and runs. */
    pickData(session: PruneSession): Promise<void>;
    pickHoldout(session: PruneSession): Promise<void>;
    inspect(model: vscode.Uri): Promise<void>;
    openDocs(page: string): Promise<void>;
  };
}

/** All panels that prune: one a model. */
export class PrunePanels implements vscode.WebviewPanelSerializer, Disposable {
  private readonly store = new DisposableStore();
  private readonly open = new Map<string, { readonly panel: vscode.WebviewPanel; readonly session: PruneSession }>();

  constructor(private readonly context: PrunePanelsContext) {
    this.store.add(vscode.window.registerWebviewPanelSerializer(PRUNE_TYPE, this));
    this.store.add({
      dispose: () => {
        for (const { session } of this.open.values()) session.dispose();
      },
    });
  }

  get active(): PruneSession | undefined {
    return [...this.open.values()].find(one => one.panel.active)?.session;
  }

  /** The panel of a model, in front. A new one shows its layout at once and has not started yet. */
  reveal(model: vscode.Uri): PruneSession {
    const there = this.open.get(model.fsPath);
    if (there) {
      there.panel.reveal();
      return there.session;
    }
    const panel = vscode.window.createWebviewPanel(PRUNE_TYPE, path.basename(model.fsPath), vscode.ViewColumn.Active, {
      ...webviewOptions(this.context.extension),
      enableFindWidget: true,
    });
    return this.adopt(panel, {
      model: model.fsPath,
      data: this.linked(model),
      holdout: undefined,
      settings: { ratio: undefined, layerRatios: {} },
    });
  }

  /** Called by VS Code for each panel that was open when the window was reloaded. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = parsePruneRestore(
      typeof state === 'object' && state !== null && 'restore' in state ? state.restore : undefined,
    );
    const model = kept && vscode.Uri.parse(kept.model);
    if (
      kept === undefined ||
      model?.scheme !== 'file' ||
      !isOfKind(model.fsPath, MODEL_FILES) ||
      this.open.has(model.fsPath)
    ) {
      panel.dispose();
      return;
    }
    const session = this.adopt(panel, {
      model: model.fsPath,
      data: this.linked(model),
      holdout: undefined,
      settings: kept.settings,
    });
    // Not awaited: VS Code shows the panel once this returns.
    void session.run(kept.settings);
    return Promise.resolve();
  }

  dispose(): void {
    this.store.dispose();
  }

  private linked(model: vscode.Uri): PruneData | undefined {
    const link = this.context.links.get(model);
    return link?.kind === 'file' ? link : undefined;
  }

  private adopt(panel: vscode.WebviewPanel, request: PruneRequest): PruneSession {
    const { context } = this;
    const { webview } = panel;
    const unexpected = (error: unknown) => context.log.error(error instanceof Error ? error : String(error));
    const session = new PruneSession(request, {
      engine: context.engine,
      post: message => {
        void webview.postMessage(packArrays(message));
        if (message.type === 'result') context.measurements.addPruning(request.model, message.result).catch(unexpected);
      },
      unexpected,
      uri: file => vscode.Uri.file(file).toString(),
      t: (message, ...args) => vscode.l10n.t(message, ...args),
    });
    const name = path.basename(request.model);
    panel.title = vscode.l10n.t('{0} · pruning', name);
    panel.iconPath = iconPath(context.extension, 'inspect');
    webview.options = webviewOptions(context.extension);
    const listener = webview.onDidReceiveMessage((message: unknown) => {
      const parsed = parsePruneMessage(message);
      if (parsed === undefined)
        return context.log.warn(`${panel.title}: a message of its view was dropped, because it is none of ours.`);
      this.handle(parsed, session).catch((error: unknown) => {
        unexpected(error);
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      });
    });
    panel.onDidDispose(() => {
      this.open.delete(request.model);
      listener.dispose();
      session.dispose();
    });
    this.open.set(request.model, { panel, session });
    webview.html = viewPage(webview, context.extension, 'prune', name);
    return session;
  }

  private async handle(message: PruneFromView, session: PruneSession): Promise<void> {
    const { actions, log } = this.context;
    switch (message.type) {
      case 'ready':
        return session.replay();
      case 'run':
        return session.run(message.settings);
      case 'cancel':
        return session.cancel();
      case 'write':
        return this.write(session);
      case 'pickData':
        return actions.pickData(session);
      case 'pickHoldout':
        return actions.pickHoldout(session);
      case 'copyCommand':
        await vscode.env.clipboard.writeText(session.commandLine);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied to the clipboard.'), 3000);
        return;
      case 'openDocs':
        return actions.openDocs('pruning');
      case 'showLog':
        return log.show();
    }
  }

  /** Where the smaller model goes is the person's to say, in VS Code's own dialog, which also asks before it overwrites. */
  private async write(session: PruneSession): Promise<void> {
    if (session.result === undefined) return;
    const { dir, name, ext } = path.parse(session.model);
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.file(path.join(dir, `${name}-pruned${ext}`)),
      saveLabel: vscode.l10n.t('Write'),
      title: vscode.l10n.t('Write pruned model'),
    });
    if (!target) return;
    const file = vscode.Uri.file(await session.write(target.fsPath));
    const inspect = vscode.l10n.t('Inspect Layer Topology');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} was run before it was written, and has the accuracy that is shown.',
        path.basename(file.fsPath),
      ),
      inspect,
    );
    if (answer === inspect) await this.context.actions.inspect(file);
  }
}
