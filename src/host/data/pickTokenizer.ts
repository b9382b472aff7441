import path from 'node:path';
import * as vscode from 'vscode';
import type { OutlineResult } from '../../protocol/describe';
import type { DataChoice } from '../../protocol/panel';
import { TOKENIZER_FILES } from '../base/fileKinds';
import { nearest } from './candidates';
import type { PickContext } from './pickData';
import { splitReference } from './reference';

const MOST_LISTED = 50;

/**
 * Texts are made into tokens by the vocabulary that the network was trained with. One beside the model, or else beside the data, needs no question; where there are several, or none, it is
 * asked which. `undefined` when the person turns away.
 */
export async function pickTokenizer(
  model: vscode.Uri,
  { inputs }: OutlineResult,
  choice: DataChoice,
  context: PickContext,
): Promise<DataChoice | undefined> {
  // Tokens are whole numbers. Whoever waits for a network of other inputs is not kept by a look into the data.
  if (choice.kind !== 'file' || !inputs.some(({ type }) => /^u?int/.test(type))) return choice;
  const { file } = splitReference(choice.data);
  const engine = await context.engine();
  const candidates = await engine.run('dataCandidates', { model: model.fsPath, ...context.answered, files: [file] });
  if (!candidates.some(({ data, texts, fits }) => data === choice.data && texts === true && fits)) return choice;
  const beside = await firstWithAny([path.dirname(model.fsPath), path.dirname(file)]);
  if (beside.length === 1) return choice;
  const elsewhere = (await context.tokenizers()).map(({ fsPath }) => fsPath).filter(one => !beside.includes(one));
  const items = [...beside, ...nearest(elsewhere, model.fsPath, MOST_LISTED)].map(vocabulary => ({
    label: path.basename(vocabulary),
    description: vscode.workspace.asRelativePath(path.dirname(vocabulary), true),
    iconPath: new vscode.ThemeIcon('book'),
    vocabulary,
  }));
  const browse = {
    label: vscode.l10n.t('Browse…'),
    description: vscode.l10n.t('a tokenizer.json or vocab.txt elsewhere'),
    iconPath: new vscode.ThemeIcon('folder-opened'),
    vocabulary: undefined,
  };
  const picked = await vscode.window.showQuickPick([...items, browse], {
    title: vscode.l10n.t('Tokenizer for {0}', path.basename(model.fsPath)),
    placeHolder: vscode.l10n.t('Choose the vocabulary that the network was trained with'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (!picked) return undefined;
  const vocabulary = picked.vocabulary ?? (await browseFor(model));
  return vocabulary === undefined ? undefined : { ...choice, vocabulary };
}

async function browseFor(model: vscode.Uri): Promise<string | undefined> {
  const title = vscode.l10n.t('Use as Tokenizer');
  const files = await vscode.window.showOpenDialog({
    defaultUri: vscode.Uri.joinPath(model, '..'),
    openLabel: title,
    title,
    filters: { [vscode.l10n.t('Tokenizers')]: ['json', 'txt'] },
  });
  return files?.[0]?.fsPath;
}

/** The vocabularies of the first folder that has any. */
async function firstWithAny(folders: readonly string[]): Promise<readonly string[]> {
  for (const folder of folders) {
    const files = TOKENIZER_FILES.names.map(name => path.join(folder, name));
    const there = await Promise.all(files.map(isFile));
    const found = files.filter((_, i) => there[i]);
    if (found.length > 0) return found;
  }
  return [];
}

async function isFile(file: string): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(vscode.Uri.file(file))).type & vscode.FileType.File) !== 0;
  } catch {
    return false;
  }
}
