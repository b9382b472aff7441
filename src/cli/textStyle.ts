import type { TextStyle } from './command';

/** Colours on a terminal, unless NO_COLOR (https://no-color.org) says otherwise. */
export function textStyle(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): TextStyle {
  const coloured = stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
  const paint = (code: number) => (text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: paint(1), dim: paint(2), h0: paint(34), h1: paint(33), width: stream.columns ?? 100 };
}
