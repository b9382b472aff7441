import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import { FOLDER_MARKS } from '../base/fileKinds';
import { WorkspaceFiles } from './workspaceFiles';

/** What the `when` clauses of menus on folders ask for. */
const CONTEXT_KEY = 'neuralTopology.folders';

/**
 * Folders of the workspace that are inspected as one thing: those that hold arrays of .npy and nothing else, a layer each, and TensorFlow's
 * SavedModels. Menus know them by a context key, because a folder's name says nothing.
 */
export class InspectedFolders implements Disposable {
  private readonly store = new DisposableStore();
  private readonly files = this.store.add(new WorkspaceFiles(FOLDER_MARKS));
  private readonly changes = this.store.add(new vscode.EventEmitter<void>());
  private known: ReadonlyMap<string, vscode.Uri> = new Map();
  readonly onDidChange = this.changes.event;

  constructor(private readonly unexpected: (error: unknown) => void) {
    this.store.add(this.files.onDidChange(() => void this.look()));
    void this.look();
  }

  has(file: string): boolean {
    return this.known.has(file);
  }

  get all(): readonly vscode.Uri[] {
    return [...this.known.values()];
  }

  dispose(): void {
    this.store.dispose();
  }

  private async look(): Promise<void> {
    try {
      const folders = new Map<string, vscode.Uri>();
      const marks = new Map<string, boolean>();
      for (const file of await this.files.find()) {
        const folder = vscode.Uri.joinPath(file, '..');
        const isModel = !file.path.toLowerCase().endsWith('.npy');
        if (marks.has(folder.fsPath) && !isModel) continue;
        marks.set(folder.fsPath, isModel);
        folders.set(folder.fsPath, folder);
      }
      const known = new Map<string, vscode.Uri>();
      for (const [name, folder] of folders)
        if (marks.get(name) === true || (await holdsArraysAlone(folder))) known.set(name, folder);
      this.known = known;
      const value = Object.fromEntries([...known.keys()].map(name => [name, true]));
      await vscode.commands.executeCommand('setContext', CONTEXT_KEY, value);
      this.changes.fire();
    } catch (error) {
      this.unexpected(error);
    }
  }
}

/** As the engine takes a folder for saved activations: files that begin with a dot are of no account. */
async function holdsArraysAlone(folder: vscode.Uri): Promise<boolean> {
  const entries = await vscode.workspace.fs.readDirectory(folder);
  return entries.every(([name]) => name.startsWith('.') || path.extname(name) === '.npy');
}
