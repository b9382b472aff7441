import type { AttentionFromView } from '../../protocol/attention';

const LONGEST_COPY = 2 ** 20;

/** What the view may send, checked field by field: a message that is not exactly one of ours is dropped. */
export function parseAttentionMessage(message: unknown): AttentionFromView | undefined {
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
    case 'openDocs':
      return { type: fields['type'] };
    case 'confirm':
      return typeof fields['proceed'] === 'boolean' ? { type: 'confirm', proceed: fields['proceed'] } : undefined;
    case 'map': {
      const [request, text, layer] = ['request', 'text', 'layer'].map(key => fields[key]);
      return isIndex(request) && isIndex(text) && isIndex(layer) ? { type: 'map', request, text, layer } : undefined;
    }
    case 'copy': {
      const { text } = fields;
      const isSound = typeof text === 'string' && text.length > 0 && text.length <= LONGEST_COPY;
      return isSound ? { type: 'copy', text } : undefined;
    }
    default:
      return undefined;
  }
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
