import path from 'node:path';
import * as vscode from 'vscode';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { ChainQuestion } from '../../models/layerList/missingProgram';

/** Asks for what the weights of a chain do not say; `undefined` when the person turns away. */
export async function chooseActivation(
  file: string,
  { layers, asksPlace, activations }: ChainQuestion,
): Promise<ChainAnswer | undefined> {
  const title = vscode.l10n.t('Activation in {0}', path.basename(file));
  const after = named(layers);
  const chosen = await vscode.window.showQuickPick(
    [
      ...activations.map(name =>
        name === NONE
          ? {
              label: vscode.l10n.t('none'),
              name,
              description: vscode.l10n.t('the layers follow each other as they are'),
            }
          : { label: name, name, description: '' },
      ),
    ],
    {
      title,
      placeHolder: vscode.l10n.t(
        'What stands after {0}? The file does not say it; the results will say that you did',
        after,
      ),
      ignoreFocusOut: true,
    },
  );
  if (!chosen) return undefined;
  if (!asksPlace || chosen.name === NONE) return { activation: chosen.name, place: 'after' };
  const side = await vscode.window.showQuickPick(
    [
      {
        label: vscode.l10n.t('After the normalisation'),
        description: vscode.l10n.t('layer, normalisation, {0}', chosen.name),
        place: 'after' as const,
      },
      {
        label: vscode.l10n.t('Before the normalisation'),
        description: vscode.l10n.t('layer, {0}, normalisation', chosen.name),
        place: 'before' as const,
      },
    ],
    { title, placeHolder: vscode.l10n.t('On which side of the normalisations does it stand?'), ignoreFocusOut: true },
  );
  return side && { activation: chosen.name, place: side.place };
}

/** The first layers and how many more. */
function named(layers: readonly string[]): string {
  const first = layers.slice(0, MOST_NAMED).join(', ');
  return layers.length > MOST_NAMED ? vscode.l10n.t('{0} and {1} more', first, layers.length - MOST_NAMED) : first;
}

/** As the list of activations calls it. */
const NONE = 'none';
const MOST_NAMED = 3;
