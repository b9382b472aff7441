import path from 'node:path';
import * as vscode from 'vscode';
import { TIMELINE_POINTS } from '../../analyses/timeline/timeline';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { Engine } from '../../engine';
import type { DataChoice, TimelineFromView } from '../../protocol/timeline';
import { packArrays } from '../base/packArrays';
import { inspectSettings } from '../base/settings';
import { iconPath, viewPage, webviewOptions } from '../base/view';
import { isDataFile } from '../inspect/inspectPanels';
import { safeFileName } from '../inspect/messages';
import { parseTimelineMessage, parseTimelineRestore } from './messages';
import { TimelineSession, type TimelineRequest } from './timelineSession';

export const TIMELINE_TYPE = 'neuralTopology.timeline';

export interface TimelinePanelsContext {
  readonly extension: vscode.Uri;
  readonly engine: () => Promise<Engine>;
  readonly log: vscode.LogOutputChannel;
  /** The data that was chosen for a folder. */
  readonly linked: (folder: vscode.Uri) => DataChoice | undefined;
  /** Asks for data for a panel's checkpoints. */
  readonly pickData: (panel: TimelinePanel) => Promise<void>;
  readonly inspect: (model: vscode.Uri) => Promise<void>;
  /** Undefined where two models cannot be compared. */
  readonly compare: ((a: vscode.Uri, b: vscode.Uri) => Promise<void>) | undefined;
  readonly openDocs: (page: string) => Promise<void>;
}

export interface TimelinePanel {
  readonly panel: vscode.WebviewPanel;
  readonly session: TimelineSession;
}

/** All timelines of this window: one a folder, or a choice of its files. Each watches its folder. */
export class TimelinePanels implements vscode.WebviewPanelSerializer, Disposable {
  private readonly store = new DisposableStore();
  private readonly open = new Map<string, TimelinePanel>();

  constructor(private readonly context: TimelinePanelsContext) {
    this.store.add(vscode.window.registerWebviewPanelSerializer(TIMELINE_TYPE, this));
    this.store.add({
      dispose: () => {
        for (const { session } of this.open.values()) session.dispose();
      },
    });
  }

  /** The panel of a folder, in front, beside the editor; a new one has not started yet. */
  reveal(request: TimelineRequest): TimelinePanel {
    const there = this.open.get(keyOf(request));
    if (there) {
      there.panel.reveal();
      return there;
    }
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: request.data === undefined };
    const panel = vscode.window.createWebviewPanel(TIMELINE_TYPE, titleOf(request), where, {
      ...webviewOptions(this.context.extension),
      enableFindWidget: true,
    });
    return this.adopt(panel, request);
  }

  /** Called by VS Code for each panel that was open when the window was reloaded. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = parseTimelineRestore(
      typeof state === 'object' && state !== null && 'host' in state ? state.host : undefined,
    );
    const folder = kept && vscode.Uri.parse(kept.folder);
    // Only folders of the workspace are read because a view says so.
    if (folder?.scheme !== 'file' || !vscode.workspace.getWorkspaceFolder(folder)) {
      panel.dispose();
      return Promise.resolve();
    }
    const request = {
      folder: folder.fsPath,
      ...(kept?.files === undefined ? {} : { files: kept.files }),
      data: isDataFile(kept?.data) ? kept?.data : this.context.linked(folder),
    };
    if (this.open.has(keyOf(request))) panel.dispose();
    else void this.adopt(panel, request).session.resume();
    return Promise.resolve();
  }

  dispose(): void {
    this.store.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, request: TimelineRequest): TimelinePanel {
    const { context } = this;
    const { webview } = panel;
    const own = new DisposableStore();
    const session = new TimelineSession(request, {
      makeTimeline: async (input, listeners) => {
        const [{ FolderTimeline }, engine] = await Promise.all([import('../../engine'), context.engine()]);
        return new FolderTimeline(engine, input, listeners);
      },
      parameters: folder => ({ ...inspectSettings(vscode.Uri.file(folder)), points: TIMELINE_POINTS, maxDimension: 1 }),
      post: message => void webview.postMessage(packArrays(message)),
      canCompare: context.compare !== undefined,
      unexpected: error => context.log.error(error instanceof Error ? error : String(error)),
      uri: file => vscode.Uri.file(file).toString(),
      t: (text, ...args) => vscode.l10n.t(text, ...args),
    });
    const made = { panel, session };
    this.open.set(keyOf(request), made);
    panel.iconPath = iconPath(context.extension, 'inspect');
    panel.title = titleOf(request);
    own.add(session);
    const watcher = own.add(
      vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(request.folder), '**')),
    );
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete])
      own.add(event(() => session.nudge()));
    own.add(
      webview.onDidReceiveMessage((message: unknown) => {
        const parsed = parseTimelineMessage(message);
        if (parsed === undefined)
          return context.log.warn(`${panel.title}: a message of its view was dropped, because it is none of ours.`);
        this.handle(parsed, made).catch((error: unknown) => {
          context.log.error(error instanceof Error ? error : String(error));
          void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
        });
      }),
    );
    panel.onDidDispose(() => {
      this.open.delete(keyOf(request));
      own.dispose();
    });
    webview.options = webviewOptions(context.extension);
    webview.html = viewPage(webview, context.extension, 'timeline', titleOf(request));
    return made;
  }

  private async handle(message: TimelineFromView, made: TimelinePanel): Promise<void> {
    const { context } = this;
    const { session } = made;
    const fileOf = (file: string) => {
      const found = session.pathOf(file);
      return found === undefined ? undefined : vscode.Uri.file(found);
    };
    switch (message.type) {
      case 'ready':
        return session.replay();
      case 'pickData':
        return context.pickData(made);
      case 'pause':
        return session.pause();
      case 'resume':
        void session.resume();
        return;
      case 'inspect': {
        const model = fileOf(message.file);
        return model && context.inspect(model);
      }
      case 'compare': {
        const [a, b] = message.files.map(fileOf);
        return a && b && context.compare?.(a, b);
      }
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied to the clipboard.'), 3000);
        return;
      case 'save':
        return saveTable(session.folder, message.suggestedName, message.content);
      case 'openDocs':
        return context.openDocs(message.page);
      case 'showLog':
        return context.log.show();
    }
  }
}

function keyOf({ folder, files }: TimelineRequest): string {
  return [folder, ...(files ?? [])].join('\0');
}

function titleOf({ folder }: TimelineRequest): string {
  return vscode.l10n.t('{0} · timeline', path.basename(folder));
}

/** Where it goes is the person's to say, in VS Code's own dialog, which also asks before it overwrites. */
async function saveTable(folder: string, suggested: string, content: string): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(folder), '..', safeFileName(suggested, 'csv')),
    filters: { CSV: ['csv'] },
    saveLabel: vscode.l10n.t('Save'),
    title: vscode.l10n.t('Save as {0}', 'CSV'),
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(content));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Saved {0}', vscode.workspace.asRelativePath(target)), 4000);
}
