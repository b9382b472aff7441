import type { AttentionFromView } from '../../protocol/attention';

import { isIndex, isRecord, isText, LONGEST_TEXT } from '../base/messageFields';

/** What the view may send, checked field by field: a message that is not exactly one of ours is dropped. */
export function parseAttentionMessage(message: unknown): AttentionFromView | undefined {
  if (!isRecord(message)) return undefined;
  switch (message.type) {
    case 'ready':
    case 'cancel':
    case 'rerun':
    case 'pickData':
    case 'showLog':
    case 'chooseModel':
    case 'describe':
    case 'openDocs':
      return { type: message.type };
    case 'confirm':
      return typeof message.proceed === 'boolean' ? { type: 'confirm', proceed: message.proceed } : undefined;
    case 'map': {
      const { request, text, layer } = message;
      return isIndex(request) && isIndex(text) && isIndex(layer) ? { type: 'map', request, text, layer } : undefined;
    }
    case 'copy':
      return isText(message.text, LONGEST_TEXT) ? { type: 'copy', text: message.text } : undefined;
    default:
      return undefined;
  }
}
