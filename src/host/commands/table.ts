import type * as vscode from 'vscode';
import type { HistoryEntry } from '../results/history';

/** Something in a tree that stands for a file. */
export interface FileItem {
  readonly resourceUri: vscode.Uri;
}

/** Something in the results tree. */
export interface ResultItem {
  readonly entry: HistoryEntry;
}

/**
 * How VS Code calls a command on files: with nothing from the palette, with one address from an editor's title (and the
 * group it is in), with the one that was clicked and all that are selected from the explorer, and likewise with items from
 * a tree.
 */
export type OnFiles = (
  clicked?: vscode.Uri | FileItem | Record<string, unknown>,
  selected?: readonly (vscode.Uri | FileItem)[] | Record<string, unknown>,
) => Promise<void>;

/** From the palette, a menu or a welcome view; arguments are of no interest. */
export type Plain = () => Promise<void> | void;

/** Every command of the manifest and how it is called. */
export interface CommandTable {
  readonly 'neuralTopology.inspect': OnFiles;
  readonly 'neuralTopology.describe': OnFiles;
  readonly 'neuralTopology.findRedundantLayers': OnFiles;
  readonly 'neuralTopology.mapper': OnFiles;
  readonly 'neuralTopology.prune': OnFiles;
  readonly 'neuralTopology.attention': OnFiles;
  readonly 'neuralTopology.compare': OnFiles;
  readonly 'neuralTopology.selectForCompare': OnFiles;
  readonly 'neuralTopology.compareWithSelected': OnFiles;
  readonly 'neuralTopology.timeline': OnFiles;
  readonly 'neuralTopology.selectData': OnFiles;
  readonly 'neuralTopology.forgetChoices': OnFiles;
  readonly 'neuralTopology.exportReport': OnFiles;
  readonly 'neuralTopology.runWithPython': OnFiles;
  readonly 'neuralTopology.chooseActivation': OnFiles;
  readonly 'neuralTopology.createLayerList': OnFiles;
  readonly 'neuralTopology.copyExportCode': OnFiles;
  readonly 'neuralTopology.measurePruning': OnFiles;
  /** From the line above a layer's definition. */
  readonly 'neuralTopology.inspectLayer': (model?: vscode.Uri, layer?: string) => Promise<void>;
  /** From a source, for one of its networks or for all. */
  readonly 'neuralTopology.chooseModelOfSource': (source?: vscode.Uri, network?: string) => Promise<void>;
  readonly 'neuralTopology.rerun': Plain;
  readonly 'neuralTopology.cancel': Plain;
  readonly 'neuralTopology.showRunning': Plain;
  readonly 'neuralTopology.showLog': Plain;
  readonly 'neuralTopology.clearCache': Plain;
  readonly 'neuralTopology.openSample': Plain;
  readonly 'neuralTopology.getStarted': Plain;
  readonly 'neuralTopology.refresh': Plain;
  readonly 'neuralTopology.openResult': (item?: ResultItem) => Promise<void>;
  readonly 'neuralTopology.removeResult': (item?: ResultItem) => void;
}

export type CommandId = keyof CommandTable;
