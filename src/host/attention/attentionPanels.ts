import path from 'node:path';
import * as vscode from 'vscode';
import type { AttentionFromView, AttentionToView } from '../../protocol/attention';
import type { DataChoice } from '../../protocol/panel';
import { sessionSettings } from '../inspect/inspectPanels';
import { ModelPanels, type ModelPanelsContext } from '../running/modelPanels';
import type { Shown } from '../running/sessionPanels';
import { AttentionSession, type AttentionRequest } from './attentionSession';
import { parseAttentionMessage } from './messages';

type Open = Shown<AttentionSession>;

/** The tabs that show what a model's heads attend to: one a model. */
export class AttentionPanels extends ModelPanels<
  AttentionRequest,
  AttentionFromView,
  AttentionSession,
  ModelPanelsContext
> {
  constructor(context: ModelPanelsContext) {
    super('attention', context);
  }

  /** The tab of a model, in front. */
  reveal(model: vscode.Uri, data: DataChoice | undefined): AttentionSession {
    return this.show({ model: model.fsPath, data });
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

  protected restored(state: unknown): AttentionRequest | undefined {
    return this.restoredModel(state);
  }

  protected parse(message: unknown): AttentionFromView | undefined {
    return parseAttentionMessage(message);
  }

  protected async handle(message: AttentionFromView, open: Open): Promise<void> {
    switch (message.type) {
      case 'rerun':
      case 'pickData':
      case 'chooseModel':
      case 'describe':
        return this.answerOfModel(message, open);
      case 'map':
        return open.session.map(message.request, message.text, message.layer);
      case 'openDocs':
        return this.context.openDocs('attention');
      case 'ready':
      case 'cancel':
      case 'confirm':
      case 'copy':
      case 'showLog':
        return this.answer(message, open);
    }
  }
}
