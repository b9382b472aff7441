import * as vscode from 'vscode';
import { Fault, isCancelled } from '../../base/fault';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { CommandId, CommandTable } from './table';

/** Registers every command of the table. What one throws is shown in a sentence and written to the log, never lost. */
export function registerCommands(table: CommandTable, log: vscode.LogOutputChannel): Disposable {
  const store = new DisposableStore();
  for (const id of Object.keys(table) as CommandId[]) {
    const handler = table[id] as (...parameters: unknown[]) => unknown;
    store.add(
      vscode.commands.registerCommand(id, async (...parameters: unknown[]) => {
        try {
          await handler(...parameters);
        } catch (error) {
          await showError(error, log);
        }
      }),
    );
  }
  return store;
}

/** One sentence, what to do about it, and the way to the log. */
export async function showError(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  if (isCancelled(error)) return;
  log.error(error instanceof Error ? error : String(error));
  const sentence = error instanceof Error ? error.message : String(error);
  const hint = error instanceof Fault ? error.hint : undefined;
  const showLog = vscode.l10n.t('Show Log');
  const answer = await vscode.window.showErrorMessage(hint === undefined ? sentence : `${sentence} ${hint}`, showLog);
  if (answer === showLog) log.show();
}
