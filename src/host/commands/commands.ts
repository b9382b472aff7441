import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { AttentionPanels } from '../attention/attentionPanels';
import type { ComparePanels } from '../compare/comparePanels';
import type { DataLinks } from '../data/dataLinks';
import type { FileAnswers } from '../data/fileAnswers';
import { chooseIn, pickData, type PickContext } from '../data/pickData';
import { pickTheRest } from '../data/pickTheRest';
import { pickStored } from '../data/pickStored';
import { needsALook, recognise } from '../data/recognise';
import { DESCRIBE_TYPE } from '../describe/describeEditor';
import type { DataChoice, ProgramWay } from '../../protocol/panel';
import type { EngineService } from '../base/engineService';
import type { CodeService } from '../code/codeService';
import { measurePruning, type MeasureContext } from '../code/measure';
import type { SourceService } from '../code/sourceService';
import { fileIcon } from '../base/fileIcons';
import { iconPath } from '../base/view';
import { filterOf, INSPECTED_FILES, isOfKind, MODEL_FILES, PROGRAMLESS_FILES, WEIGHTS_FILES } from '../base/fileKinds';
import type { InspectPanel } from '../inspect/inspectPanel';
import type { InspectPanels } from '../inspect/inspectPanels';
import type { MapperPanels } from '../mapper/mapperPanels';
import type { RedundancyPanels } from '../redundancy/redundancyPanels';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { ChainAnswers } from '../program/chainAnswers';
import { chooseActivation } from '../program/chooseActivation';
import { answered, forgetAnswer, recallAnswer } from '../program/keptAnswers';
import { copyExportCode, openLayerList } from '../program/layerListFile';
import type { PrunePanels } from '../prune/prunePanels';
import type { PruneData, PruneSession } from '../prune/pruneSession';
import { exportReport } from '../results/exportReport';
import type { HistoryEntry } from '../results/history';
import { likelyShape } from '../python/likelyShape';
import { runWithPython, type PythonContext } from '../python/runWithPython';
import type { Results } from '../results/results';
import { openTimeline, pickTimelineData, type OpenTimelineContext } from '../timeline/openTimeline';
import type { TimelinePanel, TimelinePanels } from '../timeline/timelinePanels';
import type { RunningStatus } from '../running/runningStatus';
import { openSample } from '../workspace/sample';
import type { InspectedFolders } from '../workspace/inspectedFolders';
import type { WorkspaceFiles } from '../workspace/workspaceFiles';
import type { WorkspaceImages } from '../workspace/workspaceImages';
import type { CommandId, CommandTable } from './table';
import { filesOf, modelInFront, modelsOf } from './targets';

export interface CommandContext {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly engine: EngineService;
  readonly links: DataLinks;
  readonly answers: FileAnswers;
  readonly chainAnswers: ChainAnswers;
  readonly panels: InspectPanels;
  readonly redundancy: RedundancyPanels;
  readonly heads: AttentionPanels;
  readonly mappers: MapperPanels;
  readonly pruning: PrunePanels;
  readonly comparisons: ComparePanels;
  readonly timelines: TimelinePanels;
  readonly running: RunningStatus;
  readonly results: Results;
  readonly models: WorkspaceFiles;
  readonly data: WorkspaceFiles;
  readonly images: WorkspaceImages;
  readonly tokenizers: WorkspaceFiles;
  /** Folders that are inspected as one thing. */
  readonly folders: InspectedFolders;
  /** Python files. */
  readonly sources: WorkspaceFiles;
  readonly sourceReader: SourceService;
  /** What is said in the editors of sources. */
  readonly code: CodeService;
  readonly measuring: MeasureContext;
}

/** More panels than this at once would leave none of them readable. */
const MOST_AT_ONCE = 8;

/** What each command does. */
export function makeCommands(context: CommandContext): CommandTable {
  const { panels, log, results } = context;

  const chooseModels = async (clicked: unknown, selected: unknown): Promise<readonly vscode.Uri[]> => {
    const given = modelsOf(clicked, selected, file => context.folders.has(file));
    if (given.length > 0) return given;
    const ofModels = [context.redundancy, context.mappers, context.heads, context.pruning];
    const active =
      panels.active?.model ?? ofModels.map(one => one.active?.session.model).find(one => one !== undefined);
    const front = active === undefined ? modelInFront() : vscode.Uri.file(active);
    if (front) return [front];
    const asked = await askForModel(context);
    return asked ? [asked] : [];
  };

  return {
    'neuralTopology.inspect': async (clicked, selected) => {
      const models = await chooseModels(clicked, selected);
      for (const model of models.slice(0, MOST_AT_ONCE)) await inspect(context, model);
    },
    'neuralTopology.describe': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, MOST_AT_ONCE))
        await vscode.commands.executeCommand('vscode.openWith', model, DESCRIBE_TYPE);
    },
    'neuralTopology.findRedundantLayers': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, 1)) await findRedundant(context, model);
    },
    'neuralTopology.mapper': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, 1)) await showMapper(context, model);
    },
    'neuralTopology.prune': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, MOST_AT_ONCE)) await prune(context, model);
    },
    'neuralTopology.attention': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, 1)) await showHeads(context, model);
    },
    'neuralTopology.compare': async (clicked, selected) => {
      const models = modelsOf(clicked, selected);
      await context.comparisons.reveal(models.length > 1 ? models : await askForOthers(context, models[0]));
    },
    'neuralTopology.selectForCompare': async (clicked, selected) => {
      const models = await chooseModels(clicked, selected);
      if (models.length === 0) return;
      context.comparisons.select(models);
      await vscode.commands.executeCommand('setContext', 'neuralTopology.selectedForCompare', true);
      const names = models.map(model => path.basename(model.fsPath)).join(', ');
      vscode.window.setStatusBarMessage(vscode.l10n.t('{0} selected for comparison.', names), 4000);
    },
    'neuralTopology.compareWithSelected': async (clicked, selected) => {
      const models = [...context.comparisons.selected, ...(await chooseModels(clicked, selected))];
      const each = [...new Map(models.map(model => [model.fsPath, model])).values()];
      await context.comparisons.reveal(each.length > 1 ? each : await askForOthers(context, each[0]));
    },
    'neuralTopology.timeline': (clicked, selected) => openTimeline(timelineContext(context), clicked, selected),
    'neuralTopology.selectData': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, 1)) {
        await selectData(context, panels.reveal(model));
      }
    },
    'neuralTopology.forgetChoices': async (clicked, selected) => {
      for (const model of await chooseModels(clicked, selected)) await forgetChoices(context, model);
    },
    'neuralTopology.exportReport': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, 1)) {
        await exportFrom(context, panels.reveal(model));
      }
    },
    'neuralTopology.runWithPython': async (clicked, selected) => {
      const weights = filesOf(clicked, selected, WEIGHTS_FILES)[0] ?? (await askForWeights());
      const made = weights && (await runWithPython(weights, pythonContext(context)));
      if (made) await inspect(context, made);
    },
    'neuralTopology.chooseActivation': async (clicked, selected) => {
      const weights = filesOf(clicked, selected, PROGRAMLESS_FILES)[0] ?? (await chooseModels(clicked, selected))[0];
      if (weights) await chooseActivationAgain(context, weights);
    },
    'neuralTopology.createLayerList': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, 1))
        await openLayerList(model, await context.engine.get());
    },
    'neuralTopology.copyExportCode': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, 1))
        await copyExportCode(model, await context.engine.get());
    },
    'neuralTopology.measurePruning': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, 1))
        await measurePruning(model, context.measuring);
    },
    'neuralTopology.inspectLayer': async (model, layer) => {
      if (model) await inspectAt(context, model, layer);
    },
    'neuralTopology.chooseModelOfSource': (source, network) => context.code.chooseModel(source, network),
    'neuralTopology.rerun': () => panels.active?.session.rerun(),
    'neuralTopology.cancel': () => context.running.cancel(),
    'neuralTopology.showRunning': () => context.running.show(),
    'neuralTopology.showLog': () => log.show(),
    'neuralTopology.clearCache': async () => {
      await context.engine.clearCache();
      results.forgetResults();
      vscode.window.setStatusBarMessage(vscode.l10n.t('Results cache cleared.'), 4000);
    },
    'neuralTopology.openSample': () => openSample(context.extension),
    'neuralTopology.getStarted': async () => {
      await vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${context.extension.extension.id}#start`,
      );
    },
    'neuralTopology.refresh': () => {
      context.models.refresh();
      context.data.refresh();
    },
    'neuralTopology.openResult': async item => {
      if (item) await openEntry(context, item.entry);
    },
    'neuralTopology.removeResult': item => {
      if (item) results.remove(item.entry);
    },
  };
}

/** Shows again what was made before. */
async function openEntry(context: CommandContext, entry: HistoryEntry): Promise<void> {
  const model = vscode.Uri.file(entry.model);
  switch (entry.kind) {
    case 'report':
      return openReport(vscode.Uri.file(entry.file));
    case 'result': {
      const { points, maxDimension, reduction, seed } = entry;
      return context.panels.reveal(model).session.open(entry.data, { points, maxDimension, reduction, seed });
    }
    case 'redundancy': {
      const answer = await saidOf(context, entry.model);
      const session = context.redundancy.reveal(model, entry.data, answer);
      if (!sameChoice(session.data, entry.data)) return session.setRequest(entry.data, answer);
      return session.result === undefined && !session.isRunning ? session.start() : undefined;
    }
    case 'prune': {
      const { data, holdout } = entry;
      if (data.kind !== 'file' || (holdout !== undefined && holdout.kind !== 'file')) return;
      const session = context.pruning.reveal(model);
      if (!sameChoice(session.data, data) || !sameChoice(session.holdout, holdout))
        return session.setData(data, holdout, await saidOf(context, entry.model));
      return session.result === undefined && !session.isRunning
        ? session.run({ ratio: undefined, layerRatios: {} })
        : undefined;
    }
    case 'compare':
      return context.comparisons.reveal([model, ...entry.others.map(other => vscode.Uri.file(other))], entry.data);
    case 'timeline': {
      const files = entry.others.length === 0 ? {} : { files: entry.others };
      const { session } = context.timelines.reveal({ folder: entry.model, ...files, data: entry.data });
      return sameChoice(session.data, entry.data) ? session.resume() : session.setData(entry.data);
    }
  }
}

/** What was said before of weights alone. What is wrong with the file is told by the run. */
async function saidOf(context: CommandContext, model: string): Promise<ChainAnswer | undefined> {
  if (!isOfKind(model, PROGRAMLESS_FILES)) return undefined;
  try {
    return (await answered(await context.engine.get(), model, context.chainAnswers)).answer;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

function sameChoice(a: DataChoice | undefined, b: DataChoice | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Asks for the data of a timeline's checkpoints, again where there is some. */
export function selectTimelineData(context: CommandContext, panel: TimelinePanel): Promise<void> {
  return pickTimelineData(timelineContext(context), panel);
}

function timelineContext(context: CommandContext): OpenTimelineContext {
  return {
    engine: context.engine,
    links: context.links,
    timelines: context.timelines,
    pick: {
      engine: context.engine.get,
      files: () => context.data.find(),
      imageFolders: () => context.images.folders(),
      tokenizers: () => context.tokenizers.find(),
      unexpected: error => context.log.warn(error instanceof Error ? error.message : String(error)),
    },
  };
}

function pythonContext(context: CommandContext): PythonContext {
  return {
    extension: context.extension.extensionUri,
    log: context.log,
    sources: () => context.sources.find(),
    classes: files => context.sourceReader.ask('classes', { files: files.map(file => file.replaceAll('\\', '/')) }),
    shape: async weights => {
      try {
        const engine = await context.engine.get();
        return likelyShape(await engine.run('outline', { model: weights.fsPath }));
      } catch {
        // What cannot be read here may still load there; the shape is then asked for without a suggestion.
        return undefined;
      }
    },
  };
}

async function askForWeights(): Promise<vscode.Uri | undefined> {
  const files = await vscode.window.showOpenDialog({
    openLabel: vscode.l10n.t('Run with Python'),
    filters: { [vscode.l10n.t('Weights')]: filterOf(WEIGHTS_FILES) },
  });
  return files?.[0];
}

/** Journey 1: the panel at once, then the data if none is known, then the run. */
async function inspect(context: CommandContext, model: vscode.Uri): Promise<void> {
  const known = context.panels.get(model);
  // What may be no model at all is looked at before a panel of its own is made.
  if (!known && !isOfKind(model.fsPath, MODEL_FILES) && context.links.get(model) === undefined) {
    const contents = await recognise(model, context.engine.get, context.answers);
    if (contents === undefined) return;
    if (contents.kind === 'data') return inspectOn(context, model);
  }
  const panel = context.panels.reveal(model);
  // What is there and still true is only brought to the front.
  if (known && (panel.session.isRunning || (panel.session.result && !(await panel.modelChanged())))) return;
  await goOn(context, panel);
}

/** Which layers of a model can go: at once where its data is known, and else after asking for that. */
export async function findRedundant(context: CommandContext, model: vscode.Uri): Promise<void> {
  const session = context.redundancy.get(model);
  const inspected = context.panels.get(model)?.session;
  const answer = inspected?.answered.answer;
  const data = session?.data ?? inspected?.data ?? context.links.get(model);
  // Random input shows shapes, but what a removal costs it cannot tell.
  if (data === undefined || data.kind === 'random') return selectRedundancyData(context, model);
  const shown = context.redundancy.reveal(model, data, answer);
  if (!shown.isRunning && shown.result === undefined) void shown.start();
}

/** Asks for the data that removals are measured on, remembers it, and runs. Weights that nothing runs are shown with the ways to a result. */
export async function selectRedundancyData(context: CommandContext, model: vscode.Uri): Promise<void> {
  const asked = await askForData(context, model, context.redundancy.get(model)?.data);
  if (asked !== undefined)
    void context.redundancy.reveal(model, asked.data, asked.answer).setRequest(asked.data, asked.answer);
}

/** Asks for the data of a model and remembers it. Weights that nothing runs are shown with the ways to a result; then, and where nothing is chosen, there is none. */
async function askForData(
  context: CommandContext,
  model: vscode.Uri,
  current: DataChoice | undefined,
): Promise<{ readonly data: DataChoice; readonly answer: ChainAnswer | undefined } | undefined> {
  const engine = await context.engine.get();
  let data: DataChoice | undefined;
  let answer: ChainAnswer | undefined;
  const stored = needsALook(model.fsPath) ? await recognise(model, context.engine.get, context.answers) : undefined;
  if (stored?.kind === 'activations') data = { kind: 'stored' };
  else {
    let described = await engine.run('outline', { model: model.fsPath });
    if (described.missing) {
      answer = await recallAnswer(engine, model.fsPath, described.missing, context.chainAnswers);
      if (answer === undefined) {
        await inspect(context, model);
        return undefined;
      }
      described = await engine.run('outline', { model: model.fsPath, answer });
    }
    const pick = pickContext(context, answer === undefined ? {} : { answer });
    const found = await pickData(model, described, current, pick);
    data = found && (await pickTheRest(model, described, found, pick));
  }
  if (data === undefined) return undefined;
  if (data.kind !== 'random') await context.links.set(model, data);
  return { data, answer };
}

/** The Mapper graph of a layer, or of the one that was looked at last: at once where the model's data is known, and else after asking for that. */
export async function showMapper(context: CommandContext, model: vscode.Uri, layer?: string): Promise<void> {
  const session = context.mappers.get(model);
  const inspected = context.panels.get(model)?.session;
  const data = session?.data ?? inspected?.data ?? context.links.get(model);
  if (data === undefined) return selectMapperData(context, model, layer);
  const shown = context.mappers.reveal(model, data, layer, inspected?.answered.answer);
  if (layer !== undefined && shown.layer !== layer) void shown.setSubject(layer);
  else if (!shown.isRunning && shown.result === undefined) void shown.start();
}

/** Asks for the data whose activations are shown, remembers it, and runs. */
export async function selectMapperData(context: CommandContext, model: vscode.Uri, layer?: string): Promise<void> {
  const asked = await askForData(context, model, context.mappers.get(model)?.data);
  if (asked === undefined) return;
  void context.mappers.reveal(model, asked.data, layer, asked.answer).setData(asked.data, asked.answer);
}

/** What the heads of a model attend to: at once where its texts are known, and else after asking for them. */
async function showHeads(context: CommandContext, model: vscode.Uri): Promise<void> {
  const data = context.heads.get(model)?.data ?? context.links.get(model);
  if (data?.kind !== 'file') return selectTexts(context, model);
  const shown = context.heads.reveal(model, data);
  if (!shown.isRunning && shown.result === undefined) void shown.start();
}

/** Asks for the texts that heads attend to, remembers them for this model, and runs. */
export async function selectTexts(context: CommandContext, model: vscode.Uri): Promise<void> {
  const engine = await context.engine.get();
  const described = await engine.run('outline', { model: model.fsPath });
  // Weights that nothing runs are shown with the ways to a result.
  if (described.missing) return inspect(context, model);
  const pick = pickContext(context, {});
  const found = await pickData(model, described, context.heads.get(model)?.data, pick);
  const chosen = found && (await pickTheRest(model, described, found, pick));
  if (chosen?.kind !== 'file') return;
  await context.links.set(model, chosen);
  void context.heads.reveal(model, chosen).setData(chosen);
}

/** Data was clicked: asks which model it is for, remembers it as that model's data, and inspects it. */
async function inspectOn(context: CommandContext, data: vscode.Uri): Promise<void> {
  const title = vscode.l10n.t('Model for {0}', path.basename(data.fsPath));
  const model = await askForModel(context, title);
  if (!model) return;
  const panel = context.panels.reveal(model);
  const described = await panel.session.readModel();
  const chosen = described && (await chooseIn(data, model, described, pickContext(context, panel.session.answered)));
  const choice = chosen && (await pickTheRest(model, described, chosen, pickContext(context, panel.session.answered)));
  if (choice) await useData(context, panel, choice);
}

/** What was chosen for a file is asked again the next time: its data and labels, what it is, and the activation of its weights. */
async function forgetChoices(context: CommandContext, file: vscode.Uri): Promise<void> {
  await context.links.set(file, undefined);
  await context.links.setHeldOut(file, undefined);
  await context.answers.set(file.fsPath, undefined);
  context.panels.get(file)?.session.forgetData();
  if (isOfKind(file.fsPath, PROGRAMLESS_FILES))
    try {
      await forgetAnswer(await context.engine.get(), file.fsPath, context.chainAnswers);
    } catch (error) {
      // Of a file that cannot be read nothing was said.
      if (!(error instanceof Fault)) throw error;
    }
  await context.code.forget(file.fsPath);
  const name = path.basename(file.fsPath);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Choices for {0} are forgotten.', name), 4000);
}

/** The topology of a model, at a layer where one is given: at once where its data is known, and else after asking for that. */
export async function inspectAt(context: CommandContext, model: vscode.Uri, layer: string | undefined): Promise<void> {
  if (layer !== undefined) context.panels.reveal(model).select(layer);
  await inspect(context, model);
}

/** Journey 4: the panel at once, then the data if none is known, then the run. */
export async function prune(context: CommandContext, model: vscode.Uri): Promise<void> {
  const session = context.pruning.reveal(model);
  if (session.data === undefined) await selectPruneData(context, session);
  else if (session.result === undefined && !session.isRunning) await session.start();
}

/** Asks for the data that a smaller network is fitted to, remembers it for this model, and runs. */
export async function selectPruneData(context: CommandContext, session: PruneSession): Promise<void> {
  const chosen = await pickPruneData(context, session, session.data);
  if (!chosen) return;
  await context.links.set(vscode.Uri.file(session.model), chosen.data);
  await session.setData(chosen.data, session.holdout, chosen.answer);
}

/** Asks for rows that are only reported on. */
export async function selectHoldout(context: CommandContext, session: PruneSession): Promise<void> {
  if (session.data === undefined) return selectPruneData(context, session);
  const chosen = await pickPruneData(context, session, session.holdout);
  if (!chosen) return;
  await context.links.setHeldOut(vscode.Uri.file(session.model), chosen.data);
  await session.setData(session.data, chosen.data, chosen.answer);
}

async function pickPruneData(context: CommandContext, session: PruneSession, current: PruneData | undefined) {
  const model = vscode.Uri.file(session.model);
  try {
    const engine = await context.engine.get();
    let described = await engine.run('outline', { model: session.model });
    const answer =
      described.missing && (await recallAnswer(engine, session.model, described.missing, context.chainAnswers));
    const answered = answer === undefined ? {} : { answer };
    if (answer !== undefined) described = await engine.run('outline', { model: session.model, ...answered });
    if (described.missing) throw Fault.fromData(described.missing.fault);
    const choice = await pickData(model, described, current, { ...dataContext(context), answered });
    if (choice === undefined) return undefined;
    if (choice.kind !== 'file')
      throw new Fault('usage', vscode.l10n.t('Pruning needs rows of data: the smaller network is fitted to them.'));
    const data = await pickTheRest(model, described, choice, { ...dataContext(context), answered });
    return data?.kind === 'file' ? { data, answer } : undefined;
  } catch (error) {
    session.fail(error);
    return undefined;
  }
}

/** Asks for another model, and inspects that. */
export async function inspectAnother(context: CommandContext): Promise<void> {
  const model = await askForModel(context);
  if (model) await inspect(context, model);
}

/** Goes one of the ways to a result of weights without a program. */
export async function takeProgramWay(context: CommandContext, panel: InspectPanel, way: ProgramWay): Promise<void> {
  const weights = vscode.Uri.file(panel.model);
  switch (way) {
    case 'chooseActivation': {
      const { missing } = panel.session;
      const answer = missing?.chain && (await chooseActivation(panel.model, missing.chain));
      if (!answer) return;
      void panel.session.assume(answer, missing);
      return goOn(context, panel);
    }
    case 'createLayerList':
    case 'openLayerList':
      return openLayerList(weights, await context.engine.get());
    case 'copyExportCode':
      return copyExportCode(weights, await context.engine.get());
    case 'runWithPython':
      await vscode.commands.executeCommand('neuralTopology.runWithPython' satisfies CommandId, weights);
  }
}

/** What was said before of a chain is asked once more; it stands where the person turns away. */
async function chooseActivationAgain(context: CommandContext, weights: vscode.Uri): Promise<void> {
  const engine = await context.engine.get();
  const { missing } = await engine.run('outline', { model: weights.fsPath });
  if (missing?.chain !== undefined) {
    const answer = await chooseActivation(weights.fsPath, missing.chain);
    if (!answer) return;
    const panel = context.panels.reveal(weights);
    void panel.session.assume(answer, missing);
    return goOn(context, panel);
  }
  if (missing === undefined)
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} leaves no activation open.', path.basename(weights.fsPath)),
    );
  else await context.panels.reveal(weights).session.readModel();
}

/** A list of layers was saved: weights that wait for it are read again. */
export async function layerListSaved(context: CommandContext, list: string): Promise<void> {
  for (const panel of context.panels.all) {
    if (path.dirname(panel.model) !== path.dirname(list) || panel.session.missing === undefined) continue;
    // While it is not finished the panel says what is left, and does not come before the editor.
    if (await panel.session.readModel()) await goOn(context, panel);
  }
}

/** Asks for data where none is known yet, and runs. */
async function goOn(context: CommandContext, panel: InspectPanel): Promise<void> {
  if (panel.session.data === undefined) await selectData(context, panel);
  else void panel.session.start();
}

/** Which data the models of a comparison are run on: what fits the first. */
export async function dataToCompare(
  context: CommandContext,
  model: vscode.Uri,
  current: DataChoice | undefined,
): Promise<DataChoice | undefined> {
  const engine = await context.engine.get();
  const described = await engine.run('outline', { model: model.fsPath });
  const asked: PickContext = {
    answered: {},
    engine: context.engine.get,
    files: () => context.data.find(),
    imageFolders: () => context.images.folders(),
    tokenizers: () => context.tokenizers.find(),
    unexpected: error => context.log.warn(error instanceof Error ? error.message : String(error)),
  };
  const choice = await pickData(model, described, current, asked);
  return choice && pickTheRest(model, described, choice, asked);
}

/** The models that one is compared with, of those of the workspace; nothing where the person turns away. */
async function askForOthers(context: CommandContext, model: vscode.Uri | undefined): Promise<readonly vscode.Uri[]> {
  const files = await context.models.find();
  const items = files
    .filter(file => file.fsPath !== model?.fsPath)
    .map(file => ({ label: path.basename(file.fsPath), description: vscode.workspace.asRelativePath(path.dirname(file.fsPath)), file })); // prettier-ignore
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t('Compare Topology'),
    placeHolder:
      model === undefined
        ? vscode.l10n.t('Choose the models to compare')
        : vscode.l10n.t('Choose what {0} is compared with', path.basename(model.fsPath)),
  });
  const others = (picked ?? []).map(({ file }) => file);
  return others.length === 0 ? [] : [...(model === undefined ? [] : [model]), ...others];
}

/** Asks for data, remembers the answer for this model, and runs. */
export async function selectData(context: CommandContext, panel: InspectPanel): Promise<void> {
  const model = vscode.Uri.file(panel.model);
  const choice = await chooseData(context, panel, model);
  panel.panel.reveal();
  if (choice) await useData(context, panel, choice);
}

async function chooseData(
  context: CommandContext,
  panel: InspectPanel,
  model: vscode.Uri,
): Promise<DataChoice | undefined> {
  const current = panel.session.data;
  if (needsALook(panel.model)) {
    const contents = await recognise(model, context.engine.get, context.answers);
    if (contents === undefined) return undefined;
    if (contents.kind === 'activations') {
      if (current !== undefined)
        return pickStored(model, contents, current, pickContext(context, panel.session.answered));
      // There is nothing to ask: the file is all that it takes.
      const [labels] = contents.labels;
      return { kind: 'stored', ...(labels === undefined ? {} : { labels }) };
    }
  }
  const described = await panel.session.readModel();
  if (!described) return undefined;
  context.engine.prepare();
  const choice = await pickData(model, described, current, pickContext(context, panel.session.answered));
  return choice && pickTheRest(model, described, choice, pickContext(context, panel.session.answered));
}

function pickContext(context: CommandContext, answered: PickContext['answered']): PickContext {
  return { ...dataContext(context), answered };
}

function dataContext(context: CommandContext): Omit<PickContext, 'answered'> {
  return {
    engine: context.engine.get,
    files: () => context.data.find(),
    tokenizers: () => context.tokenizers.find(),
    imageFolders: () => context.images.folders(),
    unexpected: error => context.log.warn(error instanceof Error ? error.message : String(error)),
  };
}

async function useData(context: CommandContext, panel: InspectPanel, choice: DataChoice): Promise<void> {
  void panel.session.setData(choice);
  // Random input is tried out, not remembered: the next time there may be data.
  if (choice.kind !== 'random') await context.links.set(vscode.Uri.file(panel.model), choice);
}

/** The report of what a panel shows, after computing it where it is not there yet. */
export async function exportFrom(context: CommandContext, panel: InspectPanel): Promise<void> {
  const { session } = panel;
  if (session.data === undefined) await selectData(context, panel);
  if (session.data === undefined) return;
  if (!session.result && !session.isRunning) void session.start();
  const result = await session.finished();
  if (!result) return;
  const saved = await exportReport(panel.model, result, context.engine.get);
  if (!saved) return;
  context.results.add({ kind: 'report', file: saved.fsPath, model: panel.model, when: Date.now() });
  const open = vscode.l10n.t('Open');
  const name = path.basename(saved.fsPath);
  const answer = await vscode.window.showInformationMessage(vscode.l10n.t('Report saved as {0}.', name), open);
  if (answer === open) await openReport(saved);
}

/** In a browser where the file is on this machine; else in the editor, from where it can be downloaded. */
async function openReport(file: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.stat(file);
  } catch {
    throw new Fault('not-found', vscode.l10n.t('The report is no longer at {0}.', file.fsPath), {
      hint: vscode.l10n.t('Export it again.'),
    });
  }
  if (vscode.env.remoteName === undefined && (await vscode.env.openExternal(file))) return;
  await vscode.commands.executeCommand('vscode.open', file);
}

/** A model of the workspace or elsewhere; with a title of its own, one that data is for: then saved activations are none. */
async function askForModel(
  { models, folders, extension }: Pick<CommandContext, 'models' | 'folders' | 'extension'>,
  title?: string,
): Promise<vscode.Uri | undefined> {
  const item = (uri: vscode.Uri, icon: string, own = fileIcon(uri.fsPath)) => ({
    label: path.basename(uri.fsPath),
    description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..'), true),
    iconPath: own === undefined ? new vscode.ThemeIcon(icon) : iconPath(extension.extensionUri, own),
    uri,
  });
  const items = [
    ...(await models.find()).map(uri => item(uri, 'file-binary')),
    ...(title === undefined ? folders.all.map(uri => item(uri, 'folder')) : []),
  ];
  const browse = {
    label: vscode.l10n.t('Browse…'),
    description: vscode.l10n.t('a saved model elsewhere'),
    iconPath: new vscode.ThemeIcon('folder-opened'),
    uri: undefined,
  };
  const chosen = await vscode.window.showQuickPick([...items, browse], {
    title: title ?? vscode.l10n.t('Model'),
    placeHolder: vscode.l10n.t('Choose a saved model'),
    matchOnDescription: true,
  });
  if (!chosen) return undefined;
  if (chosen.uri) return chosen.uri;
  const files = await vscode.window.showOpenDialog({
    openLabel: vscode.l10n.t('Inspect'),
    filters: { [vscode.l10n.t('Models')]: filterOf(title === undefined ? INSPECTED_FILES : MODEL_FILES) },
  });
  return files?.[0];
}
