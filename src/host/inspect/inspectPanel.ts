import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { FromView, ProgramWay } from '../../protocol/panel';
import { iconPath, viewPage, webviewOptions } from '../base/view';
import type { InspectSession } from './inspectSession';
import { parseFromView, safeFileName } from './messages';

/** What a panel asks of the extension around it. */
export interface PanelActions {
  pickData(panel: InspectPanel): Promise<void>;
  chooseModel(): Promise<void>;
  /** The page that says what a panel's model holds, at a layer where one is given. */
  describe(panel: InspectPanel, layer: string | undefined): Promise<void>;
  programWay(panel: InspectPanel, way: ProgramWay): Promise<void>;
  exportReport(panel: InspectPanel): Promise<void>;
  redundancy(panel: InspectPanel): Promise<void>;
  prune(panel: InspectPanel): Promise<void>;
  openDocs(page: string): Promise<void>;
  showLog(): void;
}

/**
 * The tab that shows one session. Its content is gone while it is hidden; when it is back, its script says `ready` and is
 * given all that the session holds.
 */
export class InspectPanel implements Disposable {
  private readonly store = new DisposableStore();
  private stamp: string | undefined;
  private isReady = false;
  /** A layer to be shown as soon as the view is there. */
  private wanted: string | undefined;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly session: InspectSession,
    extension: vscode.Uri,
    private readonly actions: PanelActions,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const { webview } = panel;
    panel.iconPath = iconPath(extension, 'inspect');
    webview.options = webviewOptions(extension);
    this.store.add(webview.onDidReceiveMessage((message: unknown) => this.receive(message)));
    this.store.add(session);
    this.store.add(
      panel.onDidChangeViewState(() => {
        this.isReady &&= panel.visible;
      }),
    );
    void this.modelChanged();
    webview.html = viewPage(webview, extension, 'inspect', path.basename(session.model));
  }

  get model(): string {
    return this.session.model;
  }

  /** Shows a layer, now or when the view is there. */
  select(layer: string): void {
    if (this.isReady) this.session.select(layer);
    else this.wanted = layer;
  }

  /** Whether the model's file is another than when it was last asked about. */
  async modelChanged(): Promise<boolean> {
    const before = this.stamp;
    try {
      const { mtime, size } = await vscode.workspace.fs.stat(vscode.Uri.file(this.model));
      this.stamp = `${mtime} ${size}`;
    } catch {
      this.stamp = 'gone';
    }
    return before !== undefined && before !== this.stamp;
  }

  dispose(): void {
    this.store.dispose();
  }

  private receive(message: unknown): void {
    const parsed = parseFromView(message);
    if (!parsed) {
      this.log.warn(`${this.panel.title}: a message of its view was dropped, because it is none of ours.`);
      return;
    }
    this.handle(parsed).catch((error: unknown) => {
      this.log.error(error instanceof Error ? error : String(error));
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    });
  }

  private async handle(message: FromView): Promise<void> {
    const { session, actions } = this;
    switch (message.type) {
      case 'ready':
        session.replay();
        this.isReady = true;
        if (this.wanted !== undefined) this.select(this.wanted);
        this.wanted = undefined;
        return;
      case 'cancel':
        return session.cancel();
      case 'rerun':
        return session.rerun(message.changes);
      case 'confirm':
        return session.confirm(message.proceed);
      case 'pickData':
        return actions.pickData(this);
      case 'chooseModel':
        return actions.chooseModel();
      case 'describe':
        return actions.describe(this, message.layer);
      case 'programWay':
        return actions.programWay(this, message.way);
      case 'inputs':
        return session.inputs(message.request, message.rows);
      case 'save':
        return this.save(message.suggestedName, message.format, message.content);
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied to the clipboard.'), 3000);
        return;
      case 'openDocs':
        return actions.openDocs(message.page);
      case 'exportReport':
        return actions.exportReport(this);
      case 'redundancy':
        return actions.redundancy(this);
      case 'prune':
        return actions.prune(this);
      case 'showLog':
        return actions.showLog();
    }
  }

  /** Where a file goes is the person's to say, in VS Code's own dialog, which also asks before it overwrites. */
  private async save(suggestedName: string, format: string, content: string | Uint8Array): Promise<void> {
    const name = safeFileName(suggestedName, format);
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(vscode.Uri.file(path.dirname(this.model)), name),
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
