import path from 'node:path';
import * as vscode from 'vscode';
import type { DescribeFromView } from '../../protocol/describe';
import type { ProgramWay } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { isOnDisk, notOnDisk } from '../base/onDisk';
import { packArrays } from '../base/packArrays';
import type { Translate } from '../base/translate';
import { iconPath, viewPage, webviewOptions } from '../base/view';
import type { CommandId } from '../commands/table';
import type { KeptAnswers } from '../program/keptAnswers';
import { DescribeSession } from './describeSession';
import { parseDescribeMessage } from './messages';

export const DESCRIBE_TYPE = 'neuralTopology.describe';
/** The same page for files that other programs write, too: it opens only where it is asked for. */
export const DESCRIBE_SHARED_TYPE = 'neuralTopology.describeShared';

export interface DescribeContext {
  readonly extension: vscode.Uri;
  readonly engine: () => Promise<EngineLike>;
  readonly log: vscode.LogOutputChannel;
  readonly answers: KeptAnswers;
  /** Opens the topology of a model, at a layer where one is given. */
  readonly inspect: (model: vscode.Uri, layer: string | undefined) => Promise<void>;
  readonly mapper: (model: vscode.Uri, layer: string) => Promise<void>;
}

/** What is behind each way to a result of weights without a program. */
const WAYS: Readonly<Record<ProgramWay, CommandId>> = {
  chooseActivation: 'neuralTopology.chooseActivation',
  createLayerList: 'neuralTopology.createLayerList',
  openLayerList: 'neuralTopology.createLayerList',
  copyExportCode: 'neuralTopology.copyExportCode',
  runWithPython: 'neuralTopology.runWithPython',
};

/** A model as a file to look at: nothing is held but its address. */
interface ModelDocument extends vscode.CustomDocument {
  readonly uri: vscode.Uri;
}

/** Opens a model as a page that says what it holds. It follows the file: a model that is written anew is read anew. */
export class DescribeEditor implements vscode.CustomReadonlyEditorProvider<ModelDocument> {
  /** The pages of each model, the last one that was opened last. */
  private readonly sessions = new Map<string, DescribeSession[]>();
  private readonly awaited = new Map<string, string>();

  constructor(private readonly context: DescribeContext) {}

  openCustomDocument(uri: vscode.Uri): ModelDocument {
    return { uri, dispose: () => undefined };
  }

  /** Opens a model's page, or brings it to the front, and shows a layer there. */
  async reveal(model: vscode.Uri, layer: string | undefined): Promise<void> {
    const before = this.sessions.get(model.fsPath)?.at(-1);
    if (layer !== undefined && before === undefined) this.awaited.set(model.fsPath, layer);
    await vscode.commands.executeCommand('vscode.openWith', model, DESCRIBE_TYPE);
    if (layer !== undefined) before?.reveal(layer);
  }

  /** Pages of weights show what was said of them. */
  answersChanged(): void {
    for (const session of [...this.sessions.values()].flat()) void session.changed('answer');
  }

  /** Pages of weights beside a list of layers show what it says. */
  layerListChanged(list: string): void {
    for (const [model, sessions] of this.sessions)
      if (path.dirname(model) === path.dirname(list)) for (const session of sessions) void session.changed('layerList');
  }

  resolveCustomEditor(document: ModelDocument, panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    const { uri } = document;
    const { dir, base } = path.parse(uri.fsPath);
    // The same path on this disk may be another file, such as the version that a repository's older one is compared with.
    const elsewhere = isOnDisk(uri) ? undefined : notOnDisk(uri, translate);
    const session = new DescribeSession(uri.fsPath, {
      engine: elsewhere === undefined ? this.context.engine : () => Promise.reject(elsewhere),
      post: message => void webview.postMessage(packArrays(message)),
      answers: this.context.answers,
      now: () => Date.now(),
      sizeBytes: async () => (await vscode.workspace.fs.stat(uri)).size,
      unexpected: error => this.context.log.error(error instanceof Error ? error : String(error)),
      t: translate,
    });
    const awaited = this.awaited.get(uri.fsPath);
    this.awaited.delete(uri.fsPath);
    if (awaited !== undefined) session.reveal(awaited);
    session.prepare();
    this.sessions.set(uri.fsPath, [...(this.sessions.get(uri.fsPath) ?? []), session]);
    panel.iconPath = iconPath(this.context.extension, 'describe');

    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(dir), escapeGlob(base)),
    );
    let writing: NodeJS.Timeout | undefined;
    // A file that is being written changes many times: it is read when it has come to rest.
    const changed = () => {
      clearTimeout(writing);
      writing = setTimeout(() => void session.changed('file'), REST);
    };
    const listeners = [
      watcher,
      { dispose: () => clearTimeout(writing) },
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(() => {
        clearTimeout(writing);
        session.gone();
      }),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) session.hidden();
      }),
      webview.onDidReceiveMessage((message: unknown) => {
        const parsed = parseDescribeMessage(message);
        if (parsed === undefined)
          return this.context.log.warn(`${base}: a message of its page was dropped, because it is none of ours.`);
        this.handle(parsed, uri, session).catch((error: unknown) => {
          this.context.log.error(error instanceof Error ? error : String(error));
          void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
        });
      }),
    ];
    panel.onDidDispose(() => {
      session.dispose();
      this.sessions.set(
        uri.fsPath,
        (this.sessions.get(uri.fsPath) ?? []).filter(other => other !== session),
      );
      for (const listener of listeners) listener.dispose();
    });
    webview.options = webviewOptions(this.context.extension);
    webview.html = viewPage(webview, this.context.extension, 'describe', base);
  }

  private async handle(message: DescribeFromView, uri: vscode.Uri, session: DescribeSession): Promise<void> {
    switch (message.type) {
      case 'ready':
        return session.replay();
      case 'layout':
        return session.layout(message.request, message.open);
      case 'weights':
        return session.weights(message.layer);
      case 'checkWeights':
        return session.check();
      case 'inspect':
        return this.context.inspect(uri, message.layer);
      case 'mapper':
        return this.context.mapper(uri, message.layer);
      case 'forgetChoices':
        await vscode.commands.executeCommand('neuralTopology.forgetChoices' satisfies CommandId, uri);
        return;
      case 'programWay':
        await vscode.commands.executeCommand(WAYS[message.way], uri);
        return;
      case 'showLog':
        return this.context.log.show();
    }
  }
}

const translate: Translate = (text, ...args) => vscode.l10n.t(text, ...args);

/** Milliseconds without a change after which a file counts as written. */
const REST = 250;

/** A file's name as a glob that matches it alone. */
function escapeGlob(name: string): string {
  return name.replace(/[*?[\]{}]/g, character => `[${character}]`);
}
