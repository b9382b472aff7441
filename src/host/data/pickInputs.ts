import path from 'node:path';
import * as vscode from 'vscode';
import { ownInputs } from '../../engine';
import type { OutlineResult } from '../../protocol/describe';
import type { DataChoice } from '../../protocol/panel';
import { sayCount } from '../base/numbers';
import { formatShape } from '../../base/numbers';
import { nearest, rankCandidates } from './candidates';
import { openFile, type PickContext } from './pickData';
import { shortName, splitReference } from './reference';

const MOST_READ = 300;

/**
 * A network may take rows for several inputs: asks for those beside the first, one after the other. Arrays of the chosen .npz that are called as
 * the inputs need no answer. `undefined` when the person turns away.
 */
export async function pickInputs(
  model: vscode.Uri,
  { inputs }: OutlineResult,
  choice: DataChoice,
  context: PickContext,
): Promise<DataChoice | undefined> {
  if (choice.kind !== 'file') return choice;
  const { file, part } = splitReference(choice.data);
  const own = ownInputs(inputs);
  const main = own.find(input => input.name === part) ?? own[0];
  const chosen: Record<string, string> = {};
  for (const { name, shape } of own.filter(input => input !== main)) {
    const engine = await context.engine();
    const files = nearest(
      (await context.files()).map(one => one.fsPath),
      model.fsPath,
      MOST_READ,
    );
    const candidates = await engine.run('dataCandidates', {
      model: model.fsPath,
      ...context.answered,
      files: [...new Set([file, ...files])],
      input: name,
    });
    if (candidates.some(one => one.data === `${file}#${name}`)) {
      chosen[name] = `${file}#${name}`;
      continue;
    }
    const fitting = rankCandidates(candidates, model.fsPath).filter(one => one.data !== choice.data);
    const items = fitting.map(one => ({
      label: shortName(one.data),
      description: vscode.l10n.t('{0} rows of {1}', sayCount(one.rows), formatShape(one.rowShape)),
      iconPath: new vscode.ThemeIcon('database'),
      data: one.data,
    }));
    const browse = {
      label: vscode.l10n.t('Browse…'),
      description: vscode.l10n.t('a file elsewhere: arrays, a table, texts'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      data: undefined,
    };
    const picked = await vscode.window.showQuickPick([...items, browse], {
      title: vscode.l10n.t('Data for input {0} of {1}', name, path.basename(model.fsPath)),
      placeHolder: vscode.l10n.t('Choose the rows of this input, of {0} numbers each', formatShape(shape?.slice(1))),
      ignoreFocusOut: true,
    });
    if (!picked) return undefined;
    const data = picked.data ?? (await openFile(model, vscode.l10n.t('Use as Data')))?.fsPath;
    if (data === undefined) return undefined;
    chosen[name] = data;
  }
  return Object.keys(chosen).length === 0 ? choice : { ...choice, inputs: chosen };
}
