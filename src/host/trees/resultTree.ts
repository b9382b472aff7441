import path from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle';
import type { DataChoice } from '../../protocol/panel';
import type { CommandId, ResultItem } from '../commands/table';
import { sayCount } from '../base/numbers';
import { shortName } from '../data/reference';
import { keyOf, type HistoryEntry } from '../results/history';
import type { Results } from '../results/results';

/** What was inspected and exported, newest first. */
export class ResultTree implements vscode.TreeDataProvider<ResultItem>, Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly listener: vscode.Disposable;
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly results: Results) {
    this.listener = results.onDidChange(() => this.changes.fire());
  }

  dispose(): void {
    this.listener.dispose();
    this.changes.dispose();
  }

  getChildren(node?: ResultItem): ResultItem[] {
    return node ? [] : this.results.entries.map(entry => ({ entry }));
  }

  getTreeItem(node: ResultItem): vscode.TreeItem {
    const { entry } = node;
    const item = new vscode.TreeItem(entry.kind === 'report' ? path.basename(entry.file) : modelName(entry.model));
    item.id = keyOf(entry);
    item.contextValue = entry.kind;
    item.iconPath = new vscode.ThemeIcon(entry.kind === 'report' ? 'file-code' : 'graph-scatter');
    item.description = description(entry);
    // Plain text: names come from strangers' files.
    item.tooltip = tooltip(entry);
    item.command = {
      command: 'neuralTopology.openResult' satisfies CommandId,
      title: vscode.l10n.t('Open'),
      arguments: [node],
    };
    return item;
  }
}

/** Folder and name: checkpoints of many networks are called final.onnx. */
function modelName(model: string): string {
  return [path.basename(path.dirname(model)), path.basename(model)].filter(part => part !== '').join('/');
}

function description(entry: HistoryEntry): string {
  if (entry.kind === 'report') return vscode.l10n.t('report');
  const data = entry.data.kind === 'file' ? shortName(entry.data.data) : withoutData(entry.data);
  return vscode.l10n.t('{0} · {1} points', data, sayCount(entry.points));
}

function tooltip(entry: HistoryEntry): string {
  const when = new Date(entry.when).toLocaleString(vscode.env.language);
  if (entry.kind === 'report') return `${entry.file}\n${when}`;
  const data = entry.data.kind === 'file' ? entry.data.data : withoutData(entry.data);
  const how = vscode.l10n.t('{0} layers, to dimension {1}', sayCount(entry.layers), entry.maxDimension);
  return `${entry.model}\n${data}\n${how}\n${when}`;
}

function withoutData({ kind }: DataChoice): string {
  return kind === 'random' ? vscode.l10n.t('random input') : vscode.l10n.t('saved activations');
}
