import type * as vscode from 'vscode';
import type { ChainAnswer } from '../../models/layerList/chain';

/** What people said of weights that are a chain, by the hash of the file: the same weights are not asked about twice, wherever they lie. */
export class ChainAnswers {
  constructor(private readonly memento: vscode.Memento) {}

  get(sha256: string): ChainAnswer | undefined {
    return checked(this.all().find(([hash]) => hash === sha256)?.[1]);
  }

  async set(sha256: string, answer: ChainAnswer | undefined): Promise<void> {
    const others = this.all().filter(([hash]) => hash !== sha256);
    await this.memento.update(KEY, [...others, ...(answer === undefined ? [] : [[sha256, answer]])].slice(-MOST_KEPT));
  }

  private all(): readonly (readonly [string, unknown])[] {
    const kept = this.memento.get<unknown>(KEY);
    return Array.isArray(kept) ? (kept as (readonly [string, unknown])[]).filter(Array.isArray) : [];
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
