import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { EngineLike } from '../base/engine';
import { packArrays } from '../base/packArrays';
import { safeFileName } from '../base/safeFileName';
import { iconPath, viewPage, webviewOptions, type ViewName } from '../base/view';
import type { RunContext } from './runSession';
import type { RunSaid, RunStatus, Runs } from './runs';

export interface PanelsContext {
  readonly extension: vscode.Uri;
  readonly engine: () => Promise<EngineLike>;
  readonly log: vscode.LogOutputChannel;
  /** What runs is said outside of the panels, too. */
  readonly runs: Runs;
  readonly openDocs: (page: string) => Promise<void>;
}

/** What a panel shows, without the panel. */
export interface ShownSession extends Disposable {
  /** Brings a view that knows nothing to where the session is. */
  replay(): void;
  cancel(): void;
  /** The answer to the question before a long run. */
  confirm(proceed: boolean): void;
}

export interface Shown<Session> {
  readonly panel: vscode.WebviewPanel;
  readonly session: Session;
}

/** What every view of ours may send, and is answered alike. */
export type CommonMessage =
  | { readonly type: 'ready' | 'cancel' | 'showLog' }
  | { readonly type: 'confirm'; readonly proceed: boolean }
  | { readonly type: 'copy'; readonly text: string }
  | {
      readonly type: 'save';
      readonly suggestedName: string;
      readonly format: string;
      readonly content: string | Uint8Array;
    }
  | { readonly type: 'openDocs'; readonly page: string };

/**
 * The tabs of one kind of view: one for each thing that is looked at. A tab's content is gone while it is hidden; when it is back, its script says
 * `ready` and is given all that the session holds.
 */
export abstract class SessionPanels<
  Request,
  Message extends { readonly type: string },
  One extends Shown<ShownSession>,
  Context extends PanelsContext,
>
  implements vscode.WebviewPanelSerializer, Disposable
{
  protected readonly store = new DisposableStore();
  private readonly open = new Map<string, { readonly one: One; readonly own: DisposableStore }>();
  /** Who is told how the run in a panel goes. */
  private readonly told = new WeakMap<vscode.WebviewPanel, (status: RunStatus) => void>();

  protected constructor(
    private readonly view: ViewName,
    protected readonly context: Context,
  ) {
    this.store.add(vscode.window.registerWebviewPanelSerializer(`neuralTopology.${view}`, this));
    this.store.add({
      dispose: () => {
        for (const { own } of this.open.values()) own.dispose();
      },
    });
  }

  get all(): readonly One[] {
    return Array.from(this.open.values(), ({ one }) => one);
  }

  /** The one whose tab is in front. */
  get active(): One | undefined {
    return this.all.find(({ panel }) => panel.active);
  }

  dispose(): void {
    this.store.dispose();
  }

  /** Called by VS Code for each tab that was open when the window was reloaded. What the view kept is checked. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = typeof state === 'object' && state !== null && 'host' in state ? state.host : undefined;
    const request = await this.restored(kept);
    if (request === undefined || this.open.has(this.keyOf(request))) panel.dispose();
    // Not awaited: VS Code shows the panel once this returns.
    else void this.resume(this.adopt(panel, request));
  }

  /** What a view kept for us; `undefined` where that is not of our making, or names what may not be opened because a view says so. */
  protected abstract restored(kept: unknown): Request | undefined | Promise<Request | undefined>;

  /** Two requests of one key share a tab. */
  protected abstract keyOf(request: Request): string;

  protected abstract titleOf(request: Request): string;

  /** The session of a new tab, which has not started yet. What is added to `own` goes with the tab. */
  protected abstract make(panel: vscode.WebviewPanel, request: Request, own: DisposableStore): One;

  /** Starts what a tab showed before the window was reloaded. */
  protected abstract resume(one: One): Promise<void>;

  /** A message of ours; `undefined` for any other: a view has drawn strangers' text. */
  protected abstract parse(message: unknown): Message | undefined;

  protected abstract handle(message: Message, one: One): Promise<void> | void;

  protected find(key: string): One | undefined {
    return this.open.get(key)?.one;
  }

  protected create(request: Request, viewColumn: vscode.ViewColumn, preserveFocus = false): One {
    const panel = vscode.window.createWebviewPanel(
      `neuralTopology.${this.view}`,
      this.titleOf(request),
      { viewColumn, preserveFocus },
      { ...webviewOptions(this.context.extension), enableFindWidget: true },
    );
    return this.adopt(panel, request);
  }

  /** What is said of a run outside of its panel. */
  protected subjectOf({ panel }: One): RunSaid {
    return { name: panel.title, doing: panel.title, entry: () => undefined };
  }

  /** What sessions are told of their surroundings. */
  protected surroundings<Posted extends { readonly type: string }>(panel: vscode.WebviewPanel): RunContext<Posted> {
    const { context } = this;
    return {
      engine: context.engine,
      post: message => {
        void panel.webview.postMessage(packArrays(message));
        if (tellsStatus(message)) this.told.get(panel)?.(message.status);
      },
      unexpected: error => context.log.error(error instanceof Error ? error : String(error)),
      uri: file => vscode.Uri.file(file).toString(),
      now: () => performance.now(),
      t: (message, ...args) => vscode.l10n.t(message, ...args),
    };
  }

  /** What is answered alike, whichever view sends it. Files are suggested a place in `folder`. */
  protected async answer(message: CommonMessage, { session }: One, folder?: string): Promise<void> {
    switch (message.type) {
      case 'ready':
        return session.replay();
      case 'cancel':
        return session.cancel();
      case 'confirm':
        return session.confirm(message.proceed);
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied to the clipboard.'), 3000);
        return;
      case 'save':
        return saveAs(folder ?? '', message);
      case 'openDocs':
        return this.context.openDocs(message.page);
      case 'showLog':
        return this.context.log.show();
    }
  }

  private adopt(panel: vscode.WebviewPanel, request: Request): One {
    const { extension, log } = this.context;
    const { webview } = panel;
    const key = this.keyOf(request);
    const own = new DisposableStore();
    const one = this.make(panel, request, own);
    own.add(one.session);
    this.open.set(key, { one, own });
    // First of all that is told when the tab goes: nobody may find it here then, for it answers no more.
    panel.onDidDispose(() => {
      this.open.delete(key);
      own.dispose();
      this.changed();
    });
    panel.title = this.titleOf(request);
    const subject = this.subjectOf(one);
    this.told.set(panel, this.context.runs.follow(panel, { ...subject, cancel: () => one.session.cancel() }));
    panel.iconPath = iconPath(extension, 'inspect');
    webview.options = webviewOptions(extension);
    own.add(
      webview.onDidReceiveMessage((message: unknown) => {
        const parsed = this.parse(message);
        if (parsed === undefined) {
          log.warn(`${panel.title}: a message of its view was dropped, because it is none of ours.`);
          return;
        }
        Promise.resolve(parsed)
          .then(ours => this.handle(ours, one))
          .catch((error: unknown) => {
            log.error(error instanceof Error ? error : String(error));
            void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
          });
      }),
    );
    this.changed();
    webview.html = viewPage(webview, extension, this.view, panel.title);
    return one;
  }

  /** A tab came or went. */
  protected changed(): void {}
}

/** The status of a run has one form in all that is posted. */
function tellsStatus(message: {
  readonly type: string;
}): message is { readonly type: 'status'; readonly status: RunStatus } {
  return message.type === 'status';
}

/** Where a file goes is the person's to say, in VS Code's own dialog, which also asks before it overwrites. */
export async function saveAs(
  folder: string,
  { suggestedName, format, content }: Extract<CommonMessage, { type: 'save' }>,
): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(path.join(folder, safeFileName(suggestedName, format))),
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
