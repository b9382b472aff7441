import { Fault } from '../../base/fault';
import type { InspectForecast, InspectInput } from '../../engine';
import type { InspectResult } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { DATA_FILES, INSPECTED_FILES, isOfKind, MODEL_FILES } from '../base/fileKinds';
import { sayBytes, sayRoughDuration } from '../base/numbers';
import type { Translate } from '../base/translate';
import type { DataLink } from '../data/dataLink';
import { relativeTo, shortName } from '../data/reference';
import { readingOf } from '../data/chosenData';
import type { RunSettings } from '../running/runSession';
import { describeAnswer, inspectAnswer, layerAnswer } from './toolAnswers';
import { DEFECT, noData } from './toolFaults';
import { parseToolInput, type ToolInput } from './toolInput';
import { clean, toolText } from './toolText';
import { workspacePath } from './workspacePath';

/** What tools know of the editor around them. */
export interface ToolContext {
  readonly engine: () => Promise<EngineLike>;
  /** Folders of the workspace, as absolute paths. */
  readonly folders: () => readonly string[];
  /** The data that a model is linked to. */
  readonly link: (model: string) => DataLink | undefined;
  readonly settings: (model: string) => RunSettings;
  /** Something that is no Fault: a defect of ours, for the log. */
  readonly unexpected: (error: unknown) => void;
  readonly t: Translate;
}

/** What a person is asked before a tool runs, and what is said while it does. */
export interface Preparation {
  readonly running: string;
  readonly title: string;
  readonly message: string;
}

/** A tool of the manifest without the editor: it reads, runs in the engine, and answers with text. It changes nothing. */
export interface ModelTool {
  prepare(input: unknown, signal: AbortSignal): Promise<Preparation>;
  /** Ends in an answer, which says what is wrong where something is; rejects as cancelled alone. */
  invoke(input: unknown, signal: AbortSignal): Promise<string>;
}

/** The tools by their names in the manifest. */
export function modelTools(context: ToolContext): Readonly<Record<ToolName, ModelTool>> {
  const { t } = context;
  return {
    neuralTopology_describeModel: {
      prepare: input => {
        const model = named(input, 'model');
        return Promise.resolve({
          running: t('Reading {0}', model),
          title: t('Describe a model'),
          message: `${t('Read what {0} holds: its layers, shapes and number of parameters.', model)} ${shared(t)}`,
        });
      },
      invoke: (input, signal) => answering(context, () => describe(input, context, signal)),
    },
    neuralTopology_inspectLayers: {
      prepare: (input, signal) => prepareRun(input, ['model'], context, signal),
      invoke: (input, signal) => answering(context, () => inspectLayers(input, context, signal)),
    },
    neuralTopology_layerDetails: {
      prepare: (input, signal) => prepareRun(input, ['model', 'layer'], context, signal),
      invoke: (input, signal) => answering(context, () => layerDetails(input, context, signal)),
    },
  };
}

export const TOOL_NAMES = [
  'neuralTopology_describeModel',
  'neuralTopology_inspectLayers',
  'neuralTopology_layerDetails',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

async function describe(input: unknown, context: ToolContext, signal: AbortSignal): Promise<string> {
  const { model: given } = parseToolInput(input, ['model']);
  const model = workspacePath(given, context.folders(), INSPECTED_FILES, 'model');
  const result = await (await context.engine()).run('describe', { model }, { signal });
  return toolText(describeAnswer(given, result));
}

async function inspectLayers(input: unknown, context: ToolContext, signal: AbortSignal): Promise<string> {
  const run = runOf(parseToolInput(input, ['model']), context);
  const result = await (await context.engine()).run('inspect', run.input, { signal });
  return toolText(inspectAnswer(run.model, run.data, result));
}

async function layerDetails(input: unknown, context: ToolContext, signal: AbortSignal): Promise<string> {
  const parsed = parseToolInput(input, ['model', 'layer']);
  const run = runOf(parsed, context);
  const parameters = { ...run.input.parameters, layers: [parsed.layer!] };
  const result: InspectResult = await (await context.engine()).run('inspect', { ...run.input, parameters }, { signal });
  const layer = result.layers[0];
  if (layer === undefined)
    throw new Fault('unsupported', `The layer ${JSON.stringify(parsed.layer)} was not computed.`);
  return toolText(layerAnswer(run.model, run.data, result, layer));
}

interface Run {
  readonly input: InspectInput;
  /** As the chat knows them. */
  readonly model: string;
  readonly data: string;
}

/** The run that an input means, with the data that is linked where none is named. Throws what is wrong with it. */
function runOf(asked: ToolInput, context: ToolContext): Run {
  const folders = context.folders();
  const model = workspacePath(asked.model, folders, INSPECTED_FILES, 'model');
  const link = asked.data === undefined ? context.link(model) : undefined;
  // Activations that were saved are their own data.
  const stored = asked.data === undefined && (link?.kind === 'stored' || !isOfKind(model, MODEL_FILES));
  const linked = link?.kind === 'file' ? link.data : undefined;
  const data = asked.data === undefined ? linked : workspacePath(asked.data, folders, DATA_FILES, 'data file');
  if (data === undefined && !stored) throw noData(asked.model);
  const labels =
    asked.labels === undefined ? link?.labels : workspacePath(asked.labels, folders, DATA_FILES, 'file of labels');
  const { parameters, memoryLimitBytes } = context.settings(model);
  return {
    model: asked.model,
    data: asked.data ?? (data === undefined ? asked.model : shortened(data, folders)),
    input: {
      model,
      ...(data === undefined ? {} : { data }),
      ...(link?.kind === 'file' ? readingOf(link) : {}),
      ...(labels === undefined ? {} : { labels }),
      parameters: { ...parameters, ...(asked.points === undefined ? {} : { points: asked.points }) },
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    },
  };
}

/** A reference without the folders of this machine, as far as that can be. */
function shortened(reference: string, folders: readonly string[]): string {
  const relative = folders
    .map(folder => relativeTo(folder, reference))
    .find(name => !/^(\.\.|\/|[A-Za-z]:)/.test(name));
  return relative ?? shortName(reference);
}

/** What the run would take is said before it is allowed; what is wrong with it, its answer says. */
async function prepareRun(
  input: unknown,
  needed: readonly ('model' | 'layer')[],
  context: ToolContext,
  signal: AbortSignal,
): Promise<Preparation> {
  const { t } = context;
  const model = named(input, 'model');
  const prepared = { running: t('Inspecting {0}', model), title: t('Inspect layer topology') };
  try {
    const run = runOf(parseToolInput(input, needed), context);
    const forecast = await (await context.engine()).run('forecast', run.input, { signal });
    const what = t('Run {0} on {1}.', clean(run.model), clean(run.data));
    return { ...prepared, message: `${what} ${cost(forecast, t)} ${shared(t)}` };
  } catch (error) {
    if (!(error instanceof Fault)) context.unexpected(error);
    return { ...prepared, message: `${t('Run {0} on its data.', model)} ${shared(t)}` };
  }
}

function cost({ milliseconds, bytes }: InspectForecast, t: Translate): string {
  return t('It takes about {0} and {1} of memory.', sayRoughDuration(milliseconds, t), sayBytes(bytes, t));
}

/** Said before each: the extension itself sends nothing anywhere. */
function shared(t: Translate): string {
  return t('Names and numbers of it are handed to the chat.');
}

function named(input: unknown, field: string): string {
  const value = typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>)[field] : '';
  return clean(typeof value === 'string' ? value : '');
}

/** A fault is an answer too: the model can act on its sentence. */
async function answering(context: ToolContext, run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Fault) {
      if (error.code === 'cancelled') throw error;
      const { code, message, hint } = error;
      return toolText({ error: { code, message, ...(hint === undefined ? {} : { hint }) } });
    }
    context.unexpected(error);
    return toolText({ error: DEFECT });
  }
}
