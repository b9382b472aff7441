import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '../base/fault';
import { checkOutput } from '../engine';
import type { Option, OptionValues } from './command';

/** Options of commands that a job runs: what is left for people to read. */
export const GATE_OPTIONS: readonly Option[] = [
  {
    name: 'summary',
    value: { kind: 'text' },
    placeholder: 'FILE',
    help: 'append the summary to it, as Markdown: "$GITHUB_STEP_SUMMARY" in a job',
  },
  { name: 'report', value: { kind: 'text' }, placeholder: 'FILE.html', help: 'write one self-contained page' },
  { name: 'force', value: { kind: 'flag' }, help: 'overwrite files that are there' },
];

/** Refuses, before any work is done, files that could not be written. */
export function checkGateFiles(options: OptionValues): void {
  const report = options.text('report');
  if (report !== undefined) checkOutput(report, options.flag('force'));
  const summary = options.text('summary');
  if (summary === undefined) return;
  // It is appended to, so that a file that is there is what is wanted.
  if (fs.statSync(summary, { throwIfNoEntry: false }) === undefined) checkOutput(summary, false);
  else if (fs.statSync(summary).isDirectory())
    throw new Fault('exists', `${summary} is a folder.`, { hint: 'Name a file in it.', source: summary });
}

/** Several steps of a job write into one summary. */
export function appendSummary(options: OptionValues, markdown: string): void {
  const summary = options.text('summary');
  if (summary !== undefined) fs.appendFileSync(path.resolve(summary), `${markdown}\n`);
}
