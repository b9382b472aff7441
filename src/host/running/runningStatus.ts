import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import { sayCount } from '../base/numbers';
import type { CommandId } from '../commands/table';
import type { InspectPanels } from '../inspect/inspectPanels';
import type { Run, Runs } from './runs';

/** The one status bar item, there while something runs or waits for an answer, and the context keys of menus. */
export class RunningStatus implements Disposable {
  private readonly store = new DisposableStore();
  private item: vscode.StatusBarItem | undefined;
  private readonly keys = new Map<string, boolean>();

  constructor(
    private readonly runs: Runs,
    private readonly panels: InspectPanels,
  ) {
    this.store.add(runs.onDidChange(() => this.update()));
    this.store.add(panels.onDidChange(() => this.setKeys()));
  }

  dispose(): void {
    this.item?.dispose();
    this.store.dispose();
  }

  /** Goes to the only panel that is at work, or lets the person choose one of them to show or stop. */
  show(): Promise<void> | undefined {
    const { running } = this.runs;
    // With the panel of the only run in front there is nothing to go to: the list offers to stop it.
    if (running.length !== 1 || running[0]!.panel.active) return this.choose();
    running[0]!.panel.reveal();
    return undefined;
  }

  /** Stops what runs in the panel that is in front, or else the only run there is; of several it asks. */
  cancel(): Promise<void> | undefined {
    const { running } = this.runs;
    const front = running.find(run => run.panel.active);
    if (front === undefined && running.length > 1) return this.choose();
    (front ?? running[0])?.subject.cancel();
    return undefined;
  }

  private async choose(): Promise<void> {
    const stop: vscode.QuickInputButton = {
      iconPath: new vscode.ThemeIcon('debug-stop'),
      tooltip: vscode.l10n.t('Cancel'),
    };
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { run: Run }>();
    pick.title = vscode.l10n.t('Neural Topology: running');
    pick.placeholder = vscode.l10n.t('Choose a panel to show');
    pick.items = this.runs.running.map(run => ({
      label: run.subject.doing,
      description: describe(run),
      buttons: [stop],
      run,
    }));
    await new Promise<void>(resolve => {
      pick.onDidAccept(() => {
        pick.selectedItems[0]?.run.panel.reveal();
        pick.hide();
      });
      pick.onDidTriggerItemButton(({ item }) => {
        item.run.subject.cancel();
        pick.items = pick.items.filter(other => other !== item);
        if (pick.items.length === 0) pick.hide();
      });
      pick.onDidHide(resolve);
      pick.show();
    });
    pick.dispose();
  }

  private update(): void {
    this.setKeys();
    const { running } = this.runs;
    const first = running[0];
    if (!first) {
      this.item?.dispose();
      this.item = undefined;
      return;
    }
    this.item ??= this.make();
    const asks = running.some(run => run.isAsking);
    const only = running.length === 1 ? first.subject : undefined;
    const several = vscode.l10n.t('{0} runs', sayCount(running.length));
    const share = Math.min(...running.map(run => run.fraction));
    this.item.text =
      `${asks ? '$(question)' : '$(sync~spin)'} ${only?.name ?? several} ${asks ? '' : `${Math.floor(share * 100)} %`}`.trim();
    this.item.tooltip = running.map(run => `${run.subject.doing}: ${describe(run)}`).join('\n');
    this.item.accessibilityInformation = {
      label: vscode.l10n.t('Neural Topology: {0}', only?.doing ?? several),
      role: 'button',
    };
  }

  private make(): vscode.StatusBarItem {
    const item = vscode.window.createStatusBarItem('neuralTopology.running', vscode.StatusBarAlignment.Left);
    item.name = vscode.l10n.t('Neural Topology: running');
    item.command = 'neuralTopology.showRunning' satisfies CommandId;
    item.show();
    return item;
  }

  private setKeys(): void {
    const { active } = this.panels;
    this.setKey('neuralTopology.running', this.runs.running.length > 0);
    this.setKey('neuralTopology.panelActive', active !== undefined);
    this.setKey('neuralTopology.panelRunning', active?.session.isRunning === true);
  }

  private setKey(key: string, value: boolean): void {
    if (this.keys.get(key) === value) return;
    this.keys.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}

function describe({ status, isAsking }: Run): string {
  if (status?.kind === 'running') return `${Math.floor(status.fraction * 100)} % · ${status.phrase}`;
  return isAsking ? vscode.l10n.t('waits for your answer') : '';
}
