import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import { runUserPython } from '../../engine/python/userPython';
import { nearest } from '../data/candidates';
import { commandText, freeName, runParameters, type PythonTask } from './command';
import { interpreterFor } from './interpreter';
import type { FileClasses } from '../../protocol/source';
import type { ModuleClass } from '../../source/moduleClasses';
import { argumentsAsJson } from './pythonArguments';

export interface PythonContext {
  readonly extension: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  /** Sources that are looked through. */
  readonly sources: () => Promise<readonly vscode.Uri[]>;
  /** The classes in them that look like networks. */
  readonly classes: (files: readonly string[]) => Promise<readonly FileClasses[]>;
  /** A shape of one batch to begin with, such as "1,64". */
  readonly shape: (weights: vscode.Uri) => Promise<string | undefined>;
}

const MOST_SOURCES = 500;

/**
 * Runs weights with the person's own Python: they choose the class, see the command, and allow it; then the class is imported from
 * their source, the weights are loaded and the network is written as ONNX beside them. Where that cannot be written, they may save
 * activations instead. The new file; `undefined` when they turn away. Only in a trusted workspace.
 */
export async function runWithPython(weights: vscode.Uri, context: PythonContext): Promise<vscode.Uri | undefined> {
  if (!vscode.workspace.isTrusted)
    throw new Fault('unsafe', vscode.l10n.t('Code of this workspace is run only once the workspace is trusted.'), {
      hint: vscode.l10n.t('Trust it with “Workspaces: Manage Workspace Trust”.'),
    });
  const chosen = await chooseClass(weights, context);
  if (!chosen) return undefined;
  const parameters = await askForArguments(chosen);
  if (parameters === undefined) return undefined;
  const shape = await askForShape(await context.shape(weights));
  if (shape === undefined) return undefined;
  const common = { source: chosen.file, className: chosen.name, weights: weights.fsPath, arguments: parameters };
  const task: PythonTask = { kind: 'export', ...common, out: freeName(weights.fsPath, '.onnx', fs.existsSync), shape };
  try {
    return await run(task, weights, context);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'unsupported') throw error;
    const save = vscode.l10n.t('Save Activations…');
    const hint = error.hint === undefined ? '' : ` ${error.hint}`;
    if ((await vscode.window.showErrorMessage(`${error.message}${hint}`, save)) !== save) return undefined;
  }
  const data = await vscode.window.showOpenDialog({
    defaultUri: vscode.Uri.joinPath(weights, '..'),
    title: vscode.l10n.t('Rows that the model is given'),
    filters: { [vscode.l10n.t('Data')]: ['npy'] },
  });
  if (!data?.[0]) return undefined;
  const out = freeName(weights.fsPath, '-activations.npz', fs.existsSync);
  return run({ kind: 'activations', ...common, out, data: data[0].fsPath }, weights, context);
}

/** Shows the command, runs it when it is allowed, and gives the file it wrote. */
async function run(task: PythonTask, weights: vscode.Uri, context: PythonContext): Promise<vscode.Uri | undefined> {
  const script = vscode.Uri.joinPath(context.extension, 'python', 'run_model.py').fsPath;
  const interpreter = await interpreterFor(weights);
  const parameters = runParameters(task);
  const command = commandText([interpreter, script, ...parameters]);
  const allow = vscode.l10n.t('Run');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Run {0} with your Python?', path.basename(task.source)),
    {
      modal: true,
      detail: vscode.l10n.t('It imports your code, which can do anything that you can. The command:\n\n{0}', command),
    },
    allow,
  );
  if (answer !== allow) return undefined;
  context.log.info(command);
  const progress = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Running {0} with Python', task.className),
    cancellable: true,
  };
  return vscode.window.withProgress(progress, async (report, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(task.source))?.uri.fsPath;
    const { out, torch, python } = await runUserPython({
      interpreter,
      script,
      parameters,
      folder: folder ?? path.dirname(task.source),
      signal: abort.signal,
      onLine: line => {
        context.log.info(`python: ${line}`);
        if (/^\d+ of \d+ rows$/.test(line)) report.report({ message: line });
      },
    });
    context.log.info(`wrote ${out} with PyTorch ${torch}, Python ${python}`);
    return vscode.Uri.file(out);
  });
}

interface ChosenClass extends ModuleClass {
  readonly file: string;
}

async function chooseClass(weights: vscode.Uri, context: PythonContext): Promise<ChosenClass | undefined> {
  const sources = await context.sources();
  const files = nearest(
    sources.map(uri => uri.fsPath),
    weights.fsPath,
    MOST_SOURCES,
  );
  const items = (await context.classes(files)).flatMap(({ file, classes }) =>
    classes.map(found => ({
      label: found.name,
      description: `${vscode.workspace.asRelativePath(file, true)}:${found.line}`,
      iconPath: new vscode.ThemeIcon('symbol-class'),
      chosen: { ...found, file },
    })),
  );
  if (items.length === 0)
    throw new Fault('not-found', vscode.l10n.t('No Python file of the workspace defines a torch.nn.Module.'), {
      hint: vscode.l10n.t('Open the folder that holds the source of the model, or export the model as ONNX.'),
    });
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Class of {0}', path.basename(weights.fsPath)),
    placeHolder: vscode.l10n.t('Choose the class that the weights were saved from'),
    matchOnDescription: true,
  });
  return picked?.chosen;
}

/** JSON; "{}" where the constructor takes nothing. */
async function askForArguments({ name, parameters }: ModuleClass): Promise<string | undefined> {
  const named = parameters.filter(parameter => !parameter.name.startsWith('*'));
  if (named.length === 0) return '{}';
  const needed = named.filter(parameter => parameter.default === undefined);
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Arguments of {0}', name),
    prompt: vscode.l10n.t(
      'As the model was trained with them. The constructor takes {0}.',
      named.map(({ name: key, default: value }) => (value === undefined ? key : `${key}=${value}`)).join(', '),
    ),
    value: needed.map(parameter => `${parameter.name}=`).join(', '),
    ignoreFocusOut: true,
    validateInput: text =>
      argumentsAsJson(text) === undefined ? vscode.l10n.t('Write them as hidden=128, bias=False.') : undefined,
  });
  return typed === undefined ? undefined : argumentsAsJson(typed);
}

async function askForShape(likely: string | undefined): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Shape of the input'),
    prompt: vscode.l10n.t('Of a batch with one row, such as 1, 64 or 1, 3, 32, 32.'),
    value: likely ?? '',
    ignoreFocusOut: true,
    validateInput: text =>
      /^\s*\d+(\s*[,×x]\s*\d+)*\s*$/.test(text) ? undefined : vscode.l10n.t('Write the sizes, separated by commas.'),
  });
  return typed
    ?.split(/[,×x]/)
    .map(size => size.trim())
    .join(',');
}
