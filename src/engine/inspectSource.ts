import path from 'node:path';
import type { Provenance } from '../analyses/analysis';
import type { InspectHead, InspectParameters } from '../analyses/inspect';
import type { CaptureOutcome, CaptureRequest } from '../analyses/inspectModel';
import type { DisposableStore } from '../base/lifecycle';
import { Fault, type Warning } from '../base/fault';
import type { DataSet, Labels } from '../data/dataSet';
import { alignLabels, toLabels } from '../data/labels';
import { openLabels } from '../data/openData';
import type { ChainAnswer } from '../models/layerList/chain';
import { correctRows, predictedClasses, shareOf } from '../probes/accuracy';
import type { Assumed, InnerLayer, Layer } from '../models/model';
import { outputLayers } from '../probes/outputLayers';
import { randomInput } from '../probes/randomInput';
import { captureRows } from './captureRows';
import { dataTarget } from './dataTarget';
import type { InspectIdentity } from './layerStore';
import { namedAsInput, openOtherInputs, otherReferences, rowsOfInputs, type OtherInputs } from './otherInputs';
import { blaming } from './blaming';
import { dataProvenance } from './dataProvenance';
import { hashOf, openDataFile, openReference, type OpenData } from './openFiles';
import { modelHash, openModelFile, type OpenModel } from './openModelFile';
import type { OperationContext } from './operationContext';
import type { InspectInput } from './operationTypes';
import { captureStored, openStoredLayers, type StoredLayers } from './storedLayers';

/** Where activations come from: a model that is run on data, or arrays that were written before. */
export interface InspectSource {
  readonly model: InspectHead['model'];
  readonly data: InspectHead['data'];
  readonly layers: InspectHead['layers'];
  /** Outputs that are no layers, and can be asked for by their names as if they were. */
  readonly outputs: InspectHead['layers'];
  readonly inner?: readonly InnerLayer[] | undefined;
  readonly randomInput: boolean;
  readonly labels: Labels | undefined;
  readonly warnings: readonly Warning[];
  /** What was assumed of a program that is not in the file, for beside every number. */
  readonly assumption?: Assumed | undefined;
  readonly files: Pick<Provenance, 'model' | 'data' | 'labels' | 'files'>;
  readonly identity: InspectIdentity;
  readonly capture: (request: CaptureRequest) => Promise<CaptureOutcome>;
  /** What is run; undefined for activations that were written before. */
  readonly network: OpenNetwork | undefined;
}

/** A model and the rows that it is run on. */
export interface OpenNetwork {
  readonly opened: OpenModel;
  readonly rows: DataSet;
  readonly data: InspectInput['data'];
  readonly others: OtherInputs;
}

export function openInspectSource(
  input: InspectInput,
  parameters: InspectParameters,
  context: OperationContext<never>,
  store: DisposableStore,
): InspectSource {
  const stored =
    input.data === undefined
      ? blaming(input.model, () => openStoredLayers(input.model, store, context.cancellation))
      : undefined;
  return stored === undefined
    ? modelSource(input, parameters, context, store)
    : storedSource(input, stored, context, store);
}

function modelSource(
  input: InspectInput,
  parameters: InspectParameters,
  context: OperationContext<never>,
  store: DisposableStore,
): InspectSource {
  const opened = openModelFile(input.model, store, input.answer);
  const { model } = opened;
  // Before any data is read for it.
  if (model.missing !== undefined) throw model.missing.fault.at(input.model);
  const data = openRows(input, opened, parameters, store, context);
  const labels = data.opened?.labels?.labels;
  const sha256 = modelHash(opened, context.cancellation);
  return {
    model: { name: input.model, format: model.format, producer: model.producer, parameters: model.parameters },
    data: describeRows(data.rows),
    layers: model.layers.map(shapeOf),
    outputs: outputLayers(model).map(shapeOf),
    inner: model.innerLayers,
    randomInput: data.opened === undefined,
    labels,
    warnings: [...model.warnings, ...data.rows.warnings],
    files: {
      model: { name: input.model, sha256 },
      ...(data.opened === undefined ? {} : dataProvenance(data.opened, data.others)),
    },
    identity: {
      model: identityOf(sha256, model.assumption?.answer),
      ...dataIdentity(input, data.opened, data.others),
    },
    assumption: model.assumption,
    network: { opened, rows: data.rows, data: data.opened === undefined ? undefined : input.data, others: data.others },
    capture: async request => {
      const capture = await captureRows(opened, data.rows, data.opened === undefined ? undefined : input.data, {
        ...request,
        otherInputs: rowsOfInputs(data.others),
        runtimePath: context.runtimePath,
        acceleratorFolders: context.acceleratorFolders,
        cancellation: context.cancellation,
      });
      const { outputs } = capture;
      const correct = outputs === undefined || labels === undefined ? undefined : correctRows(outputs, labels);
      return {
        accuracy: correct && shareOf(correct),
        answers: outputs === undefined ? undefined : { predicted: predictedClasses(outputs), correct },
        treatment: capture.treatment,
        warnings: capture.warnings,
        failures: capture.failures.map(({ name, fault }) => ({ name, code: fault.code, message: fault.message })),
        libraries: { [capture.runtime.name]: capture.runtime.version },
      };
    },
  };
}

function shapeOf({ name, op, outputShape }: Layer): InspectHead['layers'][number] {
  return { name, op, shape: outputShape };
}

/** Other answers about the same weights are other activations. */
function identityOf(sha256: string, answer: ChainAnswer | undefined): string {
  return answer === undefined ? sha256 : `${sha256} ${answer.activation} ${answer.place}`;
}

interface Rows {
  readonly rows: DataSet;
  /** Undefined for random input. */
  readonly opened: OpenData | undefined;
  readonly others: OtherInputs;
}

function openRows(
  input: InspectInput,
  opened: OpenModel,
  parameters: InspectParameters,
  store: DisposableStore,
  context: OperationContext<never>,
): Rows {
  if (input.data === undefined)
    throw new Fault('usage', `${path.basename(input.model)} is a model: it needs data to run on.`, {
      hint: 'Name a file with --data.',
      source: '--data',
    });
  if (typeof input.data === 'string') {
    const reference = namedAsInput(opened, input.data, input.inputs, store);
    const references = otherReferences(opened, reference, input.inputs, store);
    const target = dataTarget(opened, { given: [...references.keys()] });
    const data = openDataFile(reference, input.labels, input, store, context, target);
    return { rows: data.data, opened: data, others: openOtherInputs(opened, references, input, store, context) };
  }
  const rows: DataSet = {
    ...randomInput(opened.model, parameters.points, parameters.seed),
    name: 'random input',
    type: 'float32',
    columns: undefined,
    dropped: [],
    warnings: [{ code: 'random-input', message: 'The input is random numbers, because no data was given.' }],
  };
  return { rows, opened: undefined, others: new Map() };
}

function describeRows({ name, rows, rowShape, treatment }: DataSet): InspectHead['data'] {
  return { name, rows, rowShape, treatment };
}

function dataIdentity(
  input: InspectInput,
  data: OpenData | undefined,
  others: OtherInputs,
): Omit<InspectIdentity, 'model'> {
  if (data === undefined) return { data: { random: true }, labels: null };
  const labels = data.labels;
  return {
    data: {
      sha256: data.sha256,
      // The same file holds several arrays, and loses the column of the labels where that is in it.
      name: data.data.name.split('#')[1] ?? '',
      rowShape: data.data.rowShape,
      labelColumn: labels?.sha256 === data.sha256 ? (labels.labels.part ?? '') : '',
      scale: input.scale ?? null,
      treatment: data.data.treatment,
      vocabulary: data.vocabulary?.sha256 ?? '',
      dropped: data.data.dropped.length,
      ...(others.size === 0
        ? {}
        : {
            inputs: [...others].map(([name, one]) => [
              name,
              one.sha256,
              one.data.name.split('#')[1] ?? '',
              one.data.treatment,
            ]),
          }),
    },
    labels:
      labels === undefined
        ? null
        : { sha256: labels.sha256, part: labels.labels.part ?? '', classes: labels.labels.classes },
  };
}

function storedSource(
  input: InspectInput,
  stored: StoredLayers,
  context: OperationContext<never>,
  store: DisposableStore,
): InspectSource {
  const { rows } = stored;
  const sha256 = stored.hash();
  const named =
    input.labels === undefined ? undefined : storedLabels(input, input.labels, { stored, sha256, store, context });
  // An array of the same file that serves as labels is no layer.
  const layers = stored.layers.filter(({ name }) => `${input.model}#${name}` !== input.labels);
  return {
    model: { name: input.model, format: 'activations', producer: 'stored arrays', parameters: 0 },
    data: { name: input.model, rows, rowShape: [], treatment: 'activations taken as they are' },
    layers: layers.map(({ name, rowShape }) => ({ name, op: 'array', shape: [null, ...rowShape] })),
    outputs: [],
    randomInput: false,
    labels: named?.labels,
    warnings: named === undefined ? unusedLabels(stored) : [],
    files: {
      model: { name: input.model, sha256 },
      data: { name: input.model, sha256, treatment: 'taken as they are' },
      ...(named === undefined ? {} : { labels: { name: named.labels.name, sha256: named.sha256 } }),
    },
    identity: { model: sha256, data: { stored: true }, labels: null },
    network: undefined,
    capture: request => Promise.resolve(captureStored(stored, request, context.cancellation)),
  };
}

/** What lies beside the layers is not passed over in silence. */
function unusedLabels({ labels: [first] }: StoredLayers): Warning[] {
  if (first === undefined) return [];
  const message = `${path.basename(first.reference)} holds a class a row and is no layer: name it as labels to see the classes.`;
  return [{ code: 'left-out', message }];
}

function storedLabels(
  input: InspectInput,
  reference: string,
  opened: {
    readonly stored: StoredLayers;
    readonly sha256: string;
    readonly store: DisposableStore;
    readonly context: OperationContext<never>;
  },
): { readonly labels: Labels; readonly sha256: string } {
  const { stored, store, context } = opened;
  const { cancellation, libraries } = context;
  const rows = { rows: stored.rows, dropped: [], name: input.model };
  const inside = stored.labels.find(one => one.reference === reference);
  if (inside?.read !== undefined) {
    const raw = inside.read();
    const labels = blaming(reference, () => alignLabels(toLabels(raw, reference, reference, input.classes), rows));
    return { labels, sha256: opened.sha256 };
  }
  const { source, part } = openReference(reference, store);
  return blaming(
    reference,
    () => ({
      labels: alignLabels(openLabels(source, { part, classes: input.classes, libraries, cancellation }), rows),
      sha256: hashOf(source, cancellation),
    }),
    source.name,
  );
}
