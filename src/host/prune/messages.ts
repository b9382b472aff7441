import type { PruneFromView, PruneRestore, PruneSettings } from '../../protocol/prune';
import { isNumberIn, isRecord, isText, LONGEST_NAME } from '../base/messageFields';

const MOST_LAYERS = 10_000;
const PLAIN = ['ready', 'cancel', 'write', 'pickData', 'pickHoldout', 'copyCommand', 'openDocs', 'showLog'] as const;

/** What a page may send, checked field by field: it has drawn strangers' text. What is not exactly one of ours is dropped. */
export function parsePruneMessage(message: unknown): PruneFromView | undefined {
  if (!isRecord(message)) return undefined;
  const { type, settings } = message;
  const plain = PLAIN.find(one => one === type);
  if (plain !== undefined) return { type: plain };
  const parsed = type === 'run' ? parseSettings(settings) : undefined;
  return parsed && { type: 'run', settings: parsed };
}

/** What was kept of a panel over a reload, checked. */
export function parsePruneRestore(kept: unknown): PruneRestore | undefined {
  if (!isRecord(kept)) return undefined;
  const { version, model, settings } = kept;
  const parsed = parseSettings(settings);
  if (version !== 1 || !isText(model, LONGEST_NAME) || parsed === undefined) return undefined;
  return { version, model, settings: parsed };
}

function parseSettings(value: unknown): PruneSettings | undefined {
  if (!isRecord(value)) return undefined;
  const { ratio, layerRatios } = value;
  if (ratio !== undefined && !isRatio(ratio)) return undefined;
  if (!isRecord(layerRatios)) return undefined;
  const entries = Object.entries(layerRatios);
  if (entries.length > MOST_LAYERS) return undefined;
  const checked: [string, number][] = [];
  for (const [name, own] of entries) {
    if (name.length > LONGEST_NAME || !isRatio(own)) return undefined;
    checked.push([name, own]);
  }
  return { ratio, layerRatios: Object.fromEntries(checked) };
}

function isRatio(value: unknown): value is number {
  return isNumberIn(value, 0, 1) && value < 1;
}
