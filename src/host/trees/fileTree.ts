import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import { fileIcon } from '../base/fileIcons';
import { iconPath } from '../base/view';
import type { CommandId } from '../commands/table';
import type { InspectedFolders } from '../workspace/inspectedFolders';
import type { WorkspaceFiles } from '../workspace/workspaceFiles';

/** A folder with files of one kind, or such a file. */
export class FileNode {
  readonly children: FileNode[] = [];
  constructor(
    readonly resourceUri: vscode.Uri,
    readonly label: string,
    readonly isFolder: boolean,
  ) {}
}

export interface FileTreeOptions {
  readonly files: WorkspaceFiles;
  readonly contextValue: (file: vscode.Uri) => string;
  /** Folders that stand for one thing, as files do. */
  readonly inspectedFolders?: InspectedFolders;
  /** For files without a picture of their own. */
  readonly icon: string;
  /** Where our pictures are. */
  readonly extension: vscode.Uri;
  /** What a click on a file does, if anything. */
  readonly command: { readonly id: CommandId; readonly title: string } | undefined;
  /** What can be said about a file when somebody asks. */
  readonly tooltip?: (file: vscode.Uri) => Promise<string | undefined>;
}

/** The workspace's files of one kind by folder; a folder that holds one folder alone is drawn with it in one line. */
export class FileTree implements vscode.TreeDataProvider<FileNode>, Disposable {
  private readonly store = new DisposableStore();
  private readonly changes = this.store.add(new vscode.EventEmitter<void>());
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly options: FileTreeOptions) {
    this.store.add(options.files.onDidChange(() => this.changes.fire()));
    if (options.inspectedFolders) this.store.add(options.inspectedFolders.onDidChange(() => this.changes.fire()));
  }

  dispose(): void {
    this.store.dispose();
  }

  async getChildren(node?: FileNode): Promise<FileNode[]> {
    return node ? node.children : groupByFolder(await this.options.files.find());
  }

  getTreeItem(node: FileNode): vscode.TreeItem {
    const { options } = this;
    const item = new vscode.TreeItem(node.label);
    item.resourceUri = node.resourceUri;
    item.id = node.resourceUri.toString();
    if (node.isFolder) {
      item.collapsibleState = vscode.TreeItemCollapsibleState.Expanded;
      item.iconPath = vscode.ThemeIcon.Folder;
      const inspected = options.inspectedFolders?.has(node.resourceUri.fsPath) === true;
      item.contextValue = inspected ? 'arrays' : 'folder';
      return item;
    }
    const icon = fileIcon(node.resourceUri.fsPath);
    item.iconPath = icon === undefined ? new vscode.ThemeIcon(options.icon) : iconPath(options.extension, icon);
    item.contextValue = options.contextValue(node.resourceUri);
    if (options.command)
      item.command = { command: options.command.id, title: options.command.title, arguments: [node] };
    return item;
  }

  async resolveTreeItem(item: vscode.TreeItem, node: FileNode): Promise<vscode.TreeItem> {
    if (node.isFolder) return item;
    const more = await this.options.tooltip?.(node.resourceUri).catch(() => undefined);
    // Plain text: names come from strangers' files.
    item.tooltip = more === undefined ? node.resourceUri.fsPath : `${node.resourceUri.fsPath}\n${more}`;
    return item;
  }
}

/** Files under their folders, as deep as the folders are that hold any; files at the top of the only folder come bare. */
function groupByFolder(files: readonly vscode.Uri[]): FileNode[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const roots: FileNode[] = [];
  const made = new Map<string, FileNode>();
  for (const file of files) {
    const folder = path.posix.dirname(vscode.workspace.asRelativePath(file, folders.length > 1));
    const node = new FileNode(file, path.basename(file.fsPath), false);
    if (folder === '.') {
      roots.push(node);
      continue;
    }
    let parent = made.get(folder);
    if (!parent) {
      parent = new FileNode(vscode.Uri.joinPath(file, '..'), folder, true);
      made.set(folder, parent);
      roots.push(parent);
    }
    parent.children.push(node);
  }
  return roots.sort((a, b) => Number(b.isFolder) - Number(a.isFolder));
}
