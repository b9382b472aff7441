import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import { sayCount } from '../base/numbers';
import type { CommandId } from '../commands/table';
import type { InspectPanel } from '../inspect/inspectPanel';
import type { InspectPanels } from '../inspect/inspectPanels';

/** The one status bar item, there while something runs or waits for an answer, and the context keys of menus. */
export class RunningStatus implements Disposable {
  private readonly store = new DisposableStore();
  private item: vscode.StatusBarItem | undefined;
  private readonly keys = new Map<string, boolean>();

  constructor(private readonly panels: InspectPanels) {
    this.store.add(panels.onDidChange(() => this.update()));
  }

  dispose(): void {
    this.item?.dispose();
    this.store.dispose();
  }

  /** Lets the person go to one of the panels that are at work, or stop it. */
  async show(): Promise<void> {
    const running = this.panels.all.filter(panel => panel.session.isRunning);
    const stop: vscode.QuickInputButton = {
      iconPath: new vscode.ThemeIcon('debug-stop'),
      tooltip: vscode.l10n.t('Cancel'),
    };
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { panel: InspectPanel }>();
    pick.title = vscode.l10n.t('Neural Topology: running');
    pick.placeholder = vscode.l10n.t('Choose a panel to show');
    pick.items = running.map(panel => ({
      label: path.basename(panel.model),
      description: describe(panel),
      buttons: [stop],
      panel,
    }));
    await new Promise<void>(resolve => {
      pick.onDidAccept(() => {
        pick.selectedItems[0]?.panel.panel.reveal();
        pick.hide();
      });
      pick.onDidTriggerItemButton(({ item }) => {
        item.panel.session.cancel();
        pick.items = pick.items.filter(other => other !== item);
        if (pick.items.length === 0) pick.hide();
      });
      pick.onDidHide(resolve);
      pick.show();
    });
    pick.dispose();
  }

  private update(): void {
    const running = this.panels.all.filter(panel => panel.session.isRunning);
    const active = this.panels.active;
    this.setKey('neuralTopology.running', running.length > 0);
    this.setKey('neuralTopology.panelActive', active !== undefined);
    this.setKey('neuralTopology.panelRunning', active?.session.isRunning === true);
    const first = running[0];
    if (!first) {
      this.item?.dispose();
      this.item = undefined;
      return;
    }
    this.item ??= this.make();
    const asks = running.some(panel => panel.session.status.kind === 'confirm');
    const name =
      running.length === 1 ? path.basename(first.model) : vscode.l10n.t('{0} models', sayCount(running.length));
    const share = Math.min(...running.map(fractionOf));
    this.item.text =
      `${asks ? '$(question)' : '$(sync~spin)'} ${name} ${asks ? '' : `${Math.floor(share * 100)} %`}`.trim();
    this.item.tooltip = running.map(panel => `${path.basename(panel.model)}: ${describe(panel)}`).join('\n');
    this.item.accessibilityInformation = {
      label: vscode.l10n.t('Neural Topology: inspecting {0}', name),
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

  private setKey(key: string, value: boolean): void {
    if (this.keys.get(key) === value) return;
    this.keys.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}

function fractionOf(panel: InspectPanel): number {
  const { status } = panel.session;
  return status.kind === 'running' ? status.fraction : 0;
}

function describe(panel: InspectPanel): string {
  const { status } = panel.session;
  if (status.kind === 'running') return `${Math.floor(status.fraction * 100)} % · ${status.phrase}`;
  return status.kind === 'confirm' ? vscode.l10n.t('waits for your answer') : '';
}
