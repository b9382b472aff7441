import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import { formatShape } from '../../base/numbers';
import type { ContentKind, FileContents } from '../../engine';
import type { EngineLike } from '../base/engine';
import { sayCount } from '../base/numbers';
import { isOfKind, MODEL_FILES } from '../base/fileKinds';
import type { FileAnswers } from './fileAnswers';

/** Whether a file's name leaves open what it is: an archive of arrays, tensors, or a folder. */
export function needsALook(file: string): boolean {
  return /\.safetensors$/i.test(file) || !isOfKind(file, MODEL_FILES);
}

/**
 * What a file is, by its content; asked, and remembered, where that leaves it open. `undefined` when the person turns away. A file that
 * cannot be read counts as a model: its reader says what is wrong with it.
 */
export async function recognise(
  file: vscode.Uri,
  engine: () => Promise<EngineLike>,
  answers: FileAnswers,
): Promise<FileContents | undefined> {
  let contents: FileContents;
  try {
    contents = await (await engine()).run('contents', { file: file.fsPath });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { kind: 'model', open: [], labels: [], arrays: [] };
  }
  if (contents.open.length === 0) return contents;
  const possible = [contents.kind, ...contents.open];
  const before = answers.get(file.fsPath);
  const kind = before !== undefined && possible.includes(before) ? before : await ask(file, contents, possible);
  if (kind === undefined) return undefined;
  await answers.set(file.fsPath, kind);
  return { ...contents, kind };
}

async function ask(
  file: vscode.Uri,
  { arrays }: FileContents,
  possible: readonly ContentKind[],
): Promise<ContentKind | undefined> {
  const words: Readonly<Record<ContentKind, { label: string; detail: string; icon: string }>> = {
    activations: {
      label: vscode.l10n.t('Activations that were saved'),
      detail: vscode.l10n.t('Each array is a layer, each of its rows a point.'),
      icon: 'layers',
    },
    data: {
      label: vscode.l10n.t('Data for a model'),
      detail: vscode.l10n.t('Its rows are given to a model that you choose.'),
      icon: 'database',
    },
    model: {
      label: vscode.l10n.t('Weights of a model'),
      detail: vscode.l10n.t('Its arrays are what a network learned.'),
      icon: 'file-binary',
    },
  };
  const chosen = await vscode.window.showQuickPick(
    possible.map(kind => ({
      means: kind,
      label: words[kind].label,
      detail: words[kind].detail,
      iconPath: new vscode.ThemeIcon(words[kind].icon),
    })),
    {
      title: vscode.l10n.t('What is {0}?', path.basename(file.fsPath)),
      placeHolder: vscode.l10n.t('It holds {0}', named(arrays)),
      ignoreFocusOut: true,
    },
  );
  return chosen?.means;
}

/** The first arrays and their shapes. */
function named(arrays: FileContents['arrays']): string {
  const first = arrays.slice(0, MOST_NAMED).map(({ name, shape }) => `${name} (${formatShape(shape)})`);
  const more = arrays.length - first.length;
  return [...first, ...(more > 0 ? [vscode.l10n.t('{0} more', sayCount(more))] : [])].join(', ');
}

const MOST_NAMED = 4;
