import path from 'node:path';
import * as vscode from 'vscode';
import type { DataChoice, FromView } from '../../protocol/panel';
import { besideColumn } from '../base/besideColumn';
import { INSPECTED_FILES, isOfKind } from '../base/fileKinds';
import type { DataLinks } from '../data/dataLinks';
import { isDataFile, sessionSettings } from '../inspect/inspectPanels';
import { isRecord } from '../base/messageFields';
import { parseFromView, parseRestore } from '../inspect/messages';
import { keptParameters } from '../running/parameterChanges';
import type { RunSaid } from '../running/runs';
import { SessionPanels, saveAs, type PanelsContext, type Shown } from '../running/sessionPanels';
import { CompareSession, type CompareRequest } from './compareSession';

export interface ComparePanelsContext extends PanelsContext {
  readonly links: DataLinks;
  /** Asks which data the models are run on. */
  pickData(model: vscode.Uri, current: DataChoice | undefined): Promise<DataChoice | undefined>;
}

type Open = Shown<CompareSession>;

/** Panels that compare models, beside the editor: one for the same models in the same order. */
export class ComparePanels extends SessionPanels<CompareRequest, FromView, Open, ComparePanelsContext> {
  /** What others are to be compared with. */
  selected: readonly vscode.Uri[] = [];

  constructor(context: ComparePanelsContext) {
    super('compare', context);
  }

  select(models: readonly vscode.Uri[]): void {
    this.selected = models;
  }

  /**
   * Shows the comparison of these models on the data that is given, or else on that of one of them, and asks for data where none has any. Of fewer than two models
   * there is nothing to show.
   */
  async reveal(given: readonly vscode.Uri[], asked?: DataChoice): Promise<void> {
    const models = given.slice(0, MOST_MODELS);
    if (models.length < 2) return;
    const data = asked ?? models.map(model => this.context.links.get(model)).find(link => link !== undefined);
    const request = { models: models.map(model => model.fsPath), data, parameters: {} };
    const there = this.find(this.keyOf(request));
    if (there === undefined) {
      // Comparisons share a column: each beside the last would leave none of them readable.
      const column = this.all.find(({ panel }) => panel.viewColumn !== undefined)?.panel.viewColumn;
      return this.resume(this.create(request, column ?? besideColumn(), data === undefined));
    }
    there.panel.reveal(there.panel.viewColumn, false);
    if (asked !== undefined && JSON.stringify(asked) !== JSON.stringify(there.session.data))
      return there.session.use(asked);
    if (there.session.result === undefined && !there.session.isRunning) await this.resume(there);
  }

  protected keyOf({ models }: CompareRequest): string {
    return models.join('\n');
  }

  protected titleOf({ models }: Pick<CompareRequest, 'models'>): string {
    const names = models.map(model => path.basename(model));
    if (new Set(names).size === names.length) return names.join(' · ');
    return models.map(model => path.join(path.basename(path.dirname(model)), path.basename(model))).join(' · ');
  }

  protected override subjectOf({ session }: Open): RunSaid {
    const name = this.titleOf(session);
    return {
      name,
      doing: vscode.l10n.t('comparing {0}', name),
      entry: () => {
        const { data } = session;
        const [model, ...others] = session.models;
        return data && { kind: 'compare', model: model!, others, data, when: Date.now() };
      },
    };
  }

  protected make(panel: vscode.WebviewPanel, request: CompareRequest): Open {
    const settings = (model: string) => sessionSettings(vscode.Uri.file(model));
    return { panel, session: new CompareSession(request, { ...this.surroundings(panel), settings }) };
  }

  protected resume(open: Open): Promise<void> {
    return open.session.data === undefined ? this.pickData(open) : open.session.start();
  }

  protected restored(kept: unknown): CompareRequest | undefined {
    if (!isRecord(kept) || !Array.isArray(kept.models)) return undefined;
    // Each is checked as an inspection's model and data are.
    const models = (kept.models as readonly unknown[]).map(model =>
      parseRestore({ ...kept, models: undefined, model }),
    );
    if (models.length < 2 || models.length > MOST_MODELS || models.some(model => model === undefined)) return undefined;
    const files = models.map(model => vscode.Uri.parse(model!.model));
    if (!files.every(file => file.scheme === 'file' && isOfKind(file.fsPath, INSPECTED_FILES))) return undefined;
    const [first] = models;
    const { data } = first!;
    return {
      models: files.map(file => file.fsPath),
      data: isDataFile(data) ? data : this.context.links.get(files[0]!),
      parameters: keptParameters(first!),
    };
  }

  protected parse(message: unknown): FromView | undefined {
    return parseFromView(message);
  }

  protected handle(message: FromView, open: Open): Promise<void> | void {
    const { session } = open;
    switch (message.type) {
      case 'rerun':
        return session.rerun(message.changes);
      case 'pickData':
        return this.pickData(open);
      case 'inputs':
        return session.inputs(message.request, message.rows);
      case 'exportReport':
        return this.exportReport(session);
      case 'chooseModel':
      case 'describe':
      case 'programWay':
      case 'redundancy':
      case 'prune':
      case 'mapper':
        // Of an inspection alone.
        return undefined;
      case 'ready':
      case 'cancel':
      case 'confirm':
      case 'copy':
      case 'save':
      case 'openDocs':
      case 'showLog':
        return this.answer(message, open, path.dirname(session.model));
    }
  }

  private async pickData({ panel, session }: Open): Promise<void> {
    const model = vscode.Uri.file(session.model);
    const choice = await this.context.pickData(model, session.data);
    // Where it is: without its column it would move to the one that is active.
    panel.reveal(panel.viewColumn);
    if (choice === undefined) return;
    // Random input is tried out, not remembered: the next time there may be data.
    if (choice.kind !== 'random') await this.context.links.set(model, choice);
    await session.use(choice);
  }

  private async exportReport({ result, model }: CompareSession): Promise<void> {
    if (result === undefined) return;
    const engine = await this.context.engine();
    const content = await engine.run('compareReport', { result });
    await saveAs(path.dirname(model), { type: 'save', suggestedName: 'comparison.html', format: 'html', content });
  }
}

/** Every pair of them is compared: 28. */
const MOST_MODELS = 8;
