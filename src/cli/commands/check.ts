import { checkMarkdown, DEFAULT_MAX_DRIFT, verdictOf, type CheckResult } from '../../analyses/compare/drift';
import { Fault } from '../../base/fault';
import { formatQuantity, NOT_KNOWN } from '../../base/numbers';
import { checkOutput, writeWhole } from '../../engine';
import type { Command, Invocation, Option, Outcome, TextStyle } from '../command';
import { appendSummary, checkGateFiles, GATE_OPTIONS } from '../gateFiles';
import { INSPECT_OPTIONS, inspectInput } from '../inspectOptions';
import { byDimension, finite, jsonText } from '../json';
import { figure, plain, textTable } from '../textTable';
import { inspectJson } from './inspect';

/** What is not given is taken from the baseline. */
const OWN_OPTIONS: readonly Option[] = INSPECT_OPTIONS.map(
  ({ default: standard, ...option }) =>
  standard === undefined ? option : { ...option, help: `${option.help} (the baseline’s, ${String(standard)} for a new one)` }, // prettier-ignore
);

export const check: Command = {
  name: 'check',
  summary: 'whether a model’s layers are still what they were: a gate for jobs, exit code 1 where not',
  description:
    'Inspects the model on the rows of an earlier inspection and measures the drift of each layer: the larger of the bottleneck distances of its diagrams then and now, in H0 and H1, in units of the median distance. ' +
    'A layer past --max-drift, or one that is gone, ends in exit code 1 and is named. A baseline of other data or parameters is refused.',
  arguments: [{ name: 'MODEL', help: 'a model file' }],
  options: [
    { name: 'baseline', value: { kind: 'text' }, placeholder: 'RESULT.json', help: 'what inspect --format json printed earlier' }, // prettier-ignore
    { name: 'write-baseline', value: { kind: 'text' }, placeholder: 'FILE.json', help: 'write the baseline of this model instead of checking' }, // prettier-ignore
    { name: 'max-drift', value: { kind: 'number', minimum: 0 }, placeholder: 'D', help: 'of any layer', default: DEFAULT_MAX_DRIFT }, // prettier-ignore
    { name: 'max-accuracy-drop', value: { kind: 'number', minimum: 0, maximum: 1 }, placeholder: 'S', help: 'share of rows by which the accuracy may fall (not checked)' }, // prettier-ignore
    ...GATE_OPTIONS,
    ...OWN_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology check model.onnx --data test.npz#X --labels test.npz#y --write-baseline baseline.json',
      what: 'What later models are held against; keep it beside the code.',
    },
    {
      line: 'neural-topology check model.onnx --data test.npz#X --labels test.npz#y --baseline baseline.json --summary "$GITHUB_STEP_SUMMARY" --report topology.html',
      what: 'In a job: fails where a layer drifted, with a summary and a page.',
    },
  ],
  async run(invocation) {
    const { options } = invocation;
    checkGateFiles(options);
    const baseline = options.text('baseline');
    const written = options.text('write-baseline');
    if ((baseline === undefined) === (written === undefined))
      throw new Fault('usage', 'check needs --baseline RESULT.json, or --write-baseline FILE.json to make one.', {
        source: '--baseline',
      });
    return baseline === undefined ? writeBaseline(invocation, written!) : checkAgainst(invocation, baseline);
  },
};

async function checkAgainst(invocation: Invocation, baseline: string): Promise<Outcome> {
  const {
    arguments: [model],
    options,
    seed,
    engine,
    signal,
    onProgress,
  } = invocation;
  const cache = options.text('cache');
  const running = engine(cache === undefined ? {} : { cache });
  const { parameters, ...input } = inspectInput(model!, options, seed);
  const drop = options.number('max-accuracy-drop');
  const result = await running.run(
    'check',
    {
      ...input,
      // Seed 0 is what no seed is.
      parameters: { ...parameters, ...(seed === 0 ? { seed: undefined } : {}) },
      baseline,
      maxDrift: options.number('max-drift')!,
      maxAccuracyDrop: drop,
    },
    { signal, onProgress },
  );
  const report = options.text('report');
  if (report !== undefined) writeWhole(report, await running.run('report', { result: result.inspection }, { signal }));
  appendSummary(options, checkMarkdown(result));
  return {
    json: () => checkJson(result, baseline),
    text: style => checkText(result, style),
    exitCode: result.passed ? 0 : 1,
  };
}

async function writeBaseline(invocation: Invocation, file: string): Promise<Outcome> {
  const {
    arguments: [model],
    options,
    seed,
    engine,
    signal,
    onProgress,
  } = invocation;
  checkOutput(file, options.flag('force'));
  const cache = options.text('cache');
  const running = engine(cache === undefined ? {} : { cache });
  const { parameters, ...input } = inspectInput(model!, options, seed);
  const given = Object.fromEntries(Object.entries(parameters ?? {}).filter(([, value]) => value !== undefined));
  const result = await running.run('inspect', { ...input, parameters: given }, { signal, onProgress });
  const json = inspectJson(result);
  writeWhole(file, `${jsonText(json)}\n`);
  const report = options.text('report');
  if (report !== undefined) writeWhole(report, await running.run('report', { result }, { signal }));
  return {
    json: () => ({ baseline: file, layers: result.layers.map(({ name }) => name), warnings: result.warnings, provenance: result.provenance }), // prettier-ignore
    text: () => `${formatQuantity(result.layers.length, 'layer')} written to ${plain(file)}`,
  };
}

function checkJson(result: CheckResult, baseline: string): unknown {
  const { passed, maxDrift, maxAccuracyDrop, accuracyChange, layers, worst, inspection } = result;
  return {
    passed,
    verdict: verdictOf(result),
    baseline,
    maxDrift,
    ...(maxAccuracyDrop === undefined ? {} : { maxAccuracyDrop }),
    ...(inspection.head.accuracy === undefined ? {} : { accuracy: inspection.head.accuracy.value }),
    ...(accuracyChange === undefined ? {} : { accuracyChange }),
    worst: worst === undefined ? null : { layer: worst.layer, drift: finite(worst.drift ?? NaN) },
    failed: layers.filter(layer => !layer.passed).map(({ layer }) => layer),
    layers: layers.map(({ layer, bottleneck, drift, passed: own, note }) => ({
      layer,
      drift: drift === null ? null : finite(drift),
      bottleneck: byDimension(bottleneck.map(finite)),
      passed: own,
      ...(note === undefined ? {} : { note }),
    })),
    failures: inspection.failures,
    warnings: inspection.warnings,
    provenance: inspection.provenance,
  };
}

function checkText(result: CheckResult, style: TextStyle): string {
  const { passed, layers, inspection } = result;
  return [
    style.bold(`${plain(inspection.head.model.name)} · ${plain(inspection.head.data.name)}, ${formatQuantity(inspection.head.data.rows, 'row')}`), // prettier-ignore
    '',
    textTable(
      [
        { title: 'layer', cell: ({ layer }) => plain(layer) },
        { title: 'drift H0', align: 'right', cell: ({ bottleneck }) => figure(bottleneck[0]) },
        { title: 'H1', align: 'right', cell: ({ bottleneck }) => figure(bottleneck[1]) },
        { title: '', cell: ({ passed: own, drift, note }) => (own ? plain(note ?? '') : plain(note ?? (drift === null ? NOT_KNOWN : 'drifted'))) }, // prettier-ignore
      ],
      layers,
      style.dim,
    ),
    '',
    `${passed ? 'passed' : style.bold('FAILED')}: ${plain(verdictOf(result))}`,
  ].join('\n');
}
