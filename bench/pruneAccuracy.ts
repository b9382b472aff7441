import path from 'node:path';
import type { Report } from './measurement';
import { runCommandLine } from './processes';

const samples = path.join(import.meta.dirname, '..', 'samples');
const SEEDS = 5;
const RATIOS = [0.4, 0.8];
const METHODS = ['topology', 'magnitude', 'random'] as const;
const WORDS = { topology: 'merging', magnitude: 'magnitude', random: 'random' };

const NETWORKS = [
  { name: 'digits-mlp', train: 'digits-train', test: 'digits-test' },
  { name: 'digits-cnn', train: 'digits-train', test: 'digits-test' },
];

interface Result {
  readonly accuracyBefore: number;
  readonly accuracyAfter: number;
}

/** What is left of the accuracy by merging, by magnitude and at random, all with the refit, over seeds: each draws other rows to fit to, and other units at random. No times. */
export function run(): Promise<Report> {
  const lines = NETWORKS.flatMap(({ name, train, test }) => {
    const rows = (part: string) => `${path.join(samples, 'data', `${part}.npz`)}#`;
    const result = (...more: readonly string[]) => {
      const { output } = runCommandLine([
        'prune',
        path.join(samples, 'models', `${name}.onnx`),
        ...['--data', `${rows(train)}X`, '--labels', `${rows(train)}y`],
        ...['--holdout', `${rows(test)}X`, '--holdout-labels', `${rows(test)}y`],
        ...more,
      ]);
      return JSON.parse(output) as Result;
    };
    const points = (value: number) => (100 * value).toFixed(1);
    return RATIOS.map(ratio => {
      let whole = 0;
      const cells = METHODS.map(method => {
        const found = Array.from({ length: SEEDS }, (_, seed) => {
          const one = result('--ratio', String(ratio), '--method', method, '--seed', String(seed));
          whole = one.accuracyBefore;
          return one.accuracyAfter;
        });
        const mean = found.reduce((sum, value) => sum + value, 0) / SEEDS;
        return `${points(mean)} (${points(Math.min(...found))}–${points(Math.max(...found))})`;
      });
      return `| ${name} | ${100 * ratio} % | ${points(whole)} | ${cells.join(' | ')} |`;
    });
  });
  const remark = [
    `Held-out accuracy in per cent, 360 rows: mean of ${SEEDS} seeds (least–most), all with the refit.`,
    '',
    `| network | removed | whole | ${METHODS.map(method => WORDS[method]).join(' | ')} |`,
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
  return Promise.resolve({ rows: [], remark, images: new Map() });
}
