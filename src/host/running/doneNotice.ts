import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle';
import { sayCount, sayDuration } from '../base/numbers';
import { SECTION, setting } from '../base/settings';
import type { Run, Runs } from './runs';

/** Says that a run has ended, where its panel cannot be seen: one notice at a time, and none if that is not wanted. */
export class DoneNotice implements Disposable {
  private readonly listener: vscode.Disposable;
  private showing = false;

  constructor(runs: Runs) {
    this.listener = runs.onDidEnd(run => {
      if (!run.panel.visible) void this.show(run);
    });
  }

  dispose(): void {
    this.listener.dispose();
  }

  private async show(run: Run): Promise<void> {
    const sentence = ending(run);
    if (this.showing || sentence === undefined || setting('notifyWhenDone') === false) return;
    this.showing = true;
    const open = vscode.l10n.t('Show');
    const never = vscode.l10n.t("Don't Show Again");
    try {
      const answer = await vscode.window.showInformationMessage(sentence, open, never);
      if (answer === open) run.panel.reveal();
      if (answer === never)
        await vscode.workspace
          .getConfiguration(SECTION)
          .update('notifyWhenDone', false, vscode.ConfigurationTarget.Global);
    } finally {
      this.showing = false;
    }
  }
}

function ending({ status, subject }: Run): string | undefined {
  const { name, doing } = subject;
  if (status?.kind === 'failed') return vscode.l10n.t('Stopped: {0}. {1}', doing, status.fault.message);
  if (status?.kind !== 'done') return undefined;
  const entry = subject.entry();
  if (entry?.kind !== 'result') return vscode.l10n.t('Finished: {0}.', doing);
  return vscode.l10n.t(
    '{0}: {1} layers inspected in {2}.',
    name,
    sayCount(entry.layers),
    sayDuration(status.milliseconds, (message, ...args) => vscode.l10n.t(message, ...args)),
  );
}
