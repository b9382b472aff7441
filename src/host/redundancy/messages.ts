import type { RedundancyFromView } from '../../protocol/redundancy';

const LONGEST_NAME = 65_536;
const LONGEST_COPY = 2 ** 20;
const MOST_CANDIDATES = 10_000;

/** What the view may send, checked field by field: a message that is not exactly one of ours is dropped. */
export function parseRedundancyMessage(message: unknown): RedundancyFromView | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const fields = message as Readonly<Record<string, unknown>>;
  switch (fields['type']) {
    case 'ready':
    case 'cancel':
    case 'rerun':
    case 'pickData':
    case 'showLog':
    case 'chooseModel':
    case 'describe':
      return { type: fields['type'] };
    case 'openDocs':
      return { type: 'openDocs' };
    case 'confirm':
      return typeof fields['proceed'] === 'boolean' ? { type: 'confirm', proceed: fields['proceed'] } : undefined;
    case 'matching': {
      const [request, a, b, dimension] = ['request', 'a', 'b', 'dimension'].map(key => fields[key]);
      if (!isIndex(request) || !isIndex(a) || !isIndex(b) || (dimension !== 0 && dimension !== 1)) return undefined;
      return { type: 'matching', request, a, b, dimension };
    }
    case 'remove': {
      const names = fields['candidates'];
      if (!Array.isArray(names) || names.length === 0 || names.length > MOST_CANDIDATES) return undefined;
      const texts = names.filter(name => isText(name, LONGEST_NAME));
      return texts.length === names.length ? { type: 'remove', candidates: texts } : undefined;
    }
    case 'inspect':
      return isText(fields['layer'], LONGEST_NAME) ? { type: 'inspect', layer: fields['layer'] } : undefined;
    case 'copy':
      return isText(fields['text'], LONGEST_COPY) ? { type: 'copy', text: fields['text'] } : undefined;
    default:
      return undefined;
  }
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= most;
}
