import fs from 'node:fs';
import { readBaseline, refuseOtherBaseline } from '../../analyses/compare/baseline';
import { driftOf, type CheckResult } from '../../analyses/compare/drift';
import { inspectModel } from '../../analyses/inspectModel';
import { defaultInspectParameters } from '../../analyses/inspect';
import { Fault } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { formatBytes } from '../../base/numbers';
import { inspectSubject } from '../inspectSubject';
import type { OperationContext } from '../operationContext';
import type { CheckInput } from '../operationTypes';

/** JSON of a thousand layers of a thousand points. */
const LARGEST_BASELINE = 256e6;

/** An inspection with the baseline's parameters where none are given, held against it. Refuses a baseline of other data before anything is computed. */
export async function check(input: CheckInput, context: OperationContext<never>): Promise<CheckResult> {
  const store = new DisposableStore();
  try {
    const baseline = readBaseline(textOf(input.baseline), input.baseline);
    const { layers, ...given } = input.parameters ?? {};
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const parameters = { ...defaultInspectParameters, ...baseline.parameters, ...known };
    context.progress(0, 'reading the model and the data');
    // Layers of the baseline that are gone are found by looking at all.
    const subject = inspectSubject({ ...input, parameters: { ...parameters, layers } }, context, store);
    refuseOtherBaseline(baseline, subject.provenance, parameters, input.baseline);
    const before = layers ?? baseline.parameters.layers;
    const wanted = before === undefined ? undefined : new Set(before);
    const chosen = wanted === undefined ? subject.layers : subject.layers.filter(({ name }) => wanted.has(name));
    const now = await inspectModel({ ...subject, layers: chosen }, { ...context, partial: () => {} });
    const compared =
      layers === undefined
        ? baseline
        : { ...baseline, layers: baseline.layers.filter(({ name }) => layers.includes(name)) };
    return driftOf(compared, now, input, context.cancellation);
  } finally {
    store.dispose();
  }
}

function textOf(file: string): string {
  const there = fs.statSync(file, { throwIfNoEntry: false });
  if (there === undefined)
    throw new Fault('not-found', `There is no file ${file}.`, {
      hint: 'Write one with check MODEL --data DATA --write-baseline FILE.',
      source: file,
    });
  if (!there.isFile()) throw new Fault('corrupt', `${file} is no file.`, { source: file });
  if (there.size > LARGEST_BASELINE)
    throw new Fault('too-large', `${file} has ${formatBytes(there.size)}; a baseline of at most ${formatBytes(LARGEST_BASELINE)} is read.`, { source: file }); // prettier-ignore
  return fs.readFileSync(file, 'utf8');
}
