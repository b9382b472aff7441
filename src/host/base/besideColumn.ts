import * as vscode from 'vscode';

/**
 * Where a panel opens that is read next to something: beside the editor, or over the page of a model that a click in the explorer has opened in passing, which would take half of the room.
 */
export function besideColumn(): vscode.ViewColumn {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  const inPassing =
    tab?.isPreview === true &&
    tab.input instanceof vscode.TabInputCustom &&
    tab.input.viewType.startsWith('neuralTopology.');
  return inPassing ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
}
