import fs from 'node:fs';
import type { FuzzReport } from './fuzz';

/** A line of the log of a long run: runs [first, first + runs) of a reader, which it survived but for `failures`. */
export interface LoggedPart {
  readonly reader: string;
  readonly seed: number;
  readonly first: number;
  readonly runs: number;
  readonly seconds: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly slowestMilliseconds: number;
  readonly mostBytes: number;
  readonly failures: readonly string[];
}

export function loggedPart(reader: string, seed: number, first: number, report: FuzzReport): LoggedPart {
  const { runs, seconds, codes, slowestMilliseconds, mostBytes } = report;
  return { reader, seed, first, runs, seconds, codes: Object.fromEntries(codes), slowestMilliseconds, mostBytes, failures: [] }; // prettier-ignore
}

export function appendToLog(file: string, part: LoggedPart): void {
  fs.appendFileSync(file, `${JSON.stringify(part)}\n`);
}

/** The parts that a log holds, in the order in which they were run; none where there is no log yet. */
export function readLog(file: string): LoggedPart[] {
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => JSON.parse(line) as LoggedPart);
}

/** Where a run that was stopped goes on. */
export function nextRun(parts: readonly LoggedPart[], reader: string, seed: number, first: number): number {
  return parts
    .filter(part => part.reader === reader && part.seed === seed)
    .reduce((next, part) => Math.max(next, part.first + part.runs), first);
}

/** A table in Markdown: a line a reader, and one for all. */
export function tableOfLogs(parts: readonly LoggedPart[]): string {
  const readers = [...new Set(parts.map(part => part.reader))].map(reader => {
    const own = parts.filter(part => part.reader === reader);
    const sum = (of: (part: LoggedPart) => number) => own.reduce((total, part) => total + of(part), 0);
    const most = (of: (part: LoggedPart) => number) => own.reduce((largest, part) => Math.max(largest, of(part)), 0);
    const codes = new Map<string, number>();
    for (const part of own)
      for (const [code, count] of Object.entries(part.codes)) codes.set(code, (codes.get(code) ?? 0) + count);
    return {
      reader,
      seeds: [...new Set(own.map(part => part.seed))].join(', '),
      runs: sum(part => part.runs),
      seconds: sum(part => part.seconds),
      codes,
      slowest: most(part => part.slowestMilliseconds),
      bytes: most(part => part.mostBytes),
      failures: sum(part => part.failures.length),
    };
  });
  const count = (value: number) => value.toLocaleString('en-US').replaceAll(',', '\u202f');
  const rows = readers.map(({ reader, seeds, runs, seconds, codes, slowest, bytes, failures }) => {
    const answers = [...codes].sort((a, b) => b[1] - a[1]).map(([code, of]) => `${code} ${count(of)}`);
    return `| ${reader} | ${seeds} | ${count(runs)} | ${count(Math.round(runs / seconds))} | ${answers.join(', ')} | ${Math.round(slowest)} ms | ${(bytes / 1e6).toFixed(1)} MB | ${failures} |`;
  });
  const total = (of: (reader: (typeof readers)[number]) => number) => readers.reduce((sum, one) => sum + of(one), 0);
  return [
    '| reader | seed | mutations | a second | answers | slowest | most memory | crashes |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    `| all | | ${count(total(one => one.runs))} | | | ${Math.round(Math.max(...readers.map(one => one.slowest)))} ms | ${(Math.max(...readers.map(one => one.bytes)) / 1e6).toFixed(1)} MB | ${total(one => one.failures)} |`,
  ].join('\n');
}
