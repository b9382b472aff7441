import path from 'node:path';
import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { OutlineResult } from '../../protocol/describe';
import type { DataChoice } from '../../protocol/timeline';
import { urisOf } from '../commands/targets';
import type { EngineService } from '../base/engineService';
import type { DataLinks } from '../data/dataLinks';
import { pickData, type PickContext } from '../data/pickData';
import { pickTheRest } from '../data/pickTheRest';
import type { TimelinePanel, TimelinePanels } from './timelinePanels';

export interface OpenTimelineContext {
  readonly engine: EngineService;
  readonly links: DataLinks;
  readonly timelines: TimelinePanels;
  readonly pick: Omit<PickContext, 'answered'>;
}

/** The timeline of a folder that was clicked, or of several checkpoints of one folder that were chosen; from the palette a folder is asked for. */
export async function openTimeline(context: OpenTimelineContext, clicked: unknown, selected: unknown): Promise<void> {
  const given = urisOf(clicked, selected, () => true);
  const chosen = given.length > 0 ? given : await askForFolder();
  const [first] = chosen;
  if (first === undefined) return;
  const request =
    chosen.length === 1 && (await isFolder(first))
      ? { folder: first.fsPath }
      : filesOfOneFolder(chosen.map(uri => uri.fsPath));
  const data = context.links.get(vscode.Uri.file(request.folder));
  const made = context.timelines.reveal({ ...request, data: data?.kind === 'file' ? data : undefined });
  if (made.session.data === undefined) await pickTimelineData(context, made);
  else if (made.session.status.kind === 'waiting') void made.session.resume();
}

/** Asks which data the checkpoints are to be measured on, remembers it for the folder, and measures. */
export async function pickTimelineData(context: OpenTimelineContext, { session, panel }: TimelinePanel): Promise<void> {
  const { listCheckpoints } = await import('../../engine');
  const engine = await context.engine.get();
  const checkpoints = await listCheckpoints(session.folder);
  let found: { readonly model: vscode.Uri; readonly outline: OutlineResult } | undefined;
  let fault: Fault | undefined;
  // The last ones are the likeliest to be whole.
  for (const { path: file } of checkpoints.slice(-MOST_TRIED).reverse()) {
    try {
      const outline = await engine.run('outline', { model: file });
      if (outline.missing === undefined) {
        found = { model: vscode.Uri.file(file), outline };
        break;
      }
      fault = new Fault('unsupported', outline.missing.fault.message, { hint: outline.missing.fault.hint ?? '' });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      fault = error;
    }
  }
  if (found === undefined)
    throw (
      fault ??
      new Fault('empty', vscode.l10n.t('The folder holds no checkpoints.'), {
        hint: vscode.l10n.t('A checkpoint is a saved model, or a folder of one.'),
      })
    );
  const { model, outline } = found;
  const pick = { ...context.pick, answered: {} };
  const picked = await pickData(model, outline, session.data, pick);
  const choice: DataChoice | undefined = picked && (await pickTheRest(model, outline, picked, pick));
  // Where it is: without its column it would move to the one that is active.
  panel.reveal(panel.viewColumn);
  if (choice === undefined) return;
  if (choice.kind !== 'file')
    throw new Fault('usage', vscode.l10n.t('Checkpoints are compared on data: choose a file.'));
  void session.setData(choice);
  await context.links.set(vscode.Uri.file(session.folder), choice);
}

const MOST_TRIED = 5;

function filesOfOneFolder(files: readonly string[]): { readonly folder: string; readonly files: readonly string[] } {
  const parents = files.map(file => path.dirname(file));
  let folder = parents[0]!;
  while (!parents.every(parent => parent === folder || parent.startsWith(folder + path.sep))) {
    const above = path.dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  return { folder, files: files.map(file => path.relative(folder, file).split(path.sep).join('/')) };
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
}

async function askForFolder(): Promise<readonly vscode.Uri[]> {
  const folders = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: vscode.l10n.t('Show Timeline'),
    title: vscode.l10n.t('Folder of checkpoints'),
  });
  return folders ?? [];
}
