import type { DataFormat } from '../format';
import { openJsonl, parseJson } from './jsonlTable';
import { tableFormat } from './tableFormat';

const LOOK_BYTES = 2 ** 20;

/** JSON lines: on each an array of numbers, an object of numbers, arrays and texts, or a text. */
export const jsonlFormat: DataFormat = {
  ...tableFormat(
    'jsonl',
    (source, cancellation) => openJsonl(source, source.size, cancellation),
    source => openJsonl(source, Math.min(source.size, LOOK_BYTES)),
  ),
  matches(head) {
    // A first line that is one value; or so much of it as the look holds.
    const text = new TextDecoder()
      .decode(head)
      .replace(/^\ufeff/, '')
      .trimStart();
    const [first = '', second = ''] = text.split(/\r?\n/, 2);
    if (!/^(\{\s*"|\[|")/.test(first)) return false;
    if (!text.includes('\n') && head.length >= 4096) return /^(\{\s*"[^"]*"\s*:|\[\s*[-\d])/.test(first);
    return isValue(first) && (!first.startsWith('"') || second === '' || second.startsWith('"'));
  },
};

function isValue(text: string): boolean {
  try {
    const value = parseJson(text);
    return typeof value === 'string' || (typeof value === 'object' && value !== null);
  } catch {
    return false;
  }
}
