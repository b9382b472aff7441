import * as vscode from 'vscode';
import { INSPECTED_FILES, isOfKind, type FileKind } from '../base/fileKinds';
import type { FileItem } from './table';

/**
 * The models that a command is meant for, from whatever VS Code called it with; each once. Archives of arrays may be saved activations, and
 * so may folders: what is in them is looked at later.
 */
export function modelsOf(
  clicked: unknown,
  selected: unknown,
  isFolder: (file: string) => boolean = () => false,
): readonly vscode.Uri[] {
  return urisOf(clicked, selected, file => isOfKind(file, INSPECTED_FILES) || isFolder(file));
}

/** The same for files of another kind. */
export function filesOf(clicked: unknown, selected: unknown, kind: FileKind): readonly vscode.Uri[] {
  return urisOf(clicked, selected, file => isOfKind(file, kind));
}

function urisOf(clicked: unknown, selected: unknown, isOne: (file: string) => boolean): readonly vscode.Uri[] {
  const given = Array.isArray(selected) && selected.length > 0 ? (selected as readonly unknown[]) : [clicked];
  const found = new Map<string, vscode.Uri>();
  for (const uri of given.map(uriOf)) {
    if (uri?.scheme === 'file' && isOne(uri.fsPath)) found.set(uri.fsPath, uri);
  }
  return [...found.values()];
}

/** The model that the editor in front shows, in whichever editor it is open. */
export function modelInFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const shown = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  return modelsOf(shown, undefined)[0];
}

function uriOf(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri) return value;
  const item = value as Partial<FileItem> | null | undefined;
  return item?.resourceUri instanceof vscode.Uri ? item.resourceUri : undefined;
}
