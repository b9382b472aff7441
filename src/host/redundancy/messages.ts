import type { RedundancyFromView } from '../../protocol/redundancy';
import { isIndex, isRecord, isText, LONGEST_NAME, LONGEST_TEXT } from '../base/messageFields';

const MOST_CANDIDATES = 10_000;

/** What the view may send, checked field by field: a message that is not exactly one of ours is dropped. */
export function parseRedundancyMessage(message: unknown): RedundancyFromView | undefined {
  if (!isRecord(message)) return undefined;
  switch (message.type) {
    case 'ready':
    case 'cancel':
    case 'rerun':
    case 'pickData':
    case 'showLog':
    case 'chooseModel':
    case 'describe':
      return { type: message.type };
    case 'openDocs':
      return { type: 'openDocs' };
    case 'confirm':
      return typeof message.proceed === 'boolean' ? { type: 'confirm', proceed: message.proceed } : undefined;
    case 'matching': {
      const { request, a, b, dimension } = message;
      if (!isIndex(request) || !isIndex(a) || !isIndex(b) || (dimension !== 0 && dimension !== 1)) return undefined;
      return { type: 'matching', request, a, b, dimension };
    }
    case 'remove': {
      const names = message.candidates;
      if (!Array.isArray(names) || names.length === 0 || names.length > MOST_CANDIDATES) return undefined;
      const texts = names.filter(name => isText(name, LONGEST_NAME));
      return texts.length === names.length ? { type: 'remove', candidates: texts } : undefined;
    }
    case 'inspect':
      return isText(message.layer, LONGEST_NAME) ? { type: 'inspect', layer: message.layer } : undefined;
    case 'copy':
      return isText(message.text, LONGEST_TEXT) ? { type: 'copy', text: message.text } : undefined;
    default:
      return undefined;
  }
}
