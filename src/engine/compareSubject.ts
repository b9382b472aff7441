import type { AlignedLayers, CompareParameters } from '../analyses/compare/compare';
import { defaultCompareParameters } from '../analyses/compare/compare';
import { alignModels, pairsOfLine } from '../analyses/compare/alignModels';
import type { ComparedSubject, CompareSubject } from '../analyses/compare/compareModels';
import { kindsOf, type AlignableLayer, type LayerKind } from '../analyses/compare/layerKind';
import type { Caveat } from '../analyses/layerTopology';
import { partsFor } from '../analyses/compare/pairTask';
import { chooseLayers } from '../analyses/chooseLayers';
import { refuseForecast } from '../analyses/limits';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import type { DisposableStore } from '../base/lifecycle';
import type { Model } from '../models/model';
import { blaming } from './blaming';
import { forecastCompare } from './forecastCompare';
import { openInspectSource, type InspectSource } from './inspectSource';
import { layerStore } from './layerStore';
import { memoryLimit } from './memoryLimit';
import type { OperationContext } from './operationContext';
import type { CompareInput } from './operationTypes';
import { pairStore } from './pairStore';
import { VERSION } from './version';

/** Opens what a comparison is about: all models on the same rows, their layers aligned. Throws `usage` for fewer than two models, `shape-mismatch` for other rows, `too-large`. */
export function compareSubject(
  input: CompareInput,
  context: OperationContext<never>,
  store: DisposableStore,
): CompareSubject {
  if (input.models.length < 2)
    throw new Fault('usage', 'A comparison takes two models or more.', { hint: 'Name another model.' });
  const parameters: CompareParameters = { ...defaultCompareParameters, ...input.parameters };
  const { models: files, answers, ...reading } = input;
  const inspectParameters = { ...parameters, layers: undefined, maxDimension: 1 };
  const sources = files.map((model, i) =>
    openInspectSource(
      { ...reading, model, parameters: inspectParameters, ...(answers?.[i] ? { answer: answers[i] } : {}) },
      inspectParameters,
      context,
      store,
    ),
  );
  const [first] = sources as [InspectSource];
  sources.forEach(({ data }, i) => {
    if (data.rows !== first.data.rows)
      throw new Fault(
        'shape-mismatch',
        `There are ${formatCount(data.rows)} rows for ${files[i]!}, and ${formatCount(first.data.rows)} for ${files[0]!}: a comparison is of the same rows.`,
        { source: files[i]! },
      );
  });

  const described = sources.map(alignable);
  const asked = new Set(
    blaming(files[0]!, () => chooseLayers(first.layers, parameters.layers)).map(({ name }) => name),
  );
  const all = alignModels(described);
  const lines = parameters.layers === undefined ? all : all.filter(({ layers }) => layers[0] !== null && asked.has(first.layers[layers[0]!]!.name)); // prettier-ignore
  const pairs = lines.flatMap(pairsOfLine);
  if (pairs.length === 0)
    throw new Fault('empty', `No layer of ${files[0]!} has a counterpart.`, {
      hint: 'Layers are aligned by name, kind of operator, shape and order. Similarity of two arrays of activations can be had with the command similarity.',
    });
  const compared = sources.map((source, model) => {
    const indices = new Set(
      lines.flatMap(line => (pairsOfLine(line).some(pair => pair.includes(model)) ? [line.layers[model]] : [])),
    );
    return source.layers.filter((_, i) => indices.has(i));
  });
  const forecastAt = (points: number) =>
    forecastCompare({
      layers: compared,
      pairs: pairs.length,
      rows: first.data.rows,
      parameters: { ...inspectParameters, points },
      threads: context.threads,
      modelParameters: sources.map(({ model }) => model.parameters),
    });
  const limit = input.memoryLimitBytes ?? memoryLimit();
  blaming('--points', () =>
    refuseForecast(Math.min(parameters.points, first.data.rows), 1, limit, points => forecastAt(points).bytes),
  );
  const lastHidden = lastHiddenLine(sources, lines);
  const parts = partsFor(pairs.length);
  const models = sources.map((source, i): ComparedSubject => {
    const layers = compared[i]!;
    const own = {
      ...inspectParameters,
      layers: layers.length === source.layers.length ? undefined : layers.map(({ name }) => name),
    };
    return {
      layers: source.layers,
      network: source.network?.opened.model,
      inspect: {
        model: source.model,
        data: source.data,
        randomInput: source.randomInput,
        assumption: source.assumption?.sentence,
        labels: source.labels,
        layers,
        parameters: own,
        layerLimitBytes: limit / Math.max(1, Math.min(context.threads, pairs.length)),
        forecast: forecastAt(parameters.points),
        warnings: source.warnings,
        provenance: { version: VERSION, ...source.files, parameters: {}, seed: parameters.seed },
        capture: source.capture,
        store: layerStore(context.cache, source.identity, own),
      },
    };
  });
  const { model: firstFile, ...otherFiles } = first.files;
  return {
    models,
    lines,
    lastHidden,
    parts,
    parameters,
    forecast: forecastAt(parameters.points),
    warnings: sources.flatMap(({ warnings }) => warnings),
    provenance: {
      version: VERSION,
      ...(firstFile === undefined ? {} : { model: firstFile }),
      ...otherFiles,
      files: [...sources.slice(1).flatMap(({ files: { model } }) => model ?? []), ...(otherFiles.files ?? [])],
      parameters: {
        layers: parameters.layers ?? null,
        points: parameters.points,
        maxDimension: 1,
        reduction: parameters.reduction ?? null,
        randomInput: first.randomInput,
        parts,
      },
      seed: parameters.seed,
    },
    caveatsOf: (line, a, b) => activationCaveats(described, lines[line]!, a, b),
    store: pairStore(
      context.cache,
      sources.map(({ identity }) => identity),
      { models, lines, lastHidden, parts, parameters },
    ),
  };
}

function alignable({ network: open, layers }: InspectSource): readonly AlignableLayer[] {
  const network = open?.opened.model;
  if (network === undefined) return layers.map(({ name, op, shape }) => ({ name, op, shape, inputs: [] }));
  const activations = fusedActivations(network);
  return network.layers.map(({ name, op, outputShape, channelAxis, inputs }) => ({
    name,
    op,
    shape: outputShape,
    channelAxis,
    activation: activations.get(name),
    inputs,
  }));
}

/** Keras keeps an activation within the layer that it follows. */
function fusedActivations({ program }: Model): ReadonlyMap<string, string | undefined> {
  if (program?.kind !== 'keras') return new Map();
  return new Map(program.model.steps.map(({ name, settings }) => [name, settings.function('activation')]));
}

/** Where one format's layer gives what an activation in it made, and the other's does not. */
function activationCaveats(
  described: readonly (readonly AlignableLayer[])[],
  { layers }: AlignedLayers,
  a: number,
  b: number,
): readonly Caveat[] {
  const [first, second] = [a, b].map(model => {
    const own = described[model]!;
    const place = layers[model]!;
    return { name: own[place]!.name, kind: kindsOf(own)[place]! };
  }) as [{ name: string; kind: LayerKind }, { name: string; kind: LayerKind }];
  if (first.kind.output === second.kind.output) return [];
  return [
    {
      code: 'other-operator',
      message: `${first.name} gives what ${first.kind.output} makes, ${second.name} what ${second.kind.output} makes: they differ by that at least.`,
    },
  ];
}

/** The line of what the last layers with weights read, where that is the same line for all. */
function lastHiddenLine(sources: readonly InspectSource[], lines: readonly AlignedLayers[]): number | undefined {
  const places = sources.map(({ network: open }) => {
    const network = open?.opened.model;
    const last = network?.layers.findLast(({ weights }) =>
      weights.some(({ trained, shape }) => trained && shape.length > 1),
    );
    const name = last?.inputs[0];
    return network?.layers.findIndex(layer => layer.name === name) ?? -1;
  });
  const line = lines.findIndex(({ layers }) => layers[0] === places[0] && layers[0] !== null);
  if (line < 0 || places.some((place, model) => lines[line]!.layers[model] !== place)) return undefined;
  return line;
}
