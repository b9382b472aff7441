import path from 'node:path';
import * as vscode from 'vscode';
import { formatCount, formatPercent } from '../../base/numbers';
import type { RemovedLayers } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { DataChoice } from '../../protocol/panel';
import type { RedundancyFromView, RedundancyToView } from '../../protocol/redundancy';
import type { CommandId } from '../commands/table';
import { sessionSettings } from '../inspect/inspectPanels';
import type { Measurements } from '../results/measurements';
import type { RunSaid } from '../running/runs';
import { ModelPanels, type ModelPanelsContext } from '../running/modelPanels';
import type { Shown } from '../running/sessionPanels';
import { parseRedundancyMessage } from './messages';
import { RedundancySession, type RedundancyRequest } from './redundancySession';

export interface RedundancyPanelsContext extends ModelPanelsContext {
  /** Where it is kept which layers can go, for the lines of their source. */
  readonly measurements: Pick<Measurements, 'addRemoval'>;
  readonly inspect: (model: vscode.Uri, layer: string) => Promise<void>;
}

type Open = Shown<RedundancySession>;

/** The tabs that show which layers of a model can go: one a model. */
export class RedundancyPanels extends ModelPanels<
  RedundancyRequest,
  RedundancyFromView,
  RedundancySession,
  RedundancyPanelsContext
> {
  constructor(context: RedundancyPanelsContext) {
    super('redundancy', context);
  }

  /** The tab of a model, in front. */
  reveal(model: vscode.Uri, data: DataChoice | undefined, answer?: ChainAnswer): RedundancySession {
    return this.show({ model: model.fsPath, data, answer });
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

  protected restored(state: unknown): RedundancyRequest | undefined {
    return this.restoredModel(state);
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
      case 'pickData':
      case 'chooseModel':
      case 'describe':
        return this.answerOfModel(message, open);
      case 'matching':
        return session.matching(message.request, message.a, message.b, message.dimension);
      case 'remove':
        return this.remove(session, model, message.candidates);
      case 'inspect':
        return context.inspect(model, message.layer);
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
