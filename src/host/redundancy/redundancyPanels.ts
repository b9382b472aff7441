import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import { formatCount, formatPercent } from '../../base/numbers';
import type { RemovedLayers } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { DataChoice } from '../../protocol/panel';
import type { RedundancyFromView } from '../../protocol/redundancy';
import type { EngineLike } from '../base/engine';
import { INSPECTED_FILES, isOfKind } from '../base/fileKinds';
import { packArrays } from '../base/packArrays';
import { iconPath, viewPage, webviewOptions } from '../base/view';
import type { CommandId } from '../commands/table';
import type { DataLinks } from '../data/dataLinks';
import { sessionSettings } from '../inspect/inspectPanels';
import type { Measurements } from '../results/measurements';
import { parseRestore } from '../inspect/messages';
import { parseRedundancyMessage } from './messages';
import { RedundancySession } from './redundancySession';

export const REDUNDANCY_TYPE = 'neuralTopology.redundancy';

export interface RedundancyPanelsContext {
  readonly extension: vscode.Uri;
  readonly engine: () => Promise<EngineLike>;
  readonly links: DataLinks;
  /** Where it is kept which layers can go, for the lines of their source. */
  readonly measurements: Pick<Measurements, 'addRemoval'>;
  readonly log: vscode.LogOutputChannel;
  /** Asks for the data of a model whose panel waits for it. */
  readonly pickData: (model: vscode.Uri) => Promise<void>;
  readonly chooseModel: () => Promise<void>;
  readonly inspect: (model: vscode.Uri, layer: string) => Promise<void>;
  readonly openDocs: (page: string) => Promise<void>;
}

interface Shown {
  readonly panel: vscode.WebviewPanel;
  readonly session: RedundancySession;
}

/** The tabs that show which layers of a model can go: one a model. */
export class RedundancyPanels implements vscode.WebviewPanelSerializer, Disposable {
  private readonly store = new DisposableStore();
  private readonly open = new Map<string, Shown>();

  constructor(private readonly context: RedundancyPanelsContext) {
    this.store.add(vscode.window.registerWebviewPanelSerializer(REDUNDANCY_TYPE, this));
    this.store.add({
      dispose: () => {
        for (const { session } of this.open.values()) session.dispose();
      },
    });
  }

  /** The session of a model whose tab is in front, if it is one of ours. */
  get active(): string | undefined {
    return [...this.open].find(([, { panel }]) => panel.active)?.[0];
  }

  get(model: vscode.Uri): RedundancySession | undefined {
    return this.open.get(model.fsPath)?.session;
  }

  /** The tab of a model, in front. */
  reveal(model: vscode.Uri, data: DataChoice | undefined, answer?: ChainAnswer): RedundancySession {
    const there = this.open.get(model.fsPath);
    if (there) {
      there.panel.reveal();
      return there.session;
    }
    const panel = vscode.window.createWebviewPanel(
      REDUNDANCY_TYPE,
      path.basename(model.fsPath),
      vscode.ViewColumn.Active,
      {
        ...webviewOptions(this.context.extension),
        enableFindWidget: true,
      },
    );
    return this.adopt(panel, model, data, answer);
  }

  /** Called by VS Code for each tab that was open when the window was reloaded. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = parseRestore(typeof state === 'object' && state !== null && 'host' in state ? state.host : undefined);
    const uri = kept && vscode.Uri.parse(kept.model);
    if (uri?.scheme !== 'file' || !isOfKind(uri.fsPath, INSPECTED_FILES) || this.open.has(uri.fsPath)) panel.dispose();
    // The data is the one that is remembered for the model: what a view kept of paths is not opened.
    else void this.adopt(panel, uri, this.context.links.get(uri)).start();
    return Promise.resolve();
  }

  dispose(): void {
    this.store.dispose();
  }

  private adopt(
    panel: vscode.WebviewPanel,
    model: vscode.Uri,
    data: DataChoice | undefined,
    answer?: ChainAnswer,
  ): RedundancySession {
    const { extension, log, engine } = this.context;
    const { webview } = panel;
    const unexpected = (error: unknown) => log.error(error instanceof Error ? error : String(error));
    const session = new RedundancySession(
      { model: model.fsPath, data, answer },
      {
        engine,
        settings: file => sessionSettings(vscode.Uri.file(file)),
        post: message => {
          void webview.postMessage(packArrays(message));
          if (message.type === 'result')
            this.context.measurements.addRemoval(model.fsPath, message.result).catch(unexpected);
        },
        unexpected,
        uri: file => vscode.Uri.file(file).toString(),
        now: () => performance.now(),
        t: (message, ...args) => vscode.l10n.t(message, ...args),
      },
    );
    this.open.set(model.fsPath, { panel, session });
    panel.title = vscode.l10n.t('{0} · redundancy', path.basename(model.fsPath));
    panel.iconPath = iconPath(extension, 'inspect');
    webview.options = webviewOptions(extension);
    const listener = webview.onDidReceiveMessage((message: unknown) => {
      const parsed = parseRedundancyMessage(message);
      if (!parsed) return log.warn(`${panel.title}: a message of its view was dropped, because it is none of ours.`);
      this.handle(parsed, model, session).catch((error: unknown) => {
        log.error(error instanceof Error ? error : String(error));
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      });
    });
    panel.onDidDispose(() => {
      listener.dispose();
      session.dispose();
      this.open.delete(model.fsPath);
    });
    webview.html = viewPage(webview, extension, 'redundancy', path.basename(model.fsPath));
    return session;
  }

  private async handle(message: RedundancyFromView, model: vscode.Uri, session: RedundancySession): Promise<void> {
    const { context } = this;
    switch (message.type) {
      case 'ready':
        return session.replay();
      case 'cancel':
        return session.cancel();
      case 'rerun':
        return session.start();
      case 'confirm':
        return session.confirm(message.proceed);
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
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied to the clipboard.'), 3000);
        return;
      case 'openDocs':
        return context.openDocs('redundancy');
      case 'showLog':
        return context.log.show();
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
