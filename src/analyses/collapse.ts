import type { Cancellation } from '../base/cancellation';
import { Fault, type Warning } from '../base/fault';
import { formatCount, formatQuantity } from '../base/numbers';
import { subProgress } from '../base/progress';
import { listed } from '../base/text';
import type { Labels } from '../data/dataSet';
import type { Model } from '../models/model';
import { accuracy, outputOfClass, predictedClasses, type Accuracy } from '../probes/accuracy';
import type { Capture, CaptureOptions } from '../probes/capture';
import type { LayerActivations } from '../probes/layerCollector';
import { outputLayers } from '../probes/outputLayers';
import type { NetworkOutputs } from '../probes/outputs';
import {
  meanCosines,
  meanLengths,
  nearestClassMeans,
  neuralCollapse,
  selfDuality,
  type NeuralCollapse,
} from '../topology/neuralCollapse';
import type { AnalysisContext, Provenance } from './analysis';
import { chooseLayers } from './chooseLayers';
import { classifierOf, hasInputsAsRows, type Classifier } from './denseLayers';

/** NC1, NC2 and NC4 at one layer. */
export interface LayerCollapse {
  readonly layer: string;
  readonly rows: number;
  readonly width: number;
  readonly nc1: number | null;
  readonly nc1Ratio: number | null;
  readonly nc2Norm: number | null;
  readonly nc2Angle: number | null;
  /** Share of the rows for which the network decides otherwise than the nearest class mean at this layer does; `null` where it names no class. */
  readonly nc4: number | null;
}

/** How far a network's features have collapsed to the corners of a simplex (Papyan, Han, Donoho 2020). */
export interface CollapseResult extends LayerCollapse {
  /** Distance between the classifier's directions and those of the class means; `null`, with a warning, where the classifier does not read this layer. */
  readonly nc3: number | null;
  /** Those that rows have. */
  readonly classes: number;
  readonly accuracy: Accuracy | undefined;
  /** The class means that are compared with the simplex: centred, in the order of the classes. */
  readonly means: {
    readonly names: readonly string[];
    readonly rows: Uint32Array;
    readonly lengths: Float64Array;
    /** classes × classes. */
    readonly cosines: Float64Array;
  };
  /** All layers, in the network's order, where none was named; those beside `layer` on a sample of the rows, positions averaged. */
  readonly layers: readonly LayerCollapse[];
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** What is measured, and how to run it. */
export interface CollapseSubject {
  readonly model: Model;
  readonly modelName: string;
  /** Aligned with the rows of the data. */
  readonly labels: Labels;
  /** The input of the last layer with weights where undefined. */
  readonly layer: string | undefined;
  /** Rows on which the layers beside it are measured; none where empty. */
  readonly sample: Uint32Array;
  readonly warnings: readonly Warning[];
  /** Without the libraries, which the capture tells. */
  readonly provenance: Provenance;
  capture(
    request: Required<Pick<CaptureOptions, 'layers' | 'rows' | 'reduction' | 'outputs' | 'progress'>>,
  ): Promise<Capture>;
}

/** Fewer rows of a class than this say little of how they spread. */
const FEW_ROWS = 10;

/**
 * Neural collapse at the features, over all rows, and at the other layers, on a sample. Throws `usage` for a layer that there is not, `empty` for fewer than two
 * classes or a network whose only weights read its input, `not-finite`, and what the capture throws.
 */
export async function collapseOf(
  subject: CollapseSubject,
  { cancellation, progress }: Pick<AnalysisContext, 'cancellation' | 'progress'>,
): Promise<CollapseResult> {
  const classifier = classifierOf(subject.model);
  const layer = featureLayer(subject, classifier);
  const present = presentClasses(subject.labels);
  const capture = await subject.capture({
    layers: [layer],
    rows: Uint32Array.from(subject.labels.values, (_, row) => row),
    reduction: 'flatten',
    outputs: true,
    progress: subProgress(progress, 0, 0.5),
  });
  const [failure] = capture.failures;
  if (failure !== undefined) throw Fault.fromData(failure.fault);
  const features = capture.layers[0]!;
  const collapse = neuralCollapse(features, present.classOf, present.names.length, cancellation);
  const decisions = decisionsOf(capture.outputs, subject.labels, present);
  const measured = measuresOf(features, collapse, decisions, cancellation);
  const duality = dualityOf(classifier, subject, { features, collapse, decisions });
  const others = await otherLayers(subject, layer, { present, decisions }, { cancellation, progress });
  const order = new Map(subject.model.layers.map((one, at) => [one.name, at]));
  const place = (one: LayerCollapse) => order.get(one.layer) ?? Infinity;
  return {
    ...measured,
    nc3: duality.nc3,
    classes: present.names.length,
    accuracy: capture.outputs === undefined ? undefined : accuracy(capture.outputs, subject.labels),
    means: {
      names: present.names,
      rows: collapse.sizes,
      lengths: meanLengths(collapse.centredMeans, collapse.classes, features.width),
      cosines: meanCosines(collapse.centredMeans, collapse.classes, features.width),
    },
    layers: [measured, ...others.layers].sort((a, b) => place(a) - place(b)),
    warnings: [
      ...subject.warnings,
      ...capture.warnings,
      ...(measured.nc4 === null ? [NO_DECISIONS] : []),
      ...duality.warnings,
      ...classWarnings(subject.labels, present.names, collapse, features.width),
      ...others.warnings,
    ],
    provenance: { ...subject.provenance, libraries: { [capture.runtime.name]: capture.runtime.version } },
  };
}

const NO_DECISIONS: Warning = {
  code: 'no-classes',
  message: 'NC4 is not computed: the network’s output names no class of a row.',
};

/** The layer asked for, or the one that the classifier reads. */
function featureLayer({ model, modelName, layer }: CollapseSubject, classifier: Classifier | undefined): string {
  if (layer !== undefined)
    return chooseLayers(model.layers, [layer], outputLayers(model), model.innerLayers, '--layer')[0]!.name;
  const [features] = classifier?.features ?? [];
  if (features !== undefined) return features;
  throw new Fault(
    'empty',
    classifier === undefined
      ? 'The network has no layer that joins units with weights, so it has no features that classes could collapse in.'
      : `The last layer with weights, ${classifier.layer.name}, reads the input itself: the network has no features that classes could collapse in.`,
    { hint: 'Name a layer with --layer.', source: modelName },
  );
}

interface PresentClasses {
  /** Those that rows have, in the order of the labels' classes. */
  readonly names: readonly string[];
  /** Index into `names`, a row each. */
  readonly classOf: Int32Array;
}

function presentClasses({ classes, values }: Labels): PresentClasses {
  const there = new Set(values);
  const kept = classes.flatMap((_, at) => (there.has(at) ? [at] : []));
  const places = new Map(kept.map((at, place) => [at, place]));
  return { names: kept.map(at => classes[at]!), classOf: values.map(value => places.get(value)!) };
}

/** What the network answers, and which answer each class of the rows is. */
interface Decisions {
  readonly predicted: Int32Array;
  readonly outputOf: Int32Array;
  readonly outputs: number;
}

function decisionsOf(
  outputs: NetworkOutputs | undefined,
  labels: Labels,
  { names }: PresentClasses,
): Decisions | undefined {
  if (outputs === undefined) return undefined;
  const all = outputOfClass(outputs, labels.classes);
  const outputOf = Int32Array.from(names, name => all[labels.classes.indexOf(name)]!);
  return { predicted: predictedClasses(outputs), outputOf, outputs: outputs.width };
}

function measuresOf(
  { name, count, width, values, rowOfPoint }: LayerActivations,
  collapse: NeuralCollapse,
  decisions: Decisions | undefined,
  cancellation: Cancellation,
): LayerCollapse {
  const { nc1, nc1Ratio, nc2Norm, nc2Angle } = collapse;
  let nc4: number | null = null;
  if (decisions !== undefined) {
    const nearest = nearestClassMeans({ count, width, values }, collapse, cancellation);
    let disagree = 0;
    for (let i = 0; i < count; i++)
      if (decisions.outputOf[nearest[i]!] !== decisions.predicted[rowOfPoint[i]!]) disagree++;
    nc4 = disagree / count;
  }
  return { layer: name, rows: count, width, nc1, nc1Ratio, nc2Norm, nc2Angle, nc4 };
}

/** NC3, where the classifier reads this very layer with a matrix that has a row for each class. */
function dualityOf(
  classifier: Classifier | undefined,
  { model }: CollapseSubject,
  at: {
    readonly features: LayerActivations;
    readonly collapse: NeuralCollapse;
    readonly decisions: Decisions | undefined;
  },
): { readonly nc3: number | null; readonly warnings: readonly Warning[] } {
  const { name, width } = at.features;
  const refuse = (why: string) => ({
    nc3: null,
    warnings: [{ code: 'no-self-duality', message: `NC3 is not computed: ${why}.` }],
  });
  if (classifier?.features.includes(name) !== true) return refuse(`the last layer with weights does not read ${name}`);
  const { layer, matrix } = classifier;
  if (matrix === undefined) return refuse(`the weights of ${layer.name} are no single matrix`);
  const { shape, values } = model.readWeight(matrix.name);
  const [rows, columns] = [shape[0]!, shape[1]!];
  const inputsFirst = rows === columns ? hasInputsAsRows(model, layer, matrix) : rows === width;
  const outputs = inputsFirst ? columns : rows;
  if ((inputsFirst ? rows : columns) !== width)
    return refuse(
      `${layer.name} takes ${formatCount(inputsFirst ? rows : columns)} values, ${name} gives ${formatCount(width)}`,
    );
  if (outputs === 1) return refuse(`${layer.name} has a single output, so no direction for each class`);
  const outputOf = at.decisions?.outputOf ?? Int32Array.from({ length: at.collapse.classes }, (_, c) => c);
  if (outputOf.some(output => output >= outputs))
    return refuse(`${layer.name} has ${formatQuantity(outputs, 'output')}, fewer than the classes need`);
  const directions = new Float64Array(at.collapse.classes * width);
  outputOf.forEach((output, c) => {
    for (let k = 0; k < width; k++)
      directions[c * width + k] = values[inputsFirst ? k * columns + output : output * columns + k]!;
  });
  return { nc3: selfDuality(directions, at.collapse.centredMeans), warnings: [] };
}

/** The layers beside the features, on the sample; none where one layer was asked for. */
async function otherLayers(
  subject: CollapseSubject,
  measured: string,
  { present, decisions }: { readonly present: PresentClasses; readonly decisions: Decisions | undefined },
  { cancellation, progress }: Pick<AnalysisContext, 'cancellation' | 'progress'>,
): Promise<{ readonly layers: readonly LayerCollapse[]; readonly warnings: readonly Warning[] }> {
  const { model, sample } = subject;
  const names = model.layers.map(layer => layer.name).filter(name => name !== measured);
  if (subject.layer !== undefined || names.length === 0 || sample.length === 0) return { layers: [], warnings: [] };
  const classOf = Int32Array.from(sample, row => present.classOf[row]!);
  if (new Set(classOf).size < present.names.length)
    return {
      layers: [],
      warnings: [
        {
          code: 'few-points',
          message: `The other layers are left out: their sample of ${formatQuantity(sample.length, 'row')} lacks a class.`,
        },
      ],
    };
  const { layers, failures } = await subject.capture({
    layers: names,
    rows: sample,
    reduction: undefined,
    outputs: false,
    progress: subProgress(progress, 0.5, 1),
  });
  return {
    layers: layers.map(layer =>
      measuresOf(layer, neuralCollapse(layer, classOf, present.names.length, cancellation), decisions, cancellation),
    ),
    warnings: failures.map(({ fault }) => ({ code: fault.code, message: fault.message })),
  };
}

function classWarnings(
  labels: Labels,
  names: readonly string[],
  { sizes }: NeuralCollapse,
  width: number,
): readonly Warning[] {
  const warnings: Warning[] = [];
  const missing = labels.classes.filter(name => !names.includes(name));
  if (missing.length > 0)
    warnings.push({ code: 'classes-left-out', message: `No row has the class ${listed(missing)}: left out.` });
  const few = names.filter((_, c) => sizes[c]! < FEW_ROWS);
  if (few.length > 0)
    warnings.push({
      code: 'few-points',
      message: `${formatQuantity(few.length, 'class has', 'classes have')} fewer than ${FEW_ROWS} rows (${listed(few)}): how far they spread is guessed.`,
    });
  const rows = labels.values.length;
  if (rows - names.length < width)
    warnings.push({
      code: 'wide',
      message: `${formatQuantity(rows, 'row')} in ${formatCount(width)} dimensions: classes look more collapsed than they are.`,
    });
  return warnings;
}
