import type * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle';
import { toDisposable } from '../../base/lifecycle';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { KeptAnswers } from './keptAnswers';

/** What people said of weights that are a chain, by the hash of the file: the same weights are not asked about twice, wherever they lie. */
export class ChainAnswers implements KeptAnswers {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly memento: vscode.Memento) {}

  mayKnow(parameters: number): boolean {
    return this.all().some(([, , kept]) => kept === undefined || kept === parameters);
  }

  get(sha256: string): ChainAnswer | undefined {
    return checked(this.all().find(([hash]) => hash === sha256)?.[1]);
  }

  async set(sha256: string, parameters: number, answer: ChainAnswer | undefined): Promise<void> {
    const others = this.all().filter(([hash]) => hash !== sha256);
    const next = answer === undefined ? others : [...others, [sha256, answer, parameters]];
    await this.memento.update(KEY, next.slice(-MOST_KEPT));
    for (const listener of [...this.listeners]) listener();
  }

  /** Called after an answer was given or taken back. */
  onDidChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return toDisposable(() => this.listeners.delete(listener));
  }

  private all(): readonly (readonly [string, unknown, unknown?])[] {
    const kept = this.memento.get<unknown>(KEY);
    return Array.isArray(kept) ? (kept as (readonly [string, unknown, unknown?])[]).filter(Array.isArray) : [];
  }
}

const KEY = 'chainAnswers';
const MOST_KEPT = 500;

function checked(kept: unknown): ChainAnswer | undefined {
  if (typeof kept !== 'object' || kept === null || !('activation' in kept) || !('place' in kept)) return undefined;
  const place = (['before', 'after'] as const).find(side => side === kept.place);
  return typeof kept.activation !== 'string' || place === undefined
    ? undefined
    : { activation: kept.activation, place };
}
