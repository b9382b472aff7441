import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle';
import type { DataChoice } from '../../protocol/panel';
import type { InspectParameters } from '../../protocol/results';
import type { InspectPanel } from '../inspect/inspectPanel';
import type { InspectPanels } from '../inspect/inspectPanels';
import { hasResult, readHistory, resultEntry, withEntry, withoutEntry, type HistoryEntry } from './history';

const KEY = 'history';

/** What was inspected and exported in this workspace, newest first. The numbers themselves are in the engine's cache. */
export class Results implements Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly listener: vscode.Disposable;
  private readonly seen = new WeakSet<object>();
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly memento: vscode.Memento,
    panels: InspectPanels,
  ) {
    this.listener = panels.onDidChange(panel => panel && this.record(panel));
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

  private record({ session, model }: InspectPanel): void {
    const { result, data } = session;
    if (!result || !data || this.seen.has(result)) return;
    this.seen.add(result);
    // What was asked for, not what came of it: it may have been more points than there are rows.
    this.add(resultEntry(model, data, session.parameters, result.layers.length, Date.now()));
  }

  private store(entries: readonly HistoryEntry[]): void {
    void this.memento.update(KEY, entries);
    this.changes.fire();
  }
}
