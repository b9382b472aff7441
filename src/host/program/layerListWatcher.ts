import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';

/** Tells of lists of layers that were written or deleted: by any program in the folders of the workspace, by this editor elsewhere. */
export class LayerListWatcher implements Disposable {
  private readonly store = new DisposableStore();

  constructor(changed: (list: string) => void) {
    const watcher = this.store.add(vscode.workspace.createFileSystemWatcher('**/*.layers.json'));
    const told = ({ scheme, fsPath }: vscode.Uri) => {
      if (scheme === 'file') changed(fsPath);
    };
    this.store.add(watcher.onDidCreate(told));
    this.store.add(watcher.onDidChange(told));
    this.store.add(watcher.onDidDelete(told));
    this.store.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (uri.path.endsWith('.layers.json') && vscode.workspace.getWorkspaceFolder(uri) === undefined) told(uri);
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }
}
