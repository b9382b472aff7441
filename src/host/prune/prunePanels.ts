import path from 'node:path';
import * as vscode from 'vscode';
import type { PruneFromView, PruneToView } from '../../protocol/prune';
import { isOfKind, MODEL_FILES } from '../base/fileKinds';
import type { DataLinks } from '../data/dataLinks';
import type { Measurements } from '../results/measurements';
import type { RunSaid } from '../running/runs';
import { SessionPanels, type PanelsContext, type Shown } from '../running/sessionPanels';
import { parsePruneMessage, parsePruneRestore } from './messages';
import { PruneSession, type PruneData, type PruneRequest } from './pruneSession';

export interface PrunePanelsContext extends PanelsContext {
  readonly links: DataLinks;
  /** Where what was measured of single layers is kept for the lines of their source. */
  readonly measurements: Pick<Measurements, 'addPruning'>;
  /** Asks for data, remembers it, and runs. */
  readonly pickData: (session: PruneSession) => Promise<void>;
  readonly pickHoldout: (session: PruneSession) => Promise<void>;
  readonly inspect: (model: vscode.Uri) => Promise<void>;
}

type Open = Shown<PruneSession>;

/** All panels that prune: one a model. */
export class PrunePanels extends SessionPanels<PruneRequest, PruneFromView, Open, PrunePanelsContext> {
  constructor(context: PrunePanelsContext) {
    super('prune', context);
  }

  /** The panel of a model, in front. A new one shows its layout at once and has not started yet. */
  reveal(model: vscode.Uri): PruneSession {
    const there = this.find(model.fsPath);
    if (there !== undefined) {
      there.panel.reveal();
      return there.session;
    }
    const request = {
      model: model.fsPath,
      data: this.linked(model),
      holdout: this.heldOut(model),
      settings: { ratio: undefined, layerRatios: {} },
    };
    return this.create(request, vscode.ViewColumn.Active).session;
  }

  protected keyOf({ model }: PruneRequest): string {
    return model;
  }

  protected titleOf({ model }: PruneRequest): string {
    return vscode.l10n.t('{0} · pruning', path.basename(model));
  }

  protected override subjectOf({ session }: Open): RunSaid {
    const name = path.basename(session.model);
    return {
      name,
      doing: vscode.l10n.t('pruning {0}', name),
      entry: () => {
        const { model, data, holdout } = session;
        const held = holdout && { holdout };
        return data && { kind: 'prune', model, others: [], data, ...held, when: Date.now() };
      },
    };
  }

  protected make(panel: vscode.WebviewPanel, request: PruneRequest): Open {
    const surroundings = this.surroundings<PruneToView>(panel);
    const post = (message: PruneToView) => {
      surroundings.post(message);
      if (message.type === 'result')
        this.context.measurements.addPruning(request.model, message.result).catch(surroundings.unexpected);
    };
    return { panel, session: new PruneSession(request, { ...surroundings, post }) };
  }

  protected resume({ session }: Open): Promise<void> {
    return session.start();
  }

  protected restored(state: unknown): PruneRequest | undefined {
    const kept = parsePruneRestore(state);
    const model = kept && vscode.Uri.parse(kept.model);
    if (kept === undefined || model?.scheme !== 'file' || !isOfKind(model.fsPath, MODEL_FILES)) return undefined;
    return { model: model.fsPath, data: this.linked(model), holdout: this.heldOut(model), settings: kept.settings };
  }

  protected parse(message: unknown): PruneFromView | undefined {
    return parsePruneMessage(message);
  }

  protected handle(message: PruneFromView, open: Open): Promise<void> | void {
    const { context } = this;
    const { session } = open;
    switch (message.type) {
      case 'run':
        return session.run(message.settings);
      case 'write':
        return this.write(session);
      case 'pickData':
        return context.pickData(session);
      case 'pickHoldout':
        return context.pickHoldout(session);
      case 'copyCommand':
        return this.answer({ type: 'copy', text: session.commandLine }, open);
      case 'openDocs':
        return context.openDocs('pruning');
      case 'ready':
      case 'cancel':
      case 'showLog':
        return this.answer(message, open);
    }
  }

  private linked(model: vscode.Uri): PruneData | undefined {
    const link = this.context.links.get(model);
    return link?.kind === 'file' ? link : undefined;
  }

  private heldOut(model: vscode.Uri): PruneData | undefined {
    const link = this.context.links.heldOut(model);
    return link?.kind === 'file' ? link : undefined;
  }

  /** Where the smaller model goes is the person's to say, in VS Code's own dialog, which also asks before it overwrites. */
  private async write(session: PruneSession): Promise<void> {
    if (session.result === undefined) return;
    const { dir, name, ext } = path.parse(session.model);
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.file(path.join(dir, `${name}-pruned${ext}`)),
      saveLabel: vscode.l10n.t('Write'),
      title: vscode.l10n.t('Write pruned model'),
    });
    if (!target) return;
    const file = vscode.Uri.file(await session.write(target.fsPath));
    const inspect = vscode.l10n.t('Inspect Layer Topology');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} was run before it was written, and has the accuracy that is shown.',
        path.basename(file.fsPath),
      ),
      inspect,
    );
    if (answer === inspect) await this.context.inspect(file);
  }
}
