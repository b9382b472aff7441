import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { SourceThread } from '../../engine';
import type { SourceQuestion, SourceQuestions } from '../../protocol/source';
import { isOfKind, SOURCE_FILES } from '../base/fileKinds';

/**
 * The thread that reads sources, and the texts of the editors for it. It is made with the first question; from then on each change of a text is passed on as it
 * is typed, which is all that this thread does for it.
 */
export class SourceService implements Disposable {
  private readonly store = new DisposableStore();
  private thread: Promise<SourceThread> | undefined;

  constructor(private readonly extension: vscode.Uri) {
    this.store.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.release()));
  }

  /** Rejects with a Fault. */
  async ask<Name extends SourceQuestion>(
    question: Name,
    input: SourceQuestions[Name]['input'],
    signal?: AbortSignal,
  ): Promise<SourceQuestions[Name]['output']> {
    this.thread ??= this.make();
    return (await this.thread).ask(question, input, signal);
  }

  dispose(): void {
    this.store.dispose();
    this.release();
  }

  private release(): void {
    const { thread } = this;
    this.thread = undefined;
    void thread?.then(
      made => made.dispose(),
      () => undefined,
    );
  }

  private async make(): Promise<SourceThread> {
    const { SourceThread: ThreadClass } = await import('../../engine');
    const dist = vscode.Uri.joinPath(this.extension, 'dist').fsPath;
    const thread = new ThreadClass({
      path: path.join(dist, 'source.js'),
      grammars: path.join(dist, 'grammars'),
      roots: (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => sourceName(uri)),
    });
    for (const document of vscode.workspace.textDocuments) open(thread, document);
    this.store.add(vscode.workspace.onDidOpenTextDocument(document => open(thread, document)));
    this.store.add(
      vscode.workspace.onDidCloseTextDocument(document => {
        if (isSource(document)) thread.closeText(sourceName(document.uri));
      }),
    );
    this.store.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || !isSource(document)) return;
        thread.changeText(
          sourceName(document.uri),
          contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
            start: rangeOffset,
            end: rangeOffset + rangeLength,
            text,
          })),
        );
      }),
    );
    return thread;
  }
}

function open(thread: SourceThread, document: vscode.TextDocument): void {
  if (isSource(document)) thread.openText(sourceName(document.uri), () => document.getText());
}

/** Whether a document is a source on this machine. */
export function isSource({ uri }: Pick<vscode.TextDocument, 'uri'>): boolean {
  return uri.scheme === 'file' && isOfKind(uri.fsPath, SOURCE_FILES);
}

/** A file as the thread calls it: with slashes on every platform. */
export function sourceName(uri: vscode.Uri): string {
  return uri.fsPath.replaceAll('\\', '/');
}
