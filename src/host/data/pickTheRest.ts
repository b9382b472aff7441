import type * as vscode from 'vscode';
import type { OutlineResult } from '../../protocol/describe';
import type { DataChoice } from '../../protocol/panel';
import type { PickContext } from './pickData';
import { pickInputs } from './pickInputs';
import { pickTokenizer } from './pickTokenizer';

/** What is left open by the rows of the first input: those of the others, and what makes numbers of texts. `undefined` when the person turns away. */
export async function pickTheRest(
  model: vscode.Uri,
  described: OutlineResult,
  chosen: DataChoice,
  context: PickContext,
): Promise<DataChoice | undefined> {
  const choice = await pickInputs(model, described, chosen, context);
  return choice && pickTokenizer(model, described, choice, context);
}
