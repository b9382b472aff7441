import { formatCount, formatPercent, formatQuantity, formatShareRange } from '../../base/numbers';
import type { InspectResult } from '../../analyses/inspect';
import type { LayerTopology } from '../../analyses/layerTopology';
import { rangeOfDimension } from '../../topology/diagram';
import { barcodeText } from '../barcodeText';
import type { Command, TextStyle } from '../command';
import { INSPECT_OPTIONS, inspectInput } from '../inspectOptions';
import { byDimension, diagramJson, finite } from '../json';
import { figure, plain, textTable } from '../textTable';

export const inspect: Command = {
  name: 'inspect',
  summary: 'the topology of a model’s layers, and what was found in it',
  description:
    'Runs the model on a sample of the rows and computes, for each layer, the persistent homology of its activations: clusters (β0*), significant loops, and how ' +
    'large they are. Every number comes with its rule; what can mislead is said beside it.',
  arguments: [{ name: 'MODEL', help: 'a model file' }],
  options: INSPECT_OPTIONS,
  examples: [
    { line: 'neural-topology inspect model.onnx --data test.npz#X', what: 'All layers, on up to 1000 rows.' },
    {
      line: 'neural-topology inspect model.onnx --data test.csv --labels test.csv#class --layers fc1,relu1',
      what: 'Two layers, with the accuracy and whether clusters match classes.',
    },
    {
      line: 'neural-topology inspect model.onnx --data test.npz --format json > now.json',
      what: 'Every number, for a script.',
    },
  ],
  async run({ arguments: [model], options, seed, engine, signal, onProgress }) {
    const cache = options.text('cache');
    const result = await engine(cache === undefined ? {} : { cache }).run(
      'inspect',
      inspectInput(model!, options, seed),
      { signal, onProgress },
    );
    return { json: () => inspectJson(result), text: style => inspectText(result, style) };
  },
};

/** What a script reads, and what a check is held against. */
export function inspectJson({ head, layers, failures, findings, warnings, provenance }: InspectResult): unknown {
  const { accuracy } = head;
  return {
    model: head.model,
    data: head.data,
    ...(accuracy === undefined
      ? {}
      : { accuracy: accuracy.value, accuracyInterval: [accuracy.low, accuracy.high], accuracyRows: accuracy.samples }),
    layers: layers.map(layer => layerJson(layer, head.parameters.maxDimension)),
    failures,
    findings: findings.map(({ kind, weight, sentence, rule, target }) => ({
      kind,
      weight,
      sentence,
      rule,
      ...(target === undefined ? {} : { target }),
    })),
    warnings,
    provenance,
  };
}

function layerJson(layer: LayerTopology, maxDimension: number): unknown {
  const { dense0, significant, band, loopNull } = layer;
  return {
    name: layer.name,
    op: layer.op,
    shape: layer.shape,
    points: layer.points,
    width: layer.width,
    reduction: layer.reduction,
    diagram: diagramJson(layer.diagram, maxDimension),
    betti: {
      dense0: dense0.count,
      dense0Scales: [dense0.scaleFrom, finite(dense0.scaleTo)],
      significant: byDimension([
        significant.components,
        ...(significant.loops === undefined ? [] : [significant.loops]),
      ]),
    },
    totalPersistence: byDimension(layer.totalPersistence),
    medianDistance: layer.medianDistance,
    enclosingRadius: finite(layer.enclosingRadius),
    band,
    ...(loopNull === undefined ? {} : { loopNull }),
    caveats: layer.caveats,
  };
}

export function inspectText(result: InspectResult, style: TextStyle): string {
  const { head, layers } = result;
  const { accuracy, data, model } = head;
  const accuracyText =
    accuracy === undefined
      ? ''
      : ` · accuracy ${formatPercent(accuracy.value)} (${formatShareRange(accuracy.low, accuracy.high)} %)`;
  const lines = [
    style.bold(`${plain(model.name)} · ${plain(data.name)}, ${formatQuantity(data.rows, 'row')}${accuracyText}`),
    style.dim(
      `${formatQuantity(head.sampledRows.length, 'point')}, seed ${head.parameters.seed}; ${plain(data.treatment)}`,
    ),
    '',
    layerTable(layers, style),
    '',
  ];
  for (const { sentence, weight } of result.findings)
    lines.push(`${weight === 'strong' ? style.bold('●') : '○'} ${plain(sentence)}`);
  return lines.join('\n');
}

function layerTable(layers: readonly LayerTopology[], style: TextStyle): string {
  return textTable(
    [
      { title: 'layer', cell: layer => plain(layer.name) },
      { title: 'op', cell: layer => plain(layer.op) },
      { title: 'shape', align: 'right', cell: layer => layer.shape.join('×') },
      { title: 'β0*', align: 'right', cell: layer => formatCount(layer.dense0.count) },
      { title: 'loops', align: 'right', cell: layer => loopsText(layer) },
      { title: 'median', align: 'right', cell: layer => figure(layer.medianDistance) },
      { title: 'barcode H0', cell: layer => style.h0(barcodeText(pairsOf(layer, 0), 12)) },
      { title: 'H1', cell: layer => style.h1(barcodeText(pairsOf(layer, 1), 8)) },
    ],
    layers,
    style.dim,
  );
}

/** Significant ones, of all. */
function loopsText({ significant, diagram }: LayerTopology): string {
  if (significant.loops === undefined) return '–';
  const [from, to] = rangeOfDimension(diagram, 1);
  return `${formatCount(significant.loops)}/${formatCount(to - from)}`;
}

function pairsOf({ diagram }: LayerTopology, dimension: number) {
  const [from, to] = rangeOfDimension(diagram, dimension);
  return Array.from({ length: to - from }, (_, k) => ({
    birth: diagram.birth[from + k]!,
    death: diagram.death[from + k]!,
  }));
}
