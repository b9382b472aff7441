import * as vscode from 'vscode';
import type { DisposableStore } from '../../base/lifecycle';
import type { Shown } from '../running/sessionPanels';
import type { InspectSession } from './inspectSession';

/** The tab that shows one session. */
export class InspectPanel implements Shown<InspectSession> {
  private stamp: string | undefined;
  private isReady = false;
  /** A layer to be shown as soon as the view is there. */
  private wanted: string | undefined;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly session: InspectSession,
    own: DisposableStore,
  ) {
    own.add(
      panel.onDidChangeViewState(() => {
        this.isReady &&= panel.visible;
      }),
    );
    void this.modelChanged();
  }

  get model(): string {
    return this.session.model;
  }

  /** Shows a layer, now or when the view is there. */
  select(layer: string): void {
    if (this.isReady) this.session.select(layer);
    else this.wanted = layer;
  }

  /** Whether the model's file is another than when it was last asked about. */
  async modelChanged(): Promise<boolean> {
    const before = this.stamp;
    try {
      const { mtime, size } = await vscode.workspace.fs.stat(vscode.Uri.file(this.model));
      this.stamp = `${mtime} ${size}`;
    } catch {
      this.stamp = 'gone';
    }
    return before !== undefined && before !== this.stamp;
  }

  /** The view is there. */
  ready(): void {
    this.session.replay();
    this.isReady = true;
    if (this.wanted !== undefined) this.select(this.wanted);
    this.wanted = undefined;
  }
}
