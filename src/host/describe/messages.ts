import type { DescribeFromView } from '../../protocol/describe';
import { PROGRAM_WAYS } from '../inspect/messages';

/** Longer names are no layer's or block's. */
const LONGEST_NAME = 65_536;
const MOST_BLOCKS = 200_000;

/** What a page may send, checked field by field: it has drawn strangers' text. What is not exactly one of ours is dropped. */
export function parseDescribeMessage(message: unknown): DescribeFromView | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const { type, layer, request, open, way } = message as Record<string, unknown>;
  switch (type) {
    case 'ready':
    case 'showLog':
    case 'checkWeights':
    case 'forgetChoices':
      return { type };
    case 'mapper':
      return isName(layer) ? { type, layer } : undefined;
    case 'inspect':
    case 'weights':
      if (layer === undefined) return { type };
      return isName(layer) ? { type, layer } : undefined;
    case 'programWay': {
      const known = PROGRAM_WAYS.find(one => one === way);
      return known === undefined ? undefined : { type, way: known };
    }
    case 'layout':
      if (typeof request !== 'number' || !Number.isSafeInteger(request) || request < 0) return undefined;
      if (open === undefined) return { type, request };
      return Array.isArray(open) && open.length <= MOST_BLOCKS && open.every(isName)
        ? { type, request, open }
        : undefined;
    default:
      return undefined;
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_NAME;
}
