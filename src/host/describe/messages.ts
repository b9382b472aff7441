import type { DescribeFromView } from '../../protocol/describe';
import { isIndex, isRecord, LONGEST_NAME } from '../base/messageFields';
import { PROGRAM_WAYS } from '../inspect/messages';

const MOST_BLOCKS = 200_000;

/** What a page may send, checked field by field: it has drawn strangers' text. What is not exactly one of ours is dropped. */
export function parseDescribeMessage(message: unknown): DescribeFromView | undefined {
  if (!isRecord(message)) return undefined;
  const { type, layer, request, open, way } = message;
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
      if (!isIndex(request)) return undefined;
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
