import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import { IMAGE_FILES } from '../base/fileKinds';
import { findImageFolders, type PassedOver } from '../data/imageFolders';
import { MOST_FILES, WorkspaceFiles } from './workspaceFiles';

/** The workspace's folders of images that are data. They are looked for when somebody asks, and again after an image came or went. */
export class WorkspaceImages implements Disposable {
  private readonly store = new DisposableStore();
  private readonly files = this.store.add(new WorkspaceFiles(IMAGE_FILES));
  private found: Promise<readonly string[]> | undefined;

  constructor() {
    this.store.add(this.files.onDidChange(() => (this.found = undefined)));
  }

  /** Paths of the folders. */
  folders(): Promise<readonly string[]> {
    this.found ??= findImageFolders(
      async passedOver => (await this.files.search(globsOf(passedOver))).map(image => image.fsPath),
      MOST_FILES,
    );
    return this.found;
  }

  dispose(): void {
    this.store.dispose();
  }
}

function globsOf({ whole, own }: PassedOver): readonly string[] {
  return [
    ...whole.map(folder => `${plain(folder)}/**`),
    ...own.flatMap(folder => IMAGE_FILES.extensions.map(extension => `${plain(folder)}/*${extension}`)),
  ];
}

/** A folder as a glob within the workspace that matches it alone. */
function plain(folder: string): string {
  return vscode.workspace
    .asRelativePath(vscode.Uri.file(folder), false)
    .replace(/[*?[\]{},]/g, character => `[${character}]`);
}
