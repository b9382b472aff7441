import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { EngineLike } from '../base/engine';
import { sayBytes, sayCount } from '../base/numbers';

/** One line about a model file: its size and what it holds, or why it cannot be read. */
export async function describeModelFile(
  file: vscode.Uri,
  engine: () => Promise<EngineLike>,
): Promise<string | undefined> {
  const { size } = await vscode.workspace.fs.stat(file);
  const bytes = sayBytes(size, translate);
  try {
    const { producer, layers, parameters } = await (await engine()).run('outline', { model: file.fsPath });
    const what = vscode.l10n.t('{0} layers, {1} parameters', sayCount(layers.length), sayCount(parameters));
    return [bytes, what, producer].filter(part => part !== '').join(' · ');
  } catch (error) {
    return error instanceof Fault ? `${bytes} · ${error.message}` : bytes;
  }
}

/** One line about a data file. */
export async function describeDataFile(file: vscode.Uri): Promise<string | undefined> {
  const { size } = await vscode.workspace.fs.stat(file);
  return sayBytes(size, translate);
}

function translate(message: string, ...args: (string | number)[]): string {
  return vscode.l10n.t(message, ...args);
}
