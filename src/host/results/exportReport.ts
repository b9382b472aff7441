import path from 'node:path';
import * as vscode from 'vscode';
import type { InspectResult } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';

/** Asks where the one-file page is to go and writes it there; `undefined` when the person turns away. */
export async function exportReport(
  model: string,
  result: InspectResult,
  engine: () => Promise<EngineLike>,
): Promise<vscode.Uri | undefined> {
  const name = `${path.basename(model, path.extname(model))}-topology.html`;
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(path.dirname(model)), name),
    filters: { HTML: ['html'] },
    saveLabel: vscode.l10n.t('Export Report'),
    title: vscode.l10n.t('Report of {0}', path.basename(model)),
  });
  if (!target) return undefined;
  const page = await (await engine()).run('report', { result });
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(page));
  return target;
}
