import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { DataLinks } from '../data/dataLinks';
import { pickData } from '../data/pickData';
import { DESCRIBE_TYPE } from '../describe/describeEditor';
import type { EngineService } from '../base/engineService';
import { filterOf, MODEL_FILES, WEIGHTS_FILES } from '../base/fileKinds';
import type { InspectPanel } from '../inspect/inspectPanel';
import type { InspectPanels } from '../inspect/inspectPanels';
import { exportReport } from '../results/exportReport';
import { likelyShape } from '../python/likelyShape';
import { runWithPython, type PythonContext } from '../python/runWithPython';
import type { Results } from '../results/results';
import type { RunningStatus } from '../running/runningStatus';
import { openSample } from '../workspace/sample';
import type { WorkspaceFiles } from '../workspace/workspaceFiles';
import type { CommandTable } from './table';
import { filesOf, modelInFront, modelsOf } from './targets';

export interface CommandContext {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly engine: EngineService;
  readonly links: DataLinks;
  readonly panels: InspectPanels;
  readonly running: RunningStatus;
  readonly results: Results;
  readonly models: WorkspaceFiles;
  readonly data: WorkspaceFiles;
  /** Python files. */
  readonly sources: WorkspaceFiles;
}

/** More panels than this at once would leave none of them readable. */
const MOST_AT_ONCE = 8;

/** What each command does. */
export function makeCommands(context: CommandContext): CommandTable {
  const { panels, log, results } = context;

  const chooseModels = async (clicked: unknown, selected: unknown): Promise<readonly vscode.Uri[]> => {
    const given = modelsOf(clicked, selected);
    if (given.length > 0) return given;
    const front = panels.active ? vscode.Uri.file(panels.active.model) : modelInFront();
    if (front) return [front];
    const asked = await askForModel(context.models);
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
    'neuralTopology.selectData': async (clicked, selected) => {
      for (const model of (await chooseModels(clicked, selected)).slice(0, 1)) {
        await selectData(context, panels.reveal(model));
      }
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
    'neuralTopology.rerun': () => panels.active?.session.rerun(),
    'neuralTopology.cancel': () => {
      const running = panels.all.filter(panel => panel.session.isRunning);
      const one = panels.active?.session.isRunning === true ? panels.active : running[0];
      if (running.length > 1 && one !== panels.active) return context.running.show();
      one?.session.cancel();
      return undefined;
    },
    'neuralTopology.showRunning': () => {
      const running = panels.all.filter(panel => panel.session.isRunning);
      // With the panel of the only run in front there is nothing to go to: the list offers to stop it.
      if (running.length === 1 && !running[0]!.panel.active) running[0]!.panel.reveal();
      else return context.running.show();
      return undefined;
    },
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
      const entry = item?.entry;
      if (entry?.kind === 'report') await openReport(vscode.Uri.file(entry.file));
      if (entry?.kind !== 'result') return;
      const { session } = panels.reveal(vscode.Uri.file(entry.model));
      const { points, maxDimension, reduction, seed } = entry;
      await session.open(entry.data, { points, maxDimension, reduction, seed });
    },
    'neuralTopology.removeResult': item => {
      if (item) results.remove(item.entry);
    },
  };
}

function pythonContext(context: CommandContext): PythonContext {
  return {
    extension: context.extension.extensionUri,
    log: context.log,
    sources: () => context.sources.find(),
    shape: async weights => {
      try {
        const engine = await context.engine.get();
        return likelyShape(await engine.run('describe', { model: weights.fsPath }));
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
  const panel = context.panels.reveal(model);
  // What is there and still true is only brought to the front.
  if (known && (panel.session.isRunning || (panel.session.result && !(await panel.modelChanged())))) return;
  if (panel.session.data === undefined) await selectData(context, panel);
  else void panel.session.start();
}

/** Asks for another model, and inspects that. */
export async function inspectAnother(context: CommandContext): Promise<void> {
  const model = await askForModel(context.models);
  if (model) await inspect(context, model);
}

/** The page that says what a panel's model holds. */
export async function openDescription(panel: InspectPanel): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(panel.model), DESCRIBE_TYPE);
}

/** Asks for data, remembers the answer for this model, and runs. */
export async function selectData(context: CommandContext, panel: InspectPanel): Promise<void> {
  const described = await panel.session.readModel();
  if (!described) return;
  const model = vscode.Uri.file(panel.model);
  context.engine.prepare();
  const choice = await pickData(model, described, panel.session.data, {
    engine: context.engine.get,
    files: () => context.data.find(),
    unexpected: error => context.log.warn(error instanceof Error ? error.message : String(error)),
  });
  panel.panel.reveal();
  if (!choice) return;
  void panel.session.setData(choice);
  // Random input is tried out, not remembered: the next time there may be data.
  if (choice.kind === 'file') {
    const { data, labels } = choice;
    await context.links.set(model, { data, ...(labels === undefined ? {} : { labels }) });
  }
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

async function askForModel(models: WorkspaceFiles): Promise<vscode.Uri | undefined> {
  const found = await models.find();
  const items = found.map(uri => ({
    label: path.basename(uri.fsPath),
    description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..'), true),
    iconPath: new vscode.ThemeIcon('file-binary'),
    uri,
  }));
  const browse = {
    label: vscode.l10n.t('Browse…'),
    description: vscode.l10n.t('a saved model elsewhere'),
    iconPath: new vscode.ThemeIcon('folder-opened'),
    uri: undefined,
  };
  const chosen = await vscode.window.showQuickPick([...items, browse], {
    title: vscode.l10n.t('Model'),
    placeHolder: vscode.l10n.t('Choose a saved model'),
    matchOnDescription: true,
  });
  if (!chosen) return undefined;
  if (chosen.uri) return chosen.uri;
  const files = await vscode.window.showOpenDialog({
    openLabel: vscode.l10n.t('Inspect'),
    filters: { [vscode.l10n.t('Models')]: filterOf(MODEL_FILES) },
  });
  return files?.[0];
}
