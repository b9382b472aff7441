import * as vscode from 'vscode';
import { SECTION, setting } from '../base/settings';
import { readLink, writeLink, type DataLink } from './dataLink';

/**
 * Which data belongs to which model. It is remembered in the settings of the workspace, where a team can share it; where
 * there is no workspace, or none that is trusted, it is remembered for this window's user alone.
 */
export class DataLinks {
  constructor(private readonly memento: vscode.Memento) {}

  get(model: vscode.Uri): DataLink | undefined {
    const folder = vscode.workspace.getWorkspaceFolder(model);
    const linked = folder && readLink(setting('data', model), folder.uri.fsPath, model.fsPath);
    return linked ?? readLink(this.memento.get(KEY), '/', model.fsPath);
  }

  async set(model: vscode.Uri, link: DataLink | undefined): Promise<void> {
    const folder = vscode.workspace.getWorkspaceFolder(model);
    if (folder && vscode.workspace.isTrusted) {
      const configuration = vscode.workspace.getConfiguration(SECTION, model);
      const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
      const target = several ? vscode.ConfigurationTarget.WorkspaceFolder : vscode.ConfigurationTarget.Workspace;
      const seen = configuration.inspect<unknown>('data');
      const before = several ? seen?.workspaceFolderValue : seen?.workspaceValue;
      await configuration.update('data', writeLink(before, folder.uri.fsPath, model.fsPath, link), target);
    } else await this.memento.update(KEY, writeLink(this.memento.get(KEY), '/', model.fsPath, link));
  }

  /** Rows that pruning is only reported on; remembered for this window's user alone. */
  heldOut(model: vscode.Uri): DataLink | undefined {
    return readLink(this.memento.get(HELD_OUT), '/', model.fsPath);
  }

  async setHeldOut(model: vscode.Uri, link: DataLink | undefined): Promise<void> {
    await this.memento.update(HELD_OUT, writeLink(this.memento.get(HELD_OUT), '/', model.fsPath, link));
  }
}

const HELD_OUT = 'heldOutData';
const KEY = 'dataLinks';
