import path from 'node:path';
import * as vscode from 'vscode';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { MapperFromView, MapperToView } from '../../protocol/mapper';
import type { DataChoice } from '../../protocol/panel';
import { INSPECTED_FILES, isOfKind } from '../base/fileKinds';
import type { CommandId } from '../commands/table';
import type { DataLinks } from '../data/dataLinks';
import { sessionSettings } from '../inspect/inspectPanels';
import { parseRestore } from '../inspect/messages';
import type { Slices } from '../results/slices';
import { SessionPanels, type PanelsContext, type Shown } from '../running/sessionPanels';
import { MapperSession, type MapperRequest } from './mapperSession';
import { parseMapperMessage } from './messages';

export interface MapperPanelsContext extends PanelsContext {
  readonly links: DataLinks;
  readonly slices: Slices;
  readonly memento: vscode.Memento;
  readonly pickData: (model: vscode.Uri) => Promise<void>;
  readonly chooseModel: () => Promise<void>;
}

type Open = Shown<MapperSession>;

const KEPT_KEY = 'neuralTopology.mapperViews';
/** Views that are kept, the oldest of which go first. */
const MOST_KEPT = 20;

/** The tabs that show Mapper graphs: one a model. */
export class MapperPanels extends SessionPanels<MapperRequest, MapperFromView, Open, MapperPanelsContext> {
  constructor(context: MapperPanelsContext) {
    super('mapper', context);
  }

  get(model: vscode.Uri): MapperSession | undefined {
    return this.find(model.fsPath)?.session;
  }

  /** The tab of a model, in front. */
  reveal(model: vscode.Uri, data: DataChoice | undefined, layer?: string, answer?: ChainAnswer): MapperSession {
    const there = this.find(model.fsPath);
    if (there === undefined)
      return this.create({ model: model.fsPath, data, layer, answer }, vscode.ViewColumn.Active).session;
    there.panel.reveal();
    return there.session;
  }

  protected keyOf({ model }: MapperRequest): string {
    return model;
  }

  protected titleOf({ model }: MapperRequest): string {
    return vscode.l10n.t('{0} · Mapper', path.basename(model));
  }

  protected make(panel: vscode.WebviewPanel, request: MapperRequest): Open {
    const settings = (model: string) => sessionSettings(vscode.Uri.file(model));
    const kept = {
      get: (key: string) => this.keptViews().find(one => one.key === key)?.view,
      set: (key: string, view: string) => {
        const others = this.keptViews().filter(one => one.key !== key);
        void this.context.memento.update(KEPT_KEY, [...others, { key, view }].slice(-MOST_KEPT));
      },
    };
    const { slices } = this.context;
    return {
      panel,
      session: new MapperSession(request, { ...this.surroundings<MapperToView>(panel), settings, slices, kept }),
    };
  }

  protected resume({ session }: Open): Promise<void> {
    return session.start();
  }

  protected restored(state: unknown): MapperRequest | undefined {
    const kept = parseRestore(state);
    const model = kept && vscode.Uri.parse(kept.model);
    if (model?.scheme !== 'file' || !isOfKind(model.fsPath, INSPECTED_FILES)) return undefined;
    // The data is the one that is remembered for the model: what a view kept of paths is not opened.
    return { model: model.fsPath, data: this.context.links.get(model), layer: this.lastLayerOf(model.fsPath) };
  }

  protected parse(message: unknown): MapperFromView | undefined {
    return parseMapperMessage(message);
  }

  protected async handle(message: MapperFromView, open: Open): Promise<void> {
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
      case 'describe':
        await vscode.commands.executeCommand('neuralTopology.describe' satisfies CommandId, model);
        return;
      case 'graph':
        return session.graph(message.request, message.parameters);
      case 'grid':
        return session.grid(message.request, message.parameters);
      case 'loops':
        return session.loops();
      case 'communities':
        return session.communities();
      case 'subject':
        return session.setSubject(message.layer, message.points);
      case 'inputs':
        return session.inputs(message.request, message.rows);
      case 'slice':
        return session.addSlice({ name: message.name, rows: [...message.rows] });
      case 'removeSlice':
        return session.removeSlice(message.name);
      case 'keep':
        return session.keep(message.view);
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

  private keptViews(): readonly { readonly key: string; readonly view: string }[] {
    return this.context.memento.get<readonly { readonly key: string; readonly view: string }[]>(KEPT_KEY) ?? [];
  }

  /** The layer that was looked at last. */
  private lastLayerOf(model: string): string | undefined {
    const layer = this.keptViews()
      .findLast(({ key }) => key.startsWith(`${model}\n`))
      ?.key.slice(model.length + 1);
    return layer === '' ? undefined : layer;
  }
}
