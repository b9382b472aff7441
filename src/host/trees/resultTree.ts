import path from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle';
import type { DataChoice } from '../../protocol/panel';
import type { CommandId, ResultItem } from '../commands/table';
import { sayCount } from '../base/numbers';
import { shortName } from '../data/reference';
import { keyOf, type HistoryEntry } from '../results/history';
import type { Results } from '../results/results';

/** What was inspected, measured and exported, newest first. */
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
    const item = new vscode.TreeItem(nameOf(entry));
    item.id = keyOf(entry);
    item.contextValue = entry.kind === 'report' ? 'report' : 'result';
    item.iconPath = new vscode.ThemeIcon(iconOf(entry.kind));
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

function iconOf(kind: HistoryEntry['kind']): string {
  switch (kind) {
    case 'report':
      return 'file-code';
    case 'result':
      return 'graph-scatter';
    case 'redundancy':
      return 'layers';
    case 'prune':
      return 'filter';
    case 'compare':
      return 'diff';
    case 'timeline':
      return 'history';
  }
}

function nameOf(entry: HistoryEntry): string {
  switch (entry.kind) {
    case 'report':
      return path.basename(entry.file);
    case 'compare':
      return [entry.model, ...entry.others].map(modelName).join(' · ');
    case 'timeline':
      return path.basename(entry.model);
    case 'result':
    case 'redundancy':
    case 'prune':
      return modelName(entry.model);
  }
}

/** Folder and name: checkpoints of many networks are called final.onnx. */
function modelName(model: string): string {
  return [path.basename(path.dirname(model)), path.basename(model)].filter(part => part !== '').join('/');
}

function description(entry: HistoryEntry): string {
  switch (entry.kind) {
    case 'report':
      return vscode.l10n.t('report');
    case 'result':
      return vscode.l10n.t('{0} · {1} points', dataName(entry.data), sayCount(entry.points));
    case 'redundancy':
      return vscode.l10n.t('redundancy · {0}', dataName(entry.data));
    case 'prune':
      return vscode.l10n.t('pruning · {0}', dataName(entry.data));
    case 'compare':
      return vscode.l10n.t('comparison · {0}', dataName(entry.data));
    case 'timeline':
      return vscode.l10n.t('timeline · {0}', dataName(entry.data));
  }
}

function tooltip(entry: HistoryEntry): string {
  const when = new Date(entry.when).toLocaleString(vscode.env.language);
  if (entry.kind === 'report') return `${entry.file}\n${when}`;
  const data = entry.data.kind === 'file' ? entry.data.data : withoutData(entry.data);
  if (entry.kind !== 'result') return [entry.model, ...entry.others, data, when].join('\n');
  const how = vscode.l10n.t('{0} layers, to dimension {1}', sayCount(entry.layers), entry.maxDimension);
  return `${entry.model}\n${data}\n${how}\n${when}`;
}

function dataName(data: DataChoice): string {
  return data.kind === 'file' ? shortName(data.data) : withoutData(data);
}

function withoutData({ kind }: DataChoice): string {
  return kind === 'random' ? vscode.l10n.t('random input') : vscode.l10n.t('saved activations');
}
