import type { PruneFromView, PruneRestore, PruneSettings } from '../../protocol/prune';

const LONGEST_NAME = 65_536;
const MOST_LAYERS = 10_000;
const PLAIN = ['ready', 'cancel', 'write', 'pickData', 'pickHoldout', 'copyCommand', 'openDocs', 'showLog'] as const;

/** What a page may send, checked field by field: it has drawn strangers' text. What is not exactly one of ours is dropped. */
export function parsePruneMessage(message: unknown): PruneFromView | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const { type, settings } = message as Record<string, unknown>;
  const plain = PLAIN.find(one => one === type);
  if (plain !== undefined) return { type: plain };
  const parsed = type === 'run' ? parseSettings(settings) : undefined;
  return parsed && { type: 'run', settings: parsed };
}

/** What was kept of a panel over a reload, checked. */
export function parsePruneRestore(kept: unknown): PruneRestore | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { version, model, settings } = kept as Record<string, unknown>;
  const parsed = parseSettings(settings);
  if (version !== 1 || typeof model !== 'string' || model.length > LONGEST_NAME || parsed === undefined)
    return undefined;
  return { version, model, settings: parsed };
}

function parseSettings(value: unknown): PruneSettings | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { ratio, layerRatios } = value as Record<string, unknown>;
  if (ratio !== undefined && !isRatio(ratio)) return undefined;
  if (typeof layerRatios !== 'object' || layerRatios === null) return undefined;
  const entries = Object.entries(layerRatios as Record<string, unknown>);
  if (entries.length > MOST_LAYERS) return undefined;
  const checked: [string, number][] = [];
  for (const [name, own] of entries) {
    if (name.length > LONGEST_NAME || !isRatio(own)) return undefined;
    checked.push([name, own]);
  }
  return { ratio, layerRatios: Object.fromEntries(checked) };
}

function isRatio(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 1;
}
