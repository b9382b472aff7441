import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import { globOf, type FileKind } from '../base/fileKinds';

/** More are not looked for at once. */
export const MOST_FILES = 2000;

/**
 * The workspace's files of some kinds, without those in folders that are excluded from search. They are looked for when
 * somebody asks, and again after a file came or went.
 */
export class WorkspaceFiles implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new vscode.EventEmitter<void>());
  private found: Promise<readonly vscode.Uri[]> | undefined;
  private watching = false;
  readonly onDidChange = this.changed.event;

  constructor(private readonly kind: FileKind) {}

  find(): Promise<readonly vscode.Uri[]> {
    this.watch();
    this.found ??= this.search();
    return this.found;
  }

  refresh(): void {
    this.found = undefined;
    this.changed.fire();
  }

  dispose(): void {
    this.store.dispose();
  }

  /** Looks anew, and passes over what these globs match, too. At most `MOST_FILES`. */
  async search(passedOver: readonly string[] = []): Promise<readonly vscode.Uri[]> {
    this.watch();
    const files = await vscode.workspace.findFiles(globOf(this.kind), excluded(passedOver), MOST_FILES);
    return files.sort((a, b) => a.path.localeCompare(b.path, undefined, { numeric: true }));
  }

  /** From the first question on, not before: a watcher costs something in a large workspace. */
  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    const watcher = this.store.add(vscode.workspace.createFileSystemWatcher(globOf(this.kind), false, true, false));
    let timer: NodeJS.Timeout | undefined;
    // A training run writes many files at once: they make one change.
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.refresh(), 200);
    };
    this.store.add({ dispose: () => clearTimeout(timer) });
    this.store.add(watcher.onDidCreate(soon));
    this.store.add(watcher.onDidDelete(soon));
    this.store.add(vscode.workspace.onDidChangeWorkspaceFolders(soon));
    this.store.add(
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('files.exclude') || event.affectsConfiguration('search.exclude')) soon();
      }),
    );
  }
}

/** What people keep out of the explorer and of search, as one glob. */
function excluded(passedOver: readonly string[]): string {
  const patterns = new Set(['**/node_modules/**', '**/.git/**', ...passedOver]);
  for (const section of ['files', 'search']) {
    const exclude = vscode.workspace.getConfiguration(section).get<Record<string, unknown>>('exclude') ?? {};
    // Nested braces are no glob, so a pattern with a group stands back.
    for (const [pattern, on] of Object.entries(exclude))
      if (on === true && !/[{}]/.test(pattern)) patterns.add(pattern);
  }
  return `{${[...patterns].join(',')}}`;
}
