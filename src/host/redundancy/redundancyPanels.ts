import path from 'node:path';
import * as vscode from 'vscode';
import { formatCount, formatPercent } from '../../base/numbers';
import type { RemovedLayers } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { DataChoice } from '../../protocol/panel';
import type { RedundancyFromView, RedundancyToView } from '../../protocol/redundancy';
import { INSPECTED_FILES, isOfKind } from '../base/fileKinds';
import type { CommandId } from '../commands/table';
import type { DataLinks } from '../data/dataLinks';
import { sessionSettings } from '../inspect/inspectPanels';
import type { Measurements } from '../results/measurements';
import { parseRestore } from '../inspect/messages';
import type { RunSaid } from '../running/runs';
import { SessionPanels, type PanelsContext, type Shown } from '../running/sessionPanels';
import { parseRedundancyMessage } from './messages';
import { RedundancySession, type RedundancyRequest } from './redundancySession';

export interface RedundancyPanelsContext extends PanelsContext {
  readonly links: DataLinks;
  /** Where it is kept which layers can go, for the lines of their source. */
  readonly measurements: Pick<Measurements, 'addRemoval'>;
  /** Asks for the data of a model whose panel waits for it. */
  readonly pickData: (model: vscode.Uri) => Promise<void>;
  readonly chooseModel: () => Promise<void>;
  readonly inspect: (model: vscode.Uri, layer: string) => Promise<void>;
}

type Open = Shown<RedundancySession>;

/** The tabs that show which layers of a model can go: one a model. */
export class RedundancyPanels extends SessionPanels<
  RedundancyRequest,
  RedundancyFromView,
  Open,
  RedundancyPanelsContext
> {
  constructor(context: RedundancyPanelsContext) {
    super('redundancy', context);
  }

  get(model: vscode.Uri): RedundancySession | undefined {
    return this.find(model.fsPath)?.session;
  }

  /** The tab of a model, in front. */
  reveal(model: vscode.Uri, data: DataChoice | undefined, answer?: ChainAnswer): RedundancySession {
    const there = this.find(model.fsPath);
    if (there === undefined)
      return this.create({ model: model.fsPath, data, answer }, vscode.ViewColumn.Active).session;
    there.panel.reveal();
    return there.session;
  }

  protected keyOf({ model }: RedundancyRequest): string {
    return model;
  }

  protected titleOf({ model }: RedundancyRequest): string {
    return vscode.l10n.t('{0} · redundancy', path.basename(model));
  }

  protected override subjectOf({ session }: Open): RunSaid {
    const name = path.basename(session.model);
    return {
      name,
      doing: vscode.l10n.t('redundant layers of {0}', name),
      entry: () => {
        const { model, data } = session;
        return data && { kind: 'redundancy', model, others: [], data, when: Date.now() };
      },
    };
  }

  protected make(panel: vscode.WebviewPanel, request: RedundancyRequest): Open {
    const settings = (model: string) => sessionSettings(vscode.Uri.file(model));
    const surroundings = this.surroundings<RedundancyToView>(panel);
    const post = (message: RedundancyToView) => {
      surroundings.post(message);
      if (message.type === 'result')
        this.context.measurements.addRemoval(request.model, message.result).catch(surroundings.unexpected);
    };
    return { panel, session: new RedundancySession(request, { ...surroundings, settings, post }) };
  }

  protected resume({ session }: Open): Promise<void> {
    return session.start();
  }

  protected restored(state: unknown): RedundancyRequest | undefined {
    const kept = parseRestore(state);
    const model = kept && vscode.Uri.parse(kept.model);
    if (model?.scheme !== 'file' || !isOfKind(model.fsPath, INSPECTED_FILES)) return undefined;
    // The data is the one that is remembered for the model: what a view kept of paths is not opened.
    return { model: model.fsPath, data: this.context.links.get(model) };
  }

  protected parse(message: unknown): RedundancyFromView | undefined {
    return parseRedundancyMessage(message);
  }

  protected async handle(message: RedundancyFromView, open: Open): Promise<void> {
    const { context } = this;
    const { session } = open;
    const model = vscode.Uri.file(session.model);
    switch (message.type) {
      case 'rerun':
        return session.start();
      case 'pickData':
        return context.pickData(model);
      case 'chooseModel':
        return context.chooseModel();
      case 'matching':
        return session.matching(message.request, message.a, message.b, message.dimension);
      case 'remove':
        return this.remove(session, model, message.candidates);
      case 'inspect':
        return context.inspect(model, message.layer);
      case 'describe':
        await vscode.commands.executeCommand('neuralTopology.describe' satisfies CommandId, model);
        return;
      case 'openDocs':
        return context.openDocs('redundancy');
      case 'ready':
      case 'cancel':
      case 'confirm':
      case 'copy':
      case 'showLog':
        return this.answer(message, open);
    }
  }

  /** Asks where to, writes the smaller model, says what it costs, and offers to open it. */
  private async remove(session: RedundancySession, model: vscode.Uri, names: readonly string[]): Promise<void> {
    const costly = session.costly(names);
    if (costly.length > 0) {
      const write = vscode.l10n.t('Write It All the Same');
      const answer = await vscode.window.showWarningMessage(
        vscode.l10n.t(
          '{0} is not suggested for removal: it costs more than the tolerance, or that was not measured.',
          costly.join(', '),
        ),
        { modal: true },
        write,
      );
      if (answer !== write) return;
    }
    const out = await askWhere(model);
    if (!out) return;
    if (out.fsPath === model.fsPath) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t('The smaller model is not written over the model itself: choose another name.'),
      );
      return;
    }
    const removed = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Removing {0}', names.join(', ')),
        cancellable: true,
      },
      async (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        return session.remove(names, out.fsPath, {
          signal: abort.signal,
          onProgress: (_, phrase) => progress.report({ message: phrase }),
        });
      },
    );
    const inspect = vscode.l10n.t('Inspect It');
    const again = vscode.l10n.t('Find More');
    const answer = await vscode.window.showInformationMessage(writtenText(removed, out), inspect, again);
    const link = this.context.links.get(model);
    // What fitted the model fits what is left of it.
    if (answer !== undefined && link !== undefined) await this.context.links.set(out, link);
    if (answer === inspect) await vscode.commands.executeCommand('neuralTopology.inspect' satisfies CommandId, out);
    if (answer === again)
      await vscode.commands.executeCommand('neuralTopology.findRedundantLayers' satisfies CommandId, out);
  }
}

/** VS Code's own dialog asks before a file is overwritten. */
async function askWhere(model: vscode.Uri): Promise<vscode.Uri | undefined> {
  const { dir, name, ext } = path.parse(model.fsPath);
  // TorchScript is written as the ONNX graph that it is run as.
  const ending = /^\.(pt|pth|ckpt)$/i.test(ext) ? '.onnx' : ext;
  return vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(path.join(dir, `${name}-smaller${ending}`)),
    filters: { [vscode.l10n.t('Models')]: [ending.slice(1)] },
    saveLabel: vscode.l10n.t('Write Smaller Model'),
    title: vscode.l10n.t('Write a model without these layers'),
  });
}

function writtenText({ removed, ablation }: RemovedLayers, out: vscode.Uri): string {
  const { accuracy, agreement, rows, parametersBefore, parametersAfter } = ablation;
  const name = path.basename(out.fsPath);
  const sizes = [formatCount(parametersBefore), formatCount(parametersAfter)] as const;
  return accuracy === undefined
    ? vscode.l10n.t(
        '{0} is written without {1}: {2} of the answers on {3} rows stay, {4} → {5} parameters.',
        name,
        removed.join(', '),
        formatPercent(agreement.value),
        formatCount(rows),
        ...sizes,
      )
    : vscode.l10n.t(
        '{0} is written without {1}: accuracy {2} → {3} on {4} rows, {5} → {6} parameters.',
        name,
        removed.join(', '),
        formatPercent(accuracy.before.value),
        formatPercent(accuracy.after.value),
        formatCount(rows),
        ...sizes,
      );
}
