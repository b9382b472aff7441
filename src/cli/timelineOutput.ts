import {
  isBroken,
  isMeasured,
  type Checkpoint,
  type TimelineEntry,
  type TimelineResult,
} from '../analyses/timeline/timeline';
import { formatCount, formatPercent, formatQuantity, formatShareRange } from '../base/numbers';
import type { TextStyle } from './command';
import { byDimension } from './json';
import { figure, plain, textTable, type Column } from './textTable';

/** As cli.md has it. */
export function timelineJson({ checkpoints, stop, warnings, provenance }: TimelineResult): unknown {
  return { checkpoints: checkpoints.map(entryJson), stop, warnings, provenance };
}

export function entryJson(entry: TimelineEntry): unknown {
  if (isBroken(entry)) return entry;
  const { accuracy, layers, ...rest } = entry;
  return {
    ...rest,
    accuracy: accuracy?.value ?? null,
    ...(accuracy === null ? {} : { accuracyInterval: [accuracy.low, accuracy.high], accuracyRows: accuracy.samples }),
    layers: layers.map(({ dense0, significant, totalPersistence, relativePersistence, redundancy, ...layer }) => ({
      ...layer,
      totalPersistence: byDimension(totalPersistence),
      relativePersistence: byDimension(relativePersistence),
      betti: {
        dense0,
        significant: byDimension([
          significant.components,
          ...(significant.loops === undefined ? [] : [significant.loops]),
        ]),
      },
      redundancy: redundancy && { layer: redundancy.layer, bottleneck: byDimension(redundancy.bottleneck) },
    })),
  };
}

/** One checkpoint on a line, for a run that is watched. */
export function entryText(entry: TimelineEntry, style: TextStyle): string {
  const name = style.bold(plain(entry.file));
  if (isBroken(entry)) return `${name}  ${plain(entry.error.message)}`;
  const facts = CHECKPOINT_COLUMNS.slice(1).map(column => `${style.dim(column.title)} ${column.cell(entry)}`);
  return [name, ...facts].join('  ');
}

export function timelineText(result: TimelineResult, style: TextStyle): string {
  const { checkpoints, stop } = result;
  const readable = checkpoints.filter(isMeasured);
  const broken = checkpoints.filter(isBroken);
  const layer = readable.find(one => one.featureLayer !== null)?.featureLayer;
  const lines = [
    style.bold(
      `${formatQuantity(checkpoints.length, 'checkpoint')}${layer === undefined || layer === null ? '' : ` · features ${plain(layer)}`}`,
    ),
    '',
    textTable(CHECKPOINT_COLUMNS, readable, style.dim),
    ...broken.map(({ file, error }) => `${plain(file)}: ${plain(error.message)}`),
    '',
  ];
  if (stop === null) lines.push('No checkpoint could be read.');
  else {
    lines.push(`${style.bold('●')} Keep ${style.bold(plain(stop.file))}. ${plain(stop.reason)}`);
    for (const { reason } of stop.rules) if (reason !== stop.reason) lines.push(`○ ${plain(reason)}`);
  }
  return lines.join('\n');
}

const number = (value: number | null | undefined) => (value === null || value === undefined ? '–' : figure(value));

function featuresOf({ layers, featureLayer }: Checkpoint) {
  return layers.find(layer => layer.name === featureLayer) ?? layers.at(-1);
}

/** Of the layer that the classifier reads, where a layer is meant. */
const CHECKPOINT_COLUMNS: readonly Column<Checkpoint>[] = [
  { title: 'checkpoint', cell: one => plain(one.file) },
  {
    title: 'accuracy',
    align: 'right',
    cell: ({ accuracy }) =>
      accuracy === null ? '–' : `${formatPercent(accuracy.value)} (${formatShareRange(accuracy.low, accuracy.high)} %)`,
  },
  {
    title: 'β0*',
    align: 'right',
    cell: one => {
      const features = featuresOf(one);
      return features === undefined ? '–' : formatCount(features.dense0);
    },
  },
  { title: 'total H0', align: 'right', cell: one => number(featuresOf(one)?.relativePersistence[0]) },
  { title: 'total H1', align: 'right', cell: one => number(featuresOf(one)?.relativePersistence[1]) },
  { title: 'from input', align: 'right', cell: one => number(featuresOf(one)?.redundancy?.bottleneck[0]) },
  { title: 'neural persistence', align: 'right', cell: one => number(one.weights?.neuralPersistence.mean) },
  {
    title: 'variance',
    align: 'right',
    cell: ({ weights }) => {
      const layers = weights?.neuralPersistence.layers ?? [];
      return layers.length === 0 ? '–' : figure(layers.reduce((sum, one) => sum + one.variance, 0) / layers.length);
    },
  },
  { title: 'NC1', align: 'right', cell: one => number(one.collapse?.nc1) },
];
