import * as vscode from 'vscode';
import { INSPECTED_FILES, isOfKind, type FileKind } from '../base/fileKinds';
import { isOnDisk, notOnDisk } from '../base/onDisk';
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

/** Each once. */
export function urisOf(clicked: unknown, selected: unknown, isOne: (file: string) => boolean): readonly vscode.Uri[] {
  const given = Array.isArray(selected) && selected.length > 0 ? (selected as readonly unknown[]) : [clicked];
  const found = new Map<string, vscode.Uri>();
  const ours = given.map(uriOf).flatMap(uri => (uri !== undefined && isOne(uri.fsPath) ? [uri] : []));
  for (const uri of ours) if (isOnDisk(uri)) found.set(uri.fsPath, uri);
  const [elsewhere] = ours;
  // Who asked for what cannot be read is told so, and not asked for something else.
  if (elsewhere !== undefined && found.size === 0)
    throw notOnDisk(elsewhere, (text, ...more) => vscode.l10n.t(text, ...more));
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
