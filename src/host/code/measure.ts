import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { PruneInput } from '../../engine';
import type { DataChoice } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { engineData } from '../inspect/inspectSession';
import { definitionOf, type LinkedNetwork } from './codeLayers';
import { changeText } from './lensText';
import { measuredFrom, type MeasuredModels } from './measured';

export interface MeasureContext {
  readonly engine: () => Promise<EngineLike>;
  readonly measured: MeasuredModels;
  /** The data that is linked to a model, after asking for it where there is none. */
  readonly dataOf: (model: vscode.Uri) => Promise<DataChoice | undefined>;
  readonly networks: () => readonly LinkedNetwork[];
  readonly now: () => number;
}

/** Measures what can go of each layer of a model, and keeps it for the lines of its source. `false` where the person turned away. */
export async function measurePruning(model: vscode.Uri, context: MeasureContext): Promise<boolean> {
  const input = await inputOf(model, context);
  if (!input) return false;
  const title = vscode.l10n.t('Measuring what can go of {0}', path.basename(model.fsPath));
  const { result, redundant } = await withProgress(title, async (signal, report) => {
    const engine = await context.engine();
    const onProgress = (from: number, share: number) => (fraction: number, phrase: string) =>
      report(from + share * fraction, phrase);
    const pruned = await engine.run(
      'prune',
      { ...input, parameters: { perLayer: true } },
      { signal, onProgress: onProgress(0, 0.7) },
    );
    return { result: pruned, redundant: await redundantLayers(input, engine, signal, onProgress(0.7, 0.3)) };
  });
  const definitions = Object.fromEntries(
    context
      .networks()
      .filter(network => network.model === model.fsPath)
      .map(network => [`${network.file}#${network.name}`, definitionOf(network)]),
  );
  const measured = measuredFrom(result, redundant, definitions, context.now());
  await context.measured.set(model.fsPath, measured);
  return true;
}

/** Writes a smaller model beside the measured one, at a ratio that is picked by what it costs. */
export async function writePruned(model: vscode.Uri, context: MeasureContext): Promise<void> {
  const input = await inputOf(model, context);
  if (!input) return;
  const { dir, name, ext } = path.parse(model.fsPath);
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(path.join(dir, `${name}-pruned${ext}`)),
    saveLabel: vscode.l10n.t('Write Pruned Model'),
    title: vscode.l10n.t('Smaller model of {0}', path.basename(model.fsPath)),
  });
  if (!target) return;
  const title = vscode.l10n.t('Pruning {0}', path.basename(model.fsPath));
  // The dialog has asked whether a file that is there goes.
  const result = await withProgress(title, async (signal, onProgress) =>
    (await context.engine()).run('prune', { ...input, out: target.fsPath, force: true }, { signal, onProgress }),
  );
  const inspect = vscode.l10n.t('Inspect');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      '{0} has {1} % fewer parameters, at {2} on {3} held-out rows.',
      path.basename(target.fsPath),
      (100 * (1 - result.parametersAfter / result.parametersBefore)).toFixed(0),
      changeText(result, result.measure, (message, ...args) => vscode.l10n.t(message, ...args)),
      result.rows.heldOut,
    ),
    inspect,
  );
  if (answer === inspect) await vscode.commands.executeCommand('neuralTopology.inspect', target);
}

async function inputOf(model: vscode.Uri, context: MeasureContext): Promise<PruneInput | undefined> {
  const choice = await context.dataOf(model);
  if (!choice) return undefined;
  const { data, ...more } = engineData(choice);
  if (typeof data !== 'string')
    throw new Fault('unsupported', vscode.l10n.t('What can go is measured on data, not on random input.'), {
      hint: vscode.l10n.t('Choose data for {0} with Select Data.', path.basename(model.fsPath)),
    });
  return { model: model.fsPath, data, ...more };
}

/** Layers that can go, each with the sentence that says what that was measured to cost; none where the network's layers cannot be taken out. */
async function redundantLayers(
  { model, data, labels, pixels, inputs }: PruneInput,
  engine: EngineLike,
  signal: AbortSignal,
  onProgress: (fraction: number, phrase: string) => void,
): Promise<Readonly<Record<string, string>>> {
  const reading = {
    ...(labels === undefined ? {} : { labels }),
    ...(pixels === undefined ? {} : { pixels }),
    ...(inputs === undefined ? {} : { inputs }),
  };
  try {
    const { candidates } = await engine.run('redundancy', { model, data, ...reading }, { signal, onProgress });
    return Object.fromEntries(
      candidates
        .filter(({ removable }) => removable)
        .flatMap(({ layers, reason }) => layers.map(layer => [layer, reason] as const)),
    );
  } catch (error) {
    if (error instanceof Fault && error.code !== 'cancelled') return {};
    throw error;
  }
}

/** Runs something under a notification that can stop it. */
async function withProgress<Result>(
  title: string,
  run: (signal: AbortSignal, onProgress: (fraction: number, phrase: string) => void) => Promise<Result>,
): Promise<Result> {
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
