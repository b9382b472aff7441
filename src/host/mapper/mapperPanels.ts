import path from 'node:path';
import * as vscode from 'vscode';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { MapperFromView, MapperToView } from '../../protocol/mapper';
import type { DataChoice } from '../../protocol/panel';
import { sessionSettings } from '../inspect/inspectPanels';
import type { Slices } from '../results/slices';
import { ModelPanels, type ModelPanelsContext } from '../running/modelPanels';
import type { Shown } from '../running/sessionPanels';
import { MapperSession, type MapperRequest } from './mapperSession';
import { parseMapperMessage } from './messages';

export interface MapperPanelsContext extends ModelPanelsContext {
  readonly slices: Slices;
  readonly memento: vscode.Memento;
}

type Open = Shown<MapperSession>;

const KEPT_KEY = 'neuralTopology.mapperViews';
/** Views that are kept, the oldest of which go first. */
const MOST_KEPT = 20;

/** The tabs that show Mapper graphs: one a model. */
export class MapperPanels extends ModelPanels<MapperRequest, MapperFromView, MapperSession, MapperPanelsContext> {
  constructor(context: MapperPanelsContext) {
    super('mapper', context);
  }

  /** The tab of a model, in front. */
  reveal(model: vscode.Uri, data: DataChoice | undefined, layer?: string, answer?: ChainAnswer): MapperSession {
    return this.show({ model: model.fsPath, data, layer, answer });
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

  protected restored(state: unknown): MapperRequest | undefined {
    const request = this.restoredModel(state);
    return request && { ...request, layer: this.lastLayerOf(request.model) };
  }

  protected parse(message: unknown): MapperFromView | undefined {
    return parseMapperMessage(message);
  }

  protected async handle(message: MapperFromView, open: Open): Promise<void> {
    const { session } = open;
    switch (message.type) {
      case 'rerun':
      case 'pickData':
      case 'chooseModel':
      case 'describe':
        return this.answerOfModel(message, open);
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
