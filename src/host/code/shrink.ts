import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { EngineLike } from '../base/engine';
import { answered, type KeptAnswers } from '../program/keptAnswers';
import type { CodeLayer } from './codeLayers';
import type { Shrinkable } from './shrinkable';
import type { SourceService } from './sourceService';

/**
 * The edit that leaves layers of a line fewer units: their own size, and every size that goes with it, over all files that it takes. Each part is shown in the editor's
 * preview before it is made. Rejects with a Fault where a size cannot be changed by itself.
 */
export async function shrinkEdit(
  layer: CodeLayer,
  { layers: defined, units }: Shrinkable,
  reader: Pick<SourceService, 'ask'>,
  engine: EngineLike,
  answers: KeptAnswers,
  label: string,
): Promise<vscode.WorkspaceEdit> {
  const { network } = layer;
  if (network.model === undefined)
    throw new Fault('unsupported', vscode.l10n.t('It is not known which model this source is of.'));
  const { shapes } = await engine.run('unitShapes', {
    model: network.model,
    layers: defined.map(one => one.model),
    units,
    ...(await answered(engine, network.model, answers)),
  });
  const edits = await reader.ask('resize', {
    file: network.file,
    network: network.name,
    model: network.layers,
    shapes,
  });
  const made = new vscode.WorkspaceEdit();
  for (const { file, start, end, text, layers } of edits) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    made.replace(document.uri, range, text, {
      needsConfirmation: true,
      label,
      description: vscode.l10n.t('{0} → {1} for {2}', document.getText(range), text, layers.slice(0, 3).join(', ')),
    });
  }
  return made;
}
