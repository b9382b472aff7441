import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Benchmark, Bound, Measurement, Report, Timing } from './measurement';

/**
 * Runs the benchmarks of this folder (or those named on the command line) and prints one table. When all of them ran, or `--write` says so, each gets a
 * section of docs/benchmarks.md; what that page says of the others stays.
 */
const folder = import.meta.dirname;
const helpers = [
  'growthPlot.ts',
  'inTurn.ts',
  'main.ts',
  'measurement.ts',
  'peers.ts',
  'processes.ts',
  'ripsClouds.ts',
  'ripsRow.ts',
];
const all = fs
  .readdirSync(folder)
  .filter(name => name.endsWith('.ts') && !helpers.includes(name))
  .map(name => path.basename(name, '.ts'));

void main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

async function main(given: readonly string[]): Promise<void> {
  const asked = given.filter(argument => argument !== '--write');
  const unknown = asked.filter(name => !all.includes(name));
  if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}.`);
  const rows: Measurement[] = [];
  const writes = asked.length === 0 || given.includes('--write');
  for (const name of asked.length > 0 ? asked : all) {
    process.stderr.write(`${name} ...\n`);
    const start = performance.now();
    try {
      const measured = await measure(name);
      rows.push(...measured.rows);
      const remark = measured.remark && `\n${measured.remark}\n`;
      if (remark) process.stderr.write(remark);
      // At once: a long run that is broken off keeps what it has measured.
      if (writes)
        write(
          name,
          `## ${name}\n\n${measured.rows.length === 0 ? '' : `${machine()}\n\n${tableOf(measured.rows)}\n`}${remark}`,
          measured.images,
        );
    } catch (error) {
      // The others are worth knowing all the same.
      console.error(error);
      process.exitCode = 1;
    }
    process.stderr.write(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
  }
  process.stdout.write(`${tableOf(rows)}\n`);
}

/** Puts a section into docs/benchmarks.md, in its place among the others. */
function write(name: string, section: string, images: ReadonlyMap<string, string>): void {
  const docs = path.join(folder, '..', 'docs');
  const page = path.join(docs, 'benchmarks.md');
  const sections = sectionsOf(fs.readFileSync(page, 'utf8')).set(name, section);
  fs.writeFileSync(page, [HEADING, ...all.flatMap(one => sections.get(one) ?? [])].join('\n'));
  for (const [file, contents] of images) fs.writeFileSync(path.join(docs, 'images', file), contents);
}

/** By name, with their headings. */
function sectionsOf(page: string): Map<string, string> {
  const parts = page.split(/^(?=## )/m).filter(part => part.startsWith('## '));
  return new Map(parts.map(part => [part.slice(3, part.indexOf('\n')).trim(), `${part.trimEnd()}\n`]));
}

function tableOf(rows: readonly Measurement[]): string {
  return markdown([
    ['what', 'ours: median ms', 'min–max', 'MB', 'peer', 'peer: median ms', 'MB', 'ratio', 'asked', 'holds'],
    ...rows.map(cells),
  ]);
}

async function measure(name: string): Promise<Report> {
  const module: unknown = await import(pathToFileURL(path.join(folder, `${name}.ts`)).href);
  if (!isBenchmark(module)) throw new Error(`bench/${name}.ts exports no function \`run\`.`);
  const measured = await module.run();
  return 'rows' in measured ? measured : { rows: measured, remark: '', images: new Map() };
}

function isBenchmark(module: unknown): module is { run: Benchmark } {
  return typeof module === 'object' && module !== null && 'run' in module && typeof module.run === 'function';
}

function cells(measurement: Measurement): string[] {
  const { what, timing, memoryBytes, peer, bounds = [] } = measurement;
  const known = bounds.map(bound => holds(measurement, bound)).filter(held => held !== undefined);
  return [
    what,
    short(timing.median),
    spread(timing),
    megabytes(memoryBytes),
    peer?.name ?? '–',
    peer ? `${short(peer.timing.median)} (n = ${peer.timing.repetitions})` : '–',
    megabytes(peer?.memoryBytes),
    ratioOf(measurement)?.toFixed(2) ?? '–',
    bounds.map(asked).join(', ') || '–',
    known.length === 0 ? '–' : known.every(held => held) ? 'yes' : 'no',
  ];
}

function ratioOf({ timing, peer }: Measurement): number | undefined {
  return peer && timing.median / peer.timing.median;
}

function asked({ of, atMost }: Bound): string {
  switch (of) {
    case 'ratio':
      return `ratio ≤ ${atMost}`;
    case 'milliseconds':
      return `≤ ${atMost} ms`;
    case 'milliseconds at most':
      return `each ≤ ${atMost} ms`;
    case 'megabytes':
      return `≤ ${atMost} MB`;
    case 'megabytes more':
      return `≤ peer’s + ${atMost} MB`;
  }
}

/** Undefined where it could not be measured. */
function holds(measurement: Measurement, { of, atMost }: Bound): boolean | undefined {
  const { timing, memoryBytes, peer } = measurement;
  const measured = (): number | undefined => {
    switch (of) {
      case 'ratio':
        return ratioOf(measurement);
      case 'milliseconds':
        return timing.median;
      case 'milliseconds at most':
        return timing.maximum;
      case 'megabytes':
        return memoryBytes && memoryBytes / 2 ** 20;
      case 'megabytes more':
        return memoryBytes && peer?.memoryBytes && (memoryBytes - peer.memoryBytes) / 2 ** 20;
    }
  };
  const value = measured();
  return value === undefined ? undefined : value <= atMost;
}

function spread({ minimum, maximum, repetitions }: Timing): string {
  return `${short(minimum)}–${short(maximum)} (n = ${repetitions})`;
}

/** Three significant digits. */
function short(milliseconds: number): string {
  return milliseconds < 100 ? milliseconds.toPrecision(3) : milliseconds.toFixed(0);
}

function markdown(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  const drawn = lines.map(line => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`;
  return [drawn[0], rule, ...drawn.slice(1)].join('\n');
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : String(Math.round(bytes / 2 ** 20));
}

const HEADING = `# Benchmarks

Written by \`npm run bench\`, a section for each file of \`bench/\`. Whole wall times in milliseconds, and the most memory that the process held; ours and the peer's are measured in
the same run, on the same input, in turn. A ratio below one means that ours is faster.
Where the time goes: [profile](benchmarks-profile.md).
`;

function machine(): string {
  const [processor] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `Machine: ${processor?.model.trim() ?? 'unknown processor'}, ${os.cpus().length} logical cores, ${memory} GB, ${os.type()} ${os.arch()}, Node ${process.versions.node}.`;
}
