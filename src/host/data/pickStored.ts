import path from 'node:path';
import * as vscode from 'vscode';
import type { FileContents } from '../../engine';
import type { DataChoice } from '../../protocol/panel';
import { chooseLabelsFile, labelName, type PickContext } from './pickData';

/** Asks for the labels of activations that were saved; `undefined` when the person turns away. */
export async function pickStored(
  file: vscode.Uri,
  { labels }: FileContents,
  current: DataChoice | undefined,
  context: PickContext,
): Promise<DataChoice | undefined> {
  const stored = (chosen: string | undefined): DataChoice => ({
    kind: 'stored',
    ...(chosen === undefined ? {} : { labels: chosen }),
  });
  const used = current?.kind === 'stored' ? current.labels : undefined;
  const known = [...new Set([...(used === undefined ? [] : [used]), ...labels])];
  const items = [
    ...known.map(name => ({
      label: labelName(file.fsPath, name),
      description: name === used ? vscode.l10n.t('in use') : '',
      iconPath: new vscode.ThemeIcon(name === used ? 'check' : 'tag'),
      choose: () => Promise.resolve<DataChoice | undefined>(stored(name)),
    })),
    {
      label: vscode.l10n.t('Browse…'),
      description: vscode.l10n.t('a file with one class a row'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      choose: async () => {
        const chosen = await chooseLabelsFile(file, context);
        return chosen === undefined ? undefined : stored(chosen);
      },
    },
    {
      label: vscode.l10n.t('No labels'),
      description: vscode.l10n.t('points of one colour'),
      iconPath: new vscode.ThemeIcon('circle-slash'),
      choose: () => Promise.resolve<DataChoice | undefined>(stored(undefined)),
    },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Labels for {0}', path.basename(file.fsPath)),
    placeHolder: vscode.l10n.t('Saved activations need no data; choose the class of each row'),
    ignoreFocusOut: true,
  });
  return chosen?.choose();
}
