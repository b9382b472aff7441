import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { PanelStatus } from '../../protocol/panel';
import type { TimelineStatus } from '../../protocol/timeline';
import type { HistoryEntry } from '../results/history';

export type RunStatus = PanelStatus | TimelineStatus;

/** What is said of a panel's run outside of it. */
export interface RunSaid {
  /** Of the file, folder or files that it is about. */
  readonly name: string;
  /** What is done with it, as a part of a sentence. */
  readonly doing: string;
  /** What is remembered of a run that has ended well; `undefined` where it cannot be opened again. */
  readonly entry: () => HistoryEntry | undefined;
}

export interface RunSubject extends RunSaid {
  readonly cancel: () => void;
}

/** What one panel runs, and how far it is. */
export class Run {
  status: RunStatus | undefined;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly subject: RunSubject,
  ) {}

  get isRunning(): boolean {
    return this.status?.kind === 'running' || this.isAsking;
  }

  get isAsking(): boolean {
    return this.status?.kind === 'confirm';
  }

  get fraction(): number {
    return this.status?.kind === 'running' ? this.status.fraction : 0;
  }
}

/** What all panels of this window run, whatever they are about. Fires when one comes, goes, or changes its status. */
export class Runs implements Disposable {
  private readonly store = new DisposableStore();
  private readonly open = new Set<Run>();
  private readonly changes = this.store.add(new vscode.EventEmitter<Run | undefined>());
  private readonly endings = this.store.add(new vscode.EventEmitter<Run>());
  readonly onDidChange = this.changes.event;
  /** Fires for each run that ends, whichever way. */
  readonly onDidEnd = this.endings.event;

  get all(): readonly Run[] {
    return [...this.open];
  }

  get running(): readonly Run[] {
    return this.all.filter(run => run.isRunning);
  }

  /** Follows what a panel runs until it is closed; what is given back is told each status. */
  follow(panel: vscode.WebviewPanel, subject: RunSubject): (status: RunStatus) => void {
    const run = new Run(panel, subject);
    this.open.add(run);
    panel.onDidDispose(() => {
      this.open.delete(run);
      this.changes.fire(undefined);
    });
    panel.onDidChangeViewState(() => this.changes.fire(undefined));
    return status => {
      const wasRunning = run.isRunning;
      run.status = status;
      this.changes.fire(run);
      if (wasRunning && !run.isRunning) this.endings.fire(run);
    };
  }

  dispose(): void {
    this.store.dispose();
  }
}
