import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';

export interface TextLine {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

const BLOCK_BYTES = 2 ** 20;
const LONGEST_LINE = 16 * 2 ** 20;

/**
 * The lines of a text that are not blank, of the bytes [0, `limit`), one at a time: memory is bounded by the longest. A byte order mark is passed over; a line
 * that `limit` cuts off is left out. Throws `unsupported` for text that is not UTF-8, `too-large` for a line beyond 16 MiB.
 */
export function* linesOf(source: ByteSource, limit = source.size): Generator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let line = 1;
  for (let offset = 0; offset < limit;) {
    const length = Math.min(BLOCK_BYTES, limit - offset);
    try {
      text += decoder.decode(source.read(offset, length), { stream: offset + length < source.size });
    } catch (cause) {
      throw new Fault('unsupported', 'The text is not UTF-8.', {
        hint: 'Save the file as UTF-8.',
        source: source.name,
        cause,
      });
    }
    offset += length;
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const content = text.slice(from, text.charCodeAt(end - 1) === 13 && end > from ? end - 1 : end);
      if (content.trim() !== '') yield { text: content, line };
      line++;
      from = end + 1;
    }
    text = text.slice(from);
    if (text.length > LONGEST_LINE)
      throw new Fault('too-large', `Line ${line} is longer than ${LONGEST_LINE} characters.`, {
        hint: 'Is this a text of one record a line?',
        source: source.name,
      });
  }
  if (limit === source.size && text.trim() !== '') yield { text, line };
}
