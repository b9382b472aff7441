/** A call of our command line, which a POSIX shell takes literally. */
export function callOf(command: string, words: readonly string[]): string {
  return ['neural-topology', command, ...words].map(quote).join(' ');
}

/** A word as a POSIX shell takes it literally. */
export function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
