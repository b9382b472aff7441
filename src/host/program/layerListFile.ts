import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { EngineLike } from '../base/engine';

/** Opens the list of layers beside a file of weights, after writing a first draft where there is none: nothing is overwritten. */
export async function openLayerList(weights: vscode.Uri, engine: EngineLike): Promise<void> {
  const { layerList } = await engine.run('programHelp', { model: weights.fsPath });
  const file = vscode.Uri.file(layerList?.file ?? usualName(weights.fsPath));
  if (!(await exists(file))) {
    if (layerList === undefined)
      throw new Fault(
        'unsupported',
        vscode.l10n.t('{0} says itself how its layers are used.', path.basename(weights.fsPath)),
      );
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(layerList.text));
  }
  await vscode.window.showTextDocument(file, { preview: false });
}

/** Puts code that writes the network in a form that runs on the clipboard. */
export async function copyExportCode(weights: vscode.Uri, engine: EngineLike): Promise<void> {
  const { exportCode } = await engine.run('programHelp', { model: weights.fsPath });
  if (exportCode === '')
    throw new Fault('unsupported', vscode.l10n.t('{0} has its program already.', path.basename(weights.fsPath)));
  await vscode.env.clipboard.writeText(exportCode);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied to the clipboard: paste it into your own code.'), 5000);
}

function usualName(weights: string): string {
  const { dir, name } = path.parse(weights);
  return path.join(dir, `${name}.layers.json`);
}

async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
}
