import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { RedundancyResult } from '../../analyses/redundancy';
import type { PruneInput } from '../../engine';
import type { DataChoice } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { engineData } from '../data/chosenData';
import { answered, type KeptAnswers } from '../program/keptAnswers';
import type { Measurements } from '../results/measurements';

export interface MeasureContext {
  readonly engine: () => Promise<EngineLike>;
  readonly measurements: Measurements;
  readonly answers: KeptAnswers;
  /** The data that is linked to a model, after asking for it where there is none. */
  readonly dataOf: (model: vscode.Uri) => Promise<DataChoice | undefined>;
}

/** Measures what can go of each layer of a model, and which layers, and keeps it. Nothing where the person turns away. */
export async function measurePruning(model: vscode.Uri, context: MeasureContext): Promise<void> {
  const input = await inputOf(model, context);
  if (!input) return;
  const title = vscode.l10n.t('Measuring what can go of {0}', path.basename(model.fsPath));
  await withProgress(title, async (signal, report) => {
    const engine = await context.engine();
    const onProgress = (from: number, share: number) => (fraction: number, phrase: string) =>
      report(from + share * fraction, phrase);
    const pruned = await engine.run(
      'prune',
      { ...input, parameters: { perLayer: true } },
      { signal, onProgress: onProgress(0, 0.7) },
    );
    await context.measurements.addPruning(model.fsPath, pruned);
    const redundancy = await redundantLayers(input, engine, signal, onProgress(0.7, 0.3));
    if (redundancy) await context.measurements.addRemoval(model.fsPath, redundancy);
  });
}

async function inputOf(model: vscode.Uri, context: MeasureContext): Promise<MeasuredInput | undefined> {
  const choice = await context.dataOf(model);
  if (!choice) return undefined;
  const { data, ...more } = engineData(choice);
  if (typeof data !== 'string')
    throw new Fault('unsupported', vscode.l10n.t('What can go is measured on data, not on random input.'), {
      hint: vscode.l10n.t('Choose data for {0} with Select Data.', path.basename(model.fsPath)),
    });
  const said = await answered(await context.engine(), model.fsPath, context.answers);
  return { model: model.fsPath, data, ...more, ...said };
}

/** As pruning and redundancy take it alike. */
type MeasuredInput = Omit<PruneInput, 'parameters'>;

/** Which layers can go, and what that was measured to cost; `undefined` where the network's layers cannot be taken out. */
async function redundantLayers(
  input: MeasuredInput,
  engine: EngineLike,
  signal: AbortSignal,
  onProgress: (fraction: number, phrase: string) => void,
): Promise<RedundancyResult | undefined> {
  try {
    return await engine.run('redundancy', input, { signal, onProgress });
  } catch (error) {
    if (error instanceof Fault && error.code !== 'cancelled') return undefined;
    throw error;
  }
}

/** Runs something under a notification that can stop it. */
async function withProgress(
  title: string,
  run: (signal: AbortSignal, onProgress: (fraction: number, phrase: string) => void) => Promise<void>,
): Promise<void> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (report, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      let last = 0;
      return run(abort.signal, (fraction, phrase) => {
        report.report({ increment: 100 * (fraction - last), message: phrase });
        last = fraction;
      });
    },
  );
}
