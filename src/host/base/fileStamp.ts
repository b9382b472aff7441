import * as vscode from 'vscode';

/** What tells one state of a file from another without reading it. */
export interface FileStamp {
  readonly modified: number;
  readonly bytes: number;
}

/** The state that a file is in; `undefined` where it is gone. */
export async function fileStamp(file: vscode.Uri): Promise<FileStamp | undefined> {
  try {
    const { mtime, size } = await vscode.workspace.fs.stat(file);
    return { modified: mtime, bytes: size };
  } catch {
    return undefined;
  }
}
