import type * as vscode from 'vscode';
import type { ContentKind } from '../../engine';

/** What people said that a file is, where its content left it open. Remembered for this window's user alone. */
export class FileAnswers {
  constructor(private readonly memento: vscode.Memento) {}

  get(file: string): ContentKind | undefined {
    const kept = this.all()[file];
    return KINDS.find(kind => kind === kept);
  }

  async set(file: string, kind: ContentKind | undefined): Promise<void> {
    const others = Object.entries(this.all()).filter(([other]) => other !== file);
    await this.memento.update(KEY, Object.fromEntries(kind === undefined ? others : [...others, [file, kind]]));
  }

  private all(): Readonly<Record<string, unknown>> {
    const kept = this.memento.get<unknown>(KEY);
    return typeof kept === 'object' && kept !== null ? (kept as Readonly<Record<string, unknown>>) : {};
  }
}

const KEY = 'fileAnswers';
const KINDS: readonly ContentKind[] = ['model', 'activations', 'data'];
