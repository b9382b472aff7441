import type * as vscode from 'vscode';

/** Called by VS Code on first use of any of our commands, views or editors. */
export function activate(context: vscode.ExtensionContext): void {
  void context;
}
