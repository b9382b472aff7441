import * as vscode from 'vscode';

/**
 * Opens the sample workspace: a copy in this extension's storage, so that nothing is written into the extension itself. A copy
 * that is there already is opened as it is, with whatever the person changed in it.
 */
export async function openSample(context: vscode.ExtensionContext): Promise<void> {
  const version = String((context.extension.packageJSON as { version?: unknown }).version);
  const from = vscode.Uri.joinPath(context.extensionUri, 'samples');
  const to = vscode.Uri.joinPath(context.globalStorageUri, 'samples', version, 'neural-topology-sample');
  if (!(await exists(to))) {
    // Under another name first: a copy that was cut short is never taken for a whole one.
    const partial = vscode.Uri.joinPath(to, '..', `partial-${Date.now()}`);
    await vscode.workspace.fs.copy(from, partial, { overwrite: true });
    await vscode.workspace.fs.rename(partial, to, { overwrite: true });
  }
  const inUse = (vscode.workspace.workspaceFolders?.length ?? 0) > 0;
  await vscode.commands.executeCommand('vscode.openFolder', to, { forceNewWindow: inUse });
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
