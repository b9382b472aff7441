import type * as vscode from 'vscode';

/** That a network of a source defines a model: found or chosen before. */
export interface CodeLink {
  /** With slashes. */
  readonly file: string;
  readonly network: string;
  /** Path of the model. */
  readonly model: string;
  /** Whether a person said so; else it was the only one that fitted. */
  readonly chosen: boolean;
  /** Files that the network's layers stand in. */
  readonly files: readonly string[];
}

const KEY = 'code.links';
const MOST_KEPT = 200;

/** Which source belongs to which model, remembered for this window's user alone. */
export class CodeLinks {
  constructor(private readonly memento: vscode.Memento) {}

  get all(): readonly CodeLink[] {
    const kept = this.memento.get<unknown>(KEY);
    return Array.isArray(kept) ? kept.filter(isLink) : [];
  }

  of(file: string, network: string): CodeLink | undefined {
    return this.all.find(link => link.file === file && link.network === network);
  }

  /** Links of networks that have layers in a file. */
  touching(file: string): readonly CodeLink[] {
    return this.all.filter(link => link.files.includes(file));
  }

  async set(link: CodeLink): Promise<void> {
    const before = this.of(link.file, link.network);
    if (JSON.stringify(before) === JSON.stringify(link)) return;
    await this.memento.update(
      KEY,
      [...this.all.filter(one => one !== before && !same(one, link)), link].slice(-MOST_KEPT),
    );
  }

  /** Forgets what was said of a model or of a source. */
  async forget(file: string): Promise<void> {
    const left = this.all.filter(link => link.model !== file && link.file !== file.replaceAll('\\', '/'));
    await this.memento.update(KEY, left);
  }
}

function same(a: CodeLink, b: CodeLink): boolean {
  return a.file === b.file && a.network === b.network;
}

function isLink(value: unknown): value is CodeLink {
  if (typeof value !== 'object' || value === null) return false;
  const { file, network, model, files } = value as Record<string, unknown>;
  return [file, network, model].every(text => typeof text === 'string') && Array.isArray(files);
}
