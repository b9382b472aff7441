import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { PruneInput } from '../../engine';
import type { DataChoice } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { engineData } from '../inspect/inspectSession';
import { definitionOf, type LinkedNetwork } from './codeLayers';
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
