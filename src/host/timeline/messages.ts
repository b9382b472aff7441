import type { TimelineFromView, TimelineRestore } from '../../protocol/timeline';
import { isRecord, isText, LONGEST_PATH, LONGEST_TEXT } from '../base/messageFields';
import { parseDataChoice } from '../inspect/messages';

const MOST_FILES = 10_000;

/** What a page may send, checked field by field: it has drawn strangers' text. What is not exactly one of ours is dropped. */
export function parseTimelineMessage(message: unknown): TimelineFromView | undefined {
  if (!isRecord(message)) return undefined;
  switch (message.type) {
    case 'ready':
    case 'pickData':
    case 'showLog':
    case 'pause':
    case 'resume':
      return { type: message.type };
    case 'confirm':
      return typeof message.proceed === 'boolean' ? { type: 'confirm', proceed: message.proceed } : undefined;
    case 'inspect':
      return isPathWithin(message.file) ? { type: 'inspect', file: message.file } : undefined;
    case 'compare': {
      if (!Array.isArray(message.files) || message.files.length !== 2) return undefined;
      const [a, b] = message.files as readonly unknown[];
      return isPathWithin(a) && isPathWithin(b) ? { type: 'compare', files: [a, b] } : undefined;
    }
    case 'copy':
      return isText(message.text, LONGEST_TEXT) ? { type: 'copy', text: message.text } : undefined;
    case 'save':
      return isText(message.suggestedName, 500) && isText(message.content, LONGEST_TEXT)
        ? { type: 'save', suggestedName: message.suggestedName, content: message.content }
        : undefined;
    case 'openDocs':
      return typeof message.page === 'string' && /^[a-z]+(-[a-z]+)*$/.test(message.page)
        ? { type: 'openDocs', page: message.page }
        : undefined;
    default:
      return undefined;
  }
}

/** What a view kept for us over a reload; `undefined` where it is not of our making. */
export function parseTimelineRestore(value: unknown): TimelineRestore | undefined {
  if (!isRecord(value) || value.version !== 1 || !isText(value.folder, LONGEST_PATH)) return undefined;
  const data = value.data === undefined ? undefined : parseDataChoice(value.data);
  if (value.data !== undefined && data?.kind !== 'file') return undefined;
  const { files } = value;
  if (files !== undefined && !(Array.isArray(files) && files.length <= MOST_FILES && files.every(isPathWithin)))
    return undefined;
  return {
    version: 1,
    folder: value.folder,
    ...(files === undefined ? {} : { files: files }),
    ...(data === undefined ? {} : { data }),
  };
}

/** A path that stays within its folder. */
export function isPathWithin(value: unknown): value is string {
  return (
    isText(value, LONGEST_PATH) &&
    !/^([\\/]|[a-z]:)/i.test(value) &&
    !value.includes('\0') &&
    !value.split(/[\\/]/).includes('..')
  );
}
