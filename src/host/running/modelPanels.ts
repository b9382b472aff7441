import * as vscode from 'vscode';
import type { DataChoice } from '../../protocol/panel';
import { INSPECTED_FILES, isOfKind } from '../base/fileKinds';
import type { CommandId } from '../commands/table';
import type { DataLinks } from '../data/dataLinks';
import { parseRestore } from '../inspect/messages';
import { SessionPanels, type PanelsContext, type Shown, type ShownSession } from './sessionPanels';

export interface ModelPanelsContext extends PanelsContext {
  readonly links: DataLinks;
  /** Asks for the data of a model whose panel waits for it. */
  readonly pickData: (model: vscode.Uri) => Promise<void>;
  readonly chooseModel: () => Promise<void>;
}

/** A model, and the data that it is looked at on. */
export interface ModelRequest {
  readonly model: string;
  readonly data: DataChoice | undefined;
}

/** What a panel shows of one model. */
export interface ModelSession extends ShownSession {
  readonly model: string;
  start(): Promise<void>;
}

/** What the views of one model send, and is answered alike. */
export interface ModelMessage {
  readonly type: 'rerun' | 'pickData' | 'chooseModel' | 'describe';
}

/** The tabs of one kind of view, one for each model. Of what a view kept only the model is taken: its data is the one that is remembered for it. */
export abstract class ModelPanels<
  Request extends ModelRequest,
  Message extends { readonly type: string },
  Session extends ModelSession,
  Context extends ModelPanelsContext,
> extends SessionPanels<Request, Message, Shown<Session>, Context> {
  get(model: vscode.Uri): Session | undefined {
    return this.find(model.fsPath)?.session;
  }

  /** The tab of a model, in front; a new one has not started yet. */
  protected show(request: Request): Session {
    const there = this.find(this.keyOf(request));
    if (there === undefined) return this.create(request, vscode.ViewColumn.Active).session;
    there.panel.reveal();
    return there.session;
  }

  protected keyOf({ model }: Request): string {
    return model;
  }

  protected resume({ session }: Shown<Session>): Promise<void> {
    return session.start();
  }

  /** What a view kept names a model: with the data that is remembered, for paths that a view names are not opened. */
  protected restoredModel(state: unknown): ModelRequest | undefined {
    const kept = parseRestore(state);
    const model = kept && vscode.Uri.parse(kept.model);
    if (model?.scheme !== 'file' || !isOfKind(model.fsPath, INSPECTED_FILES)) return undefined;
    return { model: model.fsPath, data: this.context.links.get(model) };
  }

  protected async answerOfModel({ type }: ModelMessage, { session }: Shown<Session>): Promise<void> {
    const model = vscode.Uri.file(session.model);
    switch (type) {
      case 'rerun':
        return session.start();
      case 'pickData':
        return this.context.pickData(model);
      case 'chooseModel':
        return this.context.chooseModel();
      case 'describe':
        await vscode.commands.executeCommand('neuralTopology.describe' satisfies CommandId, model);
    }
  }
}
