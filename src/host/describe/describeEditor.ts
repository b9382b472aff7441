import path from 'node:path';
import * as vscode from 'vscode';
import { Fault, isCancelled } from '../../base/fault';
import type { DescribeFromView, DescribeToView } from '../../protocol/describe';
import type { EngineLike } from '../base/engine';
import { viewPage, webviewOptions } from '../base/view';
import type { CommandId } from '../commands/table';
import { describeWords } from './words';

export const DESCRIBE_TYPE = 'neuralTopology.describe';

export interface DescribeContext {
  readonly extension: vscode.Uri;
  readonly engine: () => Promise<EngineLike>;
  readonly log: vscode.LogOutputChannel;
}

/** A model as a file to look at: nothing is held but its address. */
interface ModelDocument extends vscode.CustomDocument {
  readonly uri: vscode.Uri;
}

/** Opens a model as a page that says what it holds. It follows the file: a model that is written anew is read anew. */
export class DescribeEditor implements vscode.CustomReadonlyEditorProvider<ModelDocument> {
  constructor(private readonly context: DescribeContext) {}

  openCustomDocument(uri: vscode.Uri): ModelDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor(document: ModelDocument, panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    const abort = new AbortController();
    const post = (message: DescribeToView) => void webview.postMessage(message);
    let held: Promise<DescribeToView> | undefined;
    const show = async (): Promise<void> => {
      held ??= this.read(document.uri, abort.signal);
      const message = await held;
      if (!abort.signal.aborted) post(message);
    };

    const { dir, base } = path.parse(document.uri.fsPath);
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(dir), escapeGlob(base)),
    );
    const again = () => {
      held = undefined;
      void show();
    };
    const listeners = [
      watcher,
      watcher.onDidChange(again),
      watcher.onDidCreate(again),
      webview.onDidReceiveMessage((message: unknown) => {
        switch (kindOf(message)) {
          case 'ready':
            post({ type: 'words', words: describeWords((text, ...args) => vscode.l10n.t(text, ...args)) });
            return void show();
          case 'inspect':
            return void vscode.commands.executeCommand('neuralTopology.inspect' satisfies CommandId, document.uri);
          case 'showLog':
            return this.context.log.show();
          case undefined:
            return this.context.log.warn(`${base}: a message of its page was dropped, because it is none of ours.`);
        }
      }),
    ];
    panel.onDidDispose(() => {
      abort.abort();
      for (const listener of listeners) listener.dispose();
    });
    webview.options = webviewOptions(this.context.extension);
    webview.html = viewPage(webview, this.context.extension, 'describe', base);
  }

  private async read(uri: vscode.Uri, signal: AbortSignal): Promise<DescribeToView> {
    const name = path.basename(uri.fsPath);
    try {
      const engine = await this.context.engine();
      const model = await engine.run('describe', { model: uri.fsPath }, { signal });
      const { size } = await vscode.workspace.fs.stat(uri);
      return { type: 'model', name, sizeBytes: size, model };
    } catch (error) {
      if (error instanceof Fault) return { type: 'failed', name, fault: error.toData() };
      if (!isCancelled(error)) this.context.log.error(error instanceof Error ? error : String(error));
      const message = vscode.l10n.t(
        'The model could not be described: {0}',
        error instanceof Error ? error.message : String(error),
      );
      return { type: 'failed', name, fault: { code: 'unsupported', message, source: uri.fsPath } };
    }
  }
}

/** What a page may send has a kind and nothing else. */
function kindOf(message: unknown): DescribeFromView['type'] | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const kinds: readonly DescribeFromView['type'][] = ['ready', 'inspect', 'showLog'];
  return kinds.find(kind => kind === message.type);
}

/** A file's name as a glob that matches it alone. */
function escapeGlob(name: string): string {
  return name.replace(/[*?[\]{}]/g, character => `[${character}]`);
}
