import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import { globOf, MODEL_FILES } from '../base/fileKinds';
import { CodeAnalyses } from './codeAnalyses';
import { CodeFeatures, type CodeFeaturesContext } from './codeFeatures';
import { allAgree, definitionOf, networkKey, type LinkedNetwork } from './codeLayers';
import type { CodeLinks } from './codeLinks';
import { FoundModels, type FindContext } from './findModels';
import type { Measurements } from '../results/measurements';
import { isSource, sourceName, type SourceService } from './sourceService';

export interface CodeServiceContext extends Omit<FindContext, 'reader' | 'isUsed' | 'look' | 'agreed'> {
  readonly reader: SourceService;
  readonly links: CodeLinks;
  readonly measurements: Measurements;
  /** Whether data is linked to a model. */
  readonly hasData: (model: string) => boolean;
  /** Tells of models that came, went or were written anew. */
  readonly onDidChangeModels: vscode.Event<void>;
  readonly answers: CodeFeaturesContext['answers'];
  readonly topologyOf: CodeFeaturesContext['topologyOf'];
  readonly failed: (error: unknown) => void;
}

/** All that is said next to the code, and what people answered of it. */
export class CodeService implements Disposable {
  private readonly store = new DisposableStore();
  private readonly analyses: CodeAnalyses;

  constructor(private readonly context: CodeServiceContext) {
    const { measurements, hasData, failed } = context;
    const found = new FoundModels({
      ...context,
      isUsed: model => hasData(model) || measurements.of(model) !== undefined,
      look: model => measurements.look(model),
      agreed: (model, network) => measurements.define(model, networkKey(network), definitionOf(network)),
    });
    this.analyses = this.store.add(new CodeAnalyses(found, failed));
    this.store.add(
      new CodeFeatures({
        analyses: this.analyses,
        measurements,
        reader: context.reader,
        engine: context.engine,
        answers: context.answers,
        topologyOf: context.topologyOf,
        failed,
      }),
    );
    this.store.add(measurements.onDidChange(() => this.show()));
    this.store.add(context.onDidChangeModels(() => this.analyses.refresh()));
    // Models that came or went are told above; those that were written anew are read again.
    const watcher = this.store.add(vscode.workspace.createFileSystemWatcher(globOf(MODEL_FILES), true, false, true));
    let timer: NodeJS.Timeout | undefined;
    this.store.add(
      watcher.onDidChange(() => {
        clearTimeout(timer);
        timer = setTimeout(() => this.analyses.refresh(), 500);
      }),
    );
    this.store.add({ dispose: () => clearTimeout(timer) });
  }

  /** What the sources in editors say of a model's layers, by `file#network`. */
  definitionsOf(model: string): Readonly<Record<string, string>> {
    // What is of other sizes than the model is no definition of it, though it was measured while that was typed.
    const networks = this.analyses.networks.filter(network => network.model === model && allAgree(network));
    return Object.fromEntries(networks.map(network => [networkKey(network), definitionOf(network)]));
  }

  /** Something else is known of models, or was said of a source. */
  private show(): void {
    this.analyses.refresh();
    this.analyses.show();
  }

  /** Asks which model a source is of, and remembers it. */
  async chooseModel(source?: vscode.Uri, name?: string): Promise<void> {
    const document = source
      ? await vscode.workspace.openTextDocument(source)
      : vscode.window.activeTextEditor?.document;
    if (!document || !isSource(document)) return;
    await this.analyses.layersOf(document);
    const file = sourceName(document.uri);
    const networks = this.analyses.networksIn(file).filter(network => name === undefined || network.name === name);
    if (networks.length === 0)
      throw new Fault('not-found', vscode.l10n.t('No model of the workspace fits {0}.', path.basename(file)), {
        hint: vscode.l10n.t('Its layers are compared by name, order and sizes with those of the models nearby.'),
      });
    const network = networks.length === 1 ? networks[0] : await this.askForNetwork(networks);
    if (!network) return;
    const chosen = await vscode.window.showQuickPick(
      network.choices.map(model => ({
        label: path.basename(model),
        description: vscode.workspace.asRelativePath(path.dirname(model), true),
        model,
      })),
      {
        title: vscode.l10n.t('Model of {0}', network.name),
        placeHolder: vscode.l10n.t('Choose the model that this source is of'),
        matchOnDescription: true,
      },
    );
    if (!chosen) return;
    await this.context.links.set({
      file: network.file,
      network: network.name,
      model: chosen.model,
      chosen: true,
      files: [...new Set(network.match.network.layers.map(({ place }) => place.file))],
    });
    this.show();
  }

  /** Takes back what was found and chosen for a file, and what was measured of it. */
  async forget(file: string): Promise<void> {
    await this.context.links.forget(file);
    await this.context.measurements.forget(file);
    this.show();
  }

  dispose(): void {
    this.store.dispose();
  }

  private async askForNetwork(networks: readonly LinkedNetwork[]): Promise<LinkedNetwork | undefined> {
    const picked = await vscode.window.showQuickPick(
      networks.map(network => ({
        label: network.name,
        description: network.model === undefined ? '' : path.basename(network.model),
        network,
      })),
      { title: vscode.l10n.t('Network'), placeHolder: vscode.l10n.t('Choose a network of this source') },
    );
    return picked?.network;
  }
}
