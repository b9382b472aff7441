import { loadStarted } from './base/clock';
import path from 'node:path';
import * as vscode from 'vscode';
import { toDisposable } from '../base/lifecycle';
import { fileStamp } from './base/fileStamp';
import { DATA_FILES, MODEL_FILES, PYTHON_FILES, SOURCE_FILES, TOKENIZER_FILES } from './base/fileKinds';
import { EngineService } from './base/engineService';
import {
  dataToCompare,
  exportFrom,
  inspectAnother,
  inspectAt,
  makeCommands,
  prune,
  selectData,
  selectRedundancyData,
  selectTexts,
  selectMapperData,
  showMapper,
  findRedundant,
  selectHoldout,
  selectPruneData,
  selectTimelineData,
  type CommandContext,
  layerListSaved,
  takeProgramWay,
} from './commands/commands';
import { CodeLinks } from './code/codeLinks';
import { CodeService } from './code/codeService';
import type { MeasureContext } from './code/measure';
import { SourceService } from './code/sourceService';
import { registerCommands, showError } from './commands/register';
import { ComparePanels } from './compare/comparePanels';
import { DataLinks } from './data/dataLinks';
import { FileAnswers } from './data/fileAnswers';
import { DESCRIBE_SHARED_TYPE, DESCRIBE_TYPE, DescribeEditor } from './describe/describeEditor';
import { InspectPanels, sessionSettings } from './inspect/inspectPanels';
import { AttentionPanels } from './attention/attentionPanels';
import { MapperPanels } from './mapper/mapperPanels';
import { RedundancyPanels } from './redundancy/redundancyPanels';
import { ChainAnswers } from './program/chainAnswers';
import { LayerListWatcher } from './program/layerListWatcher';
import { PrunePanels } from './prune/prunePanels';
import { Measurements } from './results/measurements';
import { Results } from './results/results';
import { Slices } from './results/slices';
import { DoneNotice } from './running/doneNotice';
import { RunningStatus } from './running/runningStatus';
import { Runs } from './running/runs';
import { TimelinePanels } from './timeline/timelinePanels';
import { registerTools } from './tools/registerTools';
import { FileTree } from './trees/fileTree';
import { ResultTree } from './trees/resultTree';
import { openDocs } from './workspace/docs';
import { describeDataFile, describeModelFile } from './workspace/tooltips';
import { InspectedFolders } from './workspace/inspectedFolders';
import { WorkspaceFiles } from './workspace/workspaceFiles';
import { WorkspaceImages } from './workspace/workspaceImages';

/**
 * Called by VS Code on first use of a command, view, editor or panel of ours. It registers what the manifest declares and
 * starts nothing: files are looked for and the engine is made when somebody asks.
 */
export function activate(context: vscode.ExtensionContext): void {
  const started = performance.now();
  const keep = <T extends vscode.Disposable>(disposable: T): T => {
    context.subscriptions.push(disposable);
    return disposable;
  };
  const log = keep(vscode.window.createOutputChannel('Neural Topology', { log: true }));
  const engine = keep(new EngineService(context, log));
  const models = keep(new WorkspaceFiles(MODEL_FILES));
  const data = keep(new WorkspaceFiles(DATA_FILES));
  const tokenizers = keep(new WorkspaceFiles(TOKENIZER_FILES));
  const images = keep(new WorkspaceImages());
  const sources = keep(new WorkspaceFiles(PYTHON_FILES));
  const allSources = keep(new WorkspaceFiles(SOURCE_FILES));
  const sourceReader = keep(new SourceService(context.extensionUri));
  const unexpected = (error: unknown) => log.error(error instanceof Error ? error : String(error));
  const folders = keep(new InspectedFolders(unexpected));
  const links = new DataLinks(context.workspaceState);
  const answers = new FileAnswers(context.workspaceState);
  const chainAnswers = new ChainAnswers(context.globalState);
  const measurements: Measurements = new Measurements({
    memento: context.workspaceState,
    stampOf: model => fileStamp(vscode.Uri.file(model)),
    hashOf: async model => (await engine.get()).run('modelHash', { model }),
    definitionsOf: model => code.definitionsOf(model),
    now: () => Date.now(),
  });
  const runs = keep(new Runs());
  const surroundings = {
    extension: context.extensionUri,
    engine: engine.get,
    log,
    runs,
    openDocs: (page: string) => openDocs(context.extensionUri, page),
  };
  const slices = new Slices(context.workspaceState);
  const panels: InspectPanels = keep(
    new InspectPanels({
      ...surroundings,
      links,
      answers: chainAnswers,
      finishedBefore: (model, chosen, parameters) => results.has(model, chosen, parameters),
      pickData: panel => selectData(commands, panel),
      chooseModel: () => inspectAnother(commands),
      describe: (panel, layer) => describing.reveal(vscode.Uri.file(panel.model), layer),
      programWay: (panel, way) => takeProgramWay(commands, panel, way),
      exportReport: panel => exportFrom(commands, panel),
      redundancy: panel => findRedundant(commands, vscode.Uri.file(panel.model)),
      mapper: (panel, layer) => showMapper(commands, vscode.Uri.file(panel.model), layer),
      prune: panel => prune(commands, vscode.Uri.file(panel.model)),
    }),
  );
  const mappers = keep(
    new MapperPanels({
      ...surroundings,
      links,
      slices,
      memento: context.workspaceState,
      pickData: model => selectMapperData(commands, model),
      chooseModel: () => inspectAnother(commands),
    }),
  );
  const redundancy = keep(
    new RedundancyPanels({
      ...surroundings,
      links,
      measurements,
      pickData: model => selectRedundancyData(commands, model),
      chooseModel: () => inspectAnother(commands),
      inspect: (model, layer) => inspectAt(commands, model, layer),
    }),
  );
  const heads = keep(
    new AttentionPanels({
      ...surroundings,
      links,
      pickData: model => selectTexts(commands, model),
      chooseModel: () => inspectAnother(commands),
    }),
  );
  const pruning: PrunePanels = keep(
    new PrunePanels({
      ...surroundings,
      links,
      measurements,
      pickData: session => selectPruneData(commands, session),
      pickHoldout: session => selectHoldout(commands, session),
      inspect: model => inspectAt(commands, model, undefined),
    }),
  );
  const comparisons = keep(
    new ComparePanels({
      ...surroundings,
      links,
      pickData: (model, current) => dataToCompare(commands, model, current),
    }),
  );
  const timelines: TimelinePanels = keep(
    new TimelinePanels({
      ...surroundings,
      engine: engine.get,
      linked: folder => links.get(folder),
      pickData: panel => selectTimelineData(commands, panel),
      inspect: async (model, data) => {
        if (data?.kind === 'file' && links.get(model) === undefined) await links.set(model, data);
        await inspectAt(commands, model, undefined);
      },
      compare: (a, b, data) => comparisons.reveal([a, b], data),
    }),
  );
  const running = keep(new RunningStatus(runs, panels));
  const results: Results = keep(new Results(context.workspaceState, runs));
  keep(new DoneNotice(runs));
  const code: CodeService = keep(
    new CodeService({
      reader: sourceReader,
      engine: engine.get,
      links: new CodeLinks(context.workspaceState),
      measurements,
      answers: chainAnswers,
      models: () => models.find(),
      sources: () => allSources.find(),
      topologyOf: (model, layer) =>
        panels.get(vscode.Uri.file(model))?.session.result?.layers.find(({ name }) => name === layer),
      hasData: model => links.get(vscode.Uri.file(model)) !== undefined,
      onDidChangeModels: models.onDidChange,
      failed: error => void showError(error, log),
    }),
  );
  const measuring: MeasureContext = {
    engine: engine.get,
    measurements,
    answers: chainAnswers,
    dataOf: async model => {
      if (links.get(model) === undefined) await vscode.commands.executeCommand('neuralTopology.selectData', model);
      return links.get(model);
    },
  };
  const commands: CommandContext = {
    extension: context,
    log,
    engine,
    links,
    answers,
    chainAnswers,
    panels,
    redundancy,
    heads,
    mappers,
    pruning,
    comparisons,
    timelines,
    running,
    results,
    models,
    data,
    images,
    tokenizers,
    folders,
    sources,
    sourceReader,
    code,
    measuring,
  };
  keep(registerCommands(makeCommands(commands), log));
  const describing = new DescribeEditor({
    extension: context.extensionUri,
    engine: engine.get,
    log,
    answers: chainAnswers,
    inspect: (model, layer) => inspectAt(commands, model, layer),
    mapper: (model, layer) => showMapper(commands, model, layer),
  });
  keep(chainAnswers.onDidChange(() => describing.answersChanged()));
  keep(
    new LayerListWatcher(list => {
      describing.layerListChanged(list);
      layerListSaved(commands, list).catch(unexpected);
    }),
  );
  for (const type of [DESCRIBE_TYPE, DESCRIBE_SHARED_TYPE])
    keep(
      vscode.window.registerCustomEditorProvider(type, describing, {
        supportsMultipleEditorsPerDocument: true,
        webviewOptions: { enableFindWidget: true },
      }),
    );
  const view = <T>(id: string, treeDataProvider: vscode.TreeDataProvider<T>, canSelectMany: boolean) =>
    keep(vscode.window.createTreeView(id, { treeDataProvider, canSelectMany, showCollapseAll: false }));
  const modelTree = keep(
    new FileTree({
      files: models,
      contextValue: () => 'model',
      icon: 'file-binary',
      extension: context.extensionUri,
      command: { id: 'neuralTopology.describe', title: vscode.l10n.t('Describe Model') },
      tooltip: file => describeModelFile(file, engine.get),
    }),
  );
  const dataTree = keep(
    new FileTree({
      files: data,
      contextValue: file => (/\.npz$/i.test(file.fsPath) ? 'arrays' : 'data'),
      inspectedFolders: folders,
      icon: 'database',
      extension: context.extensionUri,
      command: undefined,
      tooltip: file => describeDataFile(file),
    }),
  );
  view('neuralTopology.models', modelTree, true);
  view('neuralTopology.data', dataTree, false);
  view('neuralTopology.results', keep(new ResultTree(results)), false);
  keep(
    registerTools({
      engine: engine.get,
      folders: () => (vscode.workspace.workspaceFolders ?? []).map(folder => folder.uri.fsPath),
      link: model => links.get(vscode.Uri.file(model)),
      settings: model => sessionSettings(vscode.Uri.file(model)),
      unexpected,
      t: (message, ...args) => vscode.l10n.t(message, ...args),
    }),
  );
  keep(toDisposable(() => log.debug('deactivated')));
  const now = performance.now();
  const total = (now - loadStarted).toFixed(1);
  log.info(
    `activated in ${total} ms, of which ${(now - started).toFixed(1)} ms in activate (version ${version(context)}, ` +
      `VS Code ${vscode.version}, ${path.basename(process.execPath)} ${process.version}, ${process.platform}-${process.arch})`,
  );
}

function version(context: vscode.ExtensionContext): string {
  return String((context.extension.packageJSON as { version?: unknown }).version);
}
