import path from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle';
import { sayCount, sayDuration } from '../base/numbers';
import { SECTION, setting } from '../base/settings';
import type { InspectPanel } from '../inspect/inspectPanel';
import type { InspectPanels } from '../inspect/inspectPanels';

/** Says that an inspection has ended, where its panel cannot be seen: one notice at a time, and none if that is not wanted. */
export class DoneNotice implements Disposable {
  private readonly wasRunning = new WeakSet<InspectPanel>();
  private readonly listener: vscode.Disposable;
  private showing = false;

  constructor(panels: InspectPanels) {
    this.listener = panels.onDidChange(panel => panel && this.changed(panel));
  }

  dispose(): void {
    this.listener.dispose();
  }

  private changed(panel: InspectPanel): void {
    if (panel.session.isRunning) {
      this.wasRunning.add(panel);
      return;
    }
    if (!this.wasRunning.delete(panel)) return;
    if (!panel.panel.visible) void this.show(panel);
  }

  private async show(panel: InspectPanel): Promise<void> {
    const sentence = ending(panel);
    if (this.showing || sentence === undefined || setting('notifyWhenDone') === false) return;
    this.showing = true;
    const open = vscode.l10n.t('Show');
    const never = vscode.l10n.t("Don't Show Again");
    try {
      const answer = await vscode.window.showInformationMessage(sentence, open, never);
      if (answer === open) panel.panel.reveal();
      if (answer === never)
        await vscode.workspace
          .getConfiguration(SECTION)
          .update('notifyWhenDone', false, vscode.ConfigurationTarget.Global);
    } finally {
      this.showing = false;
    }
  }
}

function ending(panel: InspectPanel): string | undefined {
  const { status, result } = panel.session;
  const name = path.basename(panel.model);
  if (status.kind === 'failed') return vscode.l10n.t('{0} could not be inspected: {1}', name, status.fault.message);
  if (status.kind !== 'done' || !result) return undefined;
  const t: typeof vscode.l10n.t = vscode.l10n.t;
  return vscode.l10n.t(
    '{0}: {1} layers inspected in {2}.',
    name,
    sayCount(result.layers.length),
    sayDuration(status.milliseconds, (message, ...args) => t(message, ...args)),
  );
}
