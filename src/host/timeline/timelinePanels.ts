import path from 'node:path';
import * as vscode from 'vscode';
import { TIMELINE_POINTS } from '../../analyses/timeline/timeline';
import type { DisposableStore } from '../../base/lifecycle';
import type { Engine } from '../../engine';
import type { DataChoice, TimelineFromView } from '../../protocol/timeline';
import { besideColumn } from '../base/besideColumn';
import { inspectSettings } from '../base/settings';
import { isDataFile, sessionSettings } from '../inspect/inspectPanels';
import type { RunSaid } from '../running/runs';
import { SessionPanels, type PanelsContext, type Shown } from '../running/sessionPanels';
import { parseTimelineMessage, parseTimelineRestore } from './messages';
import { TimelineSession, type TimelineRequest } from './timelineSession';

export interface TimelinePanelsContext extends PanelsContext {
  readonly engine: () => Promise<Engine>;
  /** The data that was chosen for a folder. */
  readonly linked: (folder: vscode.Uri) => DataChoice | undefined;
  /** Asks for data for a panel's checkpoints. */
  readonly pickData: (panel: TimelinePanel) => Promise<void>;
  /** Shows a checkpoint, or two beside each other, on the data of the folder. */
  readonly inspect: (model: vscode.Uri, data: DataChoice | undefined) => Promise<void>;
  readonly compare: (a: vscode.Uri, b: vscode.Uri, data: DataChoice | undefined) => Promise<void>;
}

export type TimelinePanel = Shown<TimelineSession>;

/** All timelines of this window: one a folder, or a choice of its files. Each watches its folder. */
export class TimelinePanels extends SessionPanels<
  TimelineRequest,
  TimelineFromView,
  TimelinePanel,
  TimelinePanelsContext
> {
  constructor(context: TimelinePanelsContext) {
    super('timeline', context);
  }

  /** The panel of a folder, in front, beside the editor; a new one has not started yet. */
  reveal(request: TimelineRequest): TimelinePanel {
    const there = this.find(this.keyOf(request));
    if (there === undefined) return this.create(request, besideColumn(), request.data === undefined);
    there.panel.reveal(there.panel.viewColumn);
    return there;
  }

  protected keyOf({ folder, files }: TimelineRequest): string {
    return [folder, ...(files ?? [])].join('\0');
  }

  protected titleOf({ folder }: TimelineRequest): string {
    return vscode.l10n.t('{0} · timeline', path.basename(folder));
  }

  protected override subjectOf({ session }: TimelinePanel): RunSaid {
    const name = path.basename(session.folder);
    return {
      name,
      doing: vscode.l10n.t('timeline of {0}', name),
      entry: () => {
        const { folder, data, chosen } = session;
        return data && { kind: 'timeline', model: folder, others: chosen ?? [], data, when: Date.now() };
      },
    };
  }

  protected make(panel: vscode.WebviewPanel, request: TimelineRequest, own: DisposableStore): TimelinePanel {
    const { context } = this;
    const session = new TimelineSession(request, {
      ...this.surroundings(panel),
      makeTimeline: async (input, listeners) => {
        const [{ FolderTimeline }, engine] = await Promise.all([import('../../engine'), context.engine()]);
        return new FolderTimeline(engine, input, listeners);
      },
      parameters: folder => ({ ...inspectSettings(vscode.Uri.file(folder)), points: TIMELINE_POINTS, maxDimension: 1 }),
      confirmAboveMilliseconds: folder => sessionSettings(vscode.Uri.file(folder)).confirmAboveMilliseconds,
    });
    const watcher = own.add(
      vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(request.folder), '**')),
    );
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete])
      own.add(event(() => session.nudge()));
    return { panel, session };
  }

  protected resume({ session }: TimelinePanel): Promise<void> {
    return session.resume();
  }

  protected restored(state: unknown): TimelineRequest | undefined {
    const kept = parseTimelineRestore(state);
    const folder = kept && vscode.Uri.parse(kept.folder);
    // Only folders of the workspace are read because a view says so.
    if (folder?.scheme !== 'file' || !vscode.workspace.getWorkspaceFolder(folder)) return undefined;
    return {
      folder: folder.fsPath,
      ...(kept?.files === undefined ? {} : { files: kept.files }),
      data: isDataFile(kept?.data) ? kept?.data : this.context.linked(folder),
    };
  }

  protected parse(message: unknown): TimelineFromView | undefined {
    return parseTimelineMessage(message);
  }

  protected async handle(message: TimelineFromView, made: TimelinePanel): Promise<void> {
    const { context } = this;
    const { session } = made;
    const fileOf = (file: string) => {
      const found = session.pathOf(file);
      return found === undefined ? undefined : vscode.Uri.file(found);
    };
    switch (message.type) {
      case 'pickData':
        return context.pickData(made);
      case 'pause':
        return session.cancel();
      case 'resume':
        void session.resume();
        return;
      case 'inspect': {
        const model = fileOf(message.file);
        return model && context.inspect(model, session.data);
      }
      case 'compare': {
        const [a, b] = message.files.map(fileOf);
        return a && b && context.compare(a, b, session.data);
      }
      case 'save':
        return this.answer({ ...message, format: 'csv' }, made, path.dirname(session.folder));
      case 'ready':
      case 'confirm':
      case 'copy':
      case 'openDocs':
      case 'showLog':
        return this.answer(message, made);
    }
  }
}
