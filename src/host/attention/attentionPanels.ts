import path from 'node:path';
import * as vscode from 'vscode';
import type { AttentionFromView, AttentionToView } from '../../protocol/attention';
import type { DataChoice } from '../../protocol/panel';
import { INSPECTED_FILES, isOfKind } from '../base/fileKinds';
import type { CommandId } from '../commands/table';
import type { DataLinks } from '../data/dataLinks';
import { sessionSettings } from '../inspect/inspectPanels';
import { parseRestore } from '../inspect/messages';
import { SessionPanels, type PanelsContext, type Shown } from '../running/sessionPanels';
import { AttentionSession, type AttentionRequest } from './attentionSession';
import { parseAttentionMessage } from './messages';

export interface AttentionPanelsContext extends PanelsContext {
  readonly links: DataLinks;
  /** Asks for the texts of a model whose panel waits for them. */
  readonly pickData: (model: vscode.Uri) => Promise<void>;
  readonly chooseModel: () => Promise<void>;
}

type Open = Shown<AttentionSession>;

/** The tabs that show what a model's heads attend to: one a model. */
export class AttentionPanels extends SessionPanels<AttentionRequest, AttentionFromView, Open, AttentionPanelsContext> {
  constructor(context: AttentionPanelsContext) {
    super('attention', context);
  }

  get(model: vscode.Uri): AttentionSession | undefined {
    return this.find(model.fsPath)?.session;
  }

  /** The tab of a model, in front. */
  reveal(model: vscode.Uri, data: DataChoice | undefined): AttentionSession {
    const there = this.find(model.fsPath);
    if (there === undefined) return this.create({ model: model.fsPath, data }, vscode.ViewColumn.Active).session;
    there.panel.reveal();
    return there.session;
  }

  protected keyOf({ model }: AttentionRequest): string {
    return model;
  }

  protected titleOf({ model }: AttentionRequest): string {
    return vscode.l10n.t('{0} · attention', path.basename(model));
  }

  protected make(panel: vscode.WebviewPanel, request: AttentionRequest): Open {
    const settings = (model: string) => sessionSettings(vscode.Uri.file(model));
    return {
      panel,
      session: new AttentionSession(request, { ...this.surroundings<AttentionToView>(panel), settings }),
    };
  }

  protected resume({ session }: Open): Promise<void> {
    return session.start();
  }

  protected restored(state: unknown): AttentionRequest | undefined {
    const kept = parseRestore(state);
    const model = kept && vscode.Uri.parse(kept.model);
    if (model?.scheme !== 'file' || !isOfKind(model.fsPath, INSPECTED_FILES)) return undefined;
    // The data is the one that is remembered for the model: what a view kept of paths is not opened.
    return { model: model.fsPath, data: this.context.links.get(model) };
  }

  protected parse(message: unknown): AttentionFromView | undefined {
    return parseAttentionMessage(message);
  }

  protected async handle(message: AttentionFromView, open: Open): Promise<void> {
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
      case 'map':
        return session.map(message.request, message.text, message.layer);
      case 'describe':
        await vscode.commands.executeCommand('neuralTopology.describe' satisfies CommandId, model);
        return;
      case 'openDocs':
        return context.openDocs('attention');
      case 'ready':
      case 'cancel':
      case 'confirm':
      case 'copy':
      case 'showLog':
        return this.answer(message, open);
    }
  }
}
