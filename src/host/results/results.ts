import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle';
import type { DataChoice } from '../../protocol/panel';
import type { InspectParameters } from '../../protocol/results';
import type { Runs } from '../running/runs';
import { hasResult, readHistory, withEntry, withoutEntry, type HistoryEntry } from './history';

const KEY = 'history';

/** What was inspected, measured and exported in this workspace, newest first. The numbers themselves are in the engine's cache. */
export class Results implements Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly listener: vscode.Disposable;
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly memento: vscode.Memento,
    runs: Runs,
  ) {
    this.listener = runs.onDidEnd(({ status, subject }) => {
      const entry = status?.kind === 'done' || status?.kind === 'watching' ? subject.entry() : undefined;
      if (entry) this.add(entry);
    });
  }

  get entries(): readonly HistoryEntry[] {
    return readHistory(this.memento.get<unknown>(KEY));
  }

  /** Whether an inspection with these parameters has ended here before. */
  has(model: string, data: DataChoice, parameters: InspectParameters): boolean {
    return hasResult(this.entries, model, data, parameters);
  }

  add(entry: HistoryEntry): void {
    this.store(withEntry(this.entries, entry));
  }

  remove(entry: HistoryEntry): void {
    this.store(withoutEntry(this.entries, entry));
  }

  /** Forgets what was inspected; reports are files, and stay. */
  forgetResults(): void {
    this.store(this.entries.filter(entry => entry.kind === 'report'));
  }

  dispose(): void {
    this.listener.dispose();
    this.changes.dispose();
  }

  private store(entries: readonly HistoryEntry[]): void {
    void this.memento.update(KEY, entries);
    this.changes.fire();
  }
}
