import path from 'node:path';
import { textUnits, type TextUnits } from '../analyses/attention/textUnits';
import { Fault, type Warning } from '../base/fault';
import type { DisposableStore } from '../base/lifecycle';
import { WordAligner } from '../data/text/alignWords';
import { readTextNotes } from '../data/text/textNotes';
import type { Tokenizer } from '../data/text/tokenizer';
import type { OnnxModel } from '../models/onnx/onnxModel';
import {
  captureAttention,
  type AttentionCapture,
  type AttentionCaptureOptions,
} from '../probes/attention/captureAttention';
import { findAttention, type AttentionTensors } from '../probes/attention/findAttention';
import { blaming, blamingLater } from './blaming';
import { FolderFiles } from './folderFiles';
import { openReference } from './openFiles';
import { openRun, type ModelRun } from './openRun';
import { rowsOfInputs } from './otherInputs';
import type { OperationContext } from './operationContext';
import type { AttentionInput } from './attentionTypes';
import { findTokenizer } from './tokenizerFiles';

/** A transformer and the texts that it is run on. */
export interface OpenTexts {
  readonly run: ModelRun;
  readonly attention: AttentionTensors;
  readonly ids: readonly Float64Array[];
  readonly texts: readonly TextUnits[];
  readonly tokenizer: Tokenizer | undefined;
  readonly rolesField: string | undefined;
  readonly warnings: readonly Warning[];
  capture(
    tensors: readonly number[],
    options: Pick<AttentionCaptureOptions, 'onLayer' | 'progress' | 'rows' | 'memoryBytes'>,
  ): Promise<AttentionCapture>;
}

/** Opens a model and texts, and aligns their words. Throws what the readers throw, `unsupported` for a network that ONNX Runtime does not run, `usage` for rows that are no texts. */
export function openTexts(
  input: Omit<AttentionInput, 'parameters'>,
  rolesField: string | undefined,
  context: OperationContext<unknown>,
  store: DisposableStore,
): OpenTexts {
  const run = openRun({ ...input, data: input.text }, context, store);
  const { opened, data } = run;
  const program = onnxProgram(run, input.model);
  const { lengths, values, rowShape } = data.data;
  if (lengths === undefined)
    throw new Fault('usage', 'Heads attend to the tokens of texts, and these rows are no texts.', {
      hint: 'Give sentences: JSON lines with a field "text" or "input_ids", or a .txt with one a line.',
      source: input.text,
    });
  const width = rowShape[0]!;
  const ids = Array.from(lengths, (length, row) => Float64Array.from(values.subarray(row * width, row * width + length))); // prettier-ignore
  const { source } = openReference(input.text, store);
  const notes = blaming(input.text, () =>
    source instanceof FolderFiles
      ? { words: undefined, wordIds: undefined, roles: undefined }
      : readTextNotes(source, rolesField, context.cancellation),
  );
  const tokenizer = tokenizerOf(input, context, store);
  const { texts, warnings } = textUnits({
    ids,
    texts: data.data.texts,
    notes,
    tokenizer,
    aligner: tokenizer && new WordAligner(tokenizer),
  });
  const attention = findAttention(program);
  return {
    run,
    attention,
    ids,
    texts,
    tokenizer,
    rolesField: notes.roles?.field,
    warnings: [...opened.model.warnings, ...data.data.warnings, ...warnings],
    capture: (tensors, options) =>
      blamingLater(input.model, () =>
        captureAttention(
          opened.model,
          data.data,
          tensors.map(index => attention.found[index]!),
          {
            ...options,
            runtime: { folder: path.dirname(context.runtimePath), acceleratorFolders: context.acceleratorFolders },
            otherInputs: rowsOfInputs(run.others),
            cancellation: context.cancellation,
          },
        ),
      ),
  };
}

function onnxProgram({ opened: { model } }: ModelRun, name: string): OnnxModel {
  if (model.program?.kind === 'onnx') return model.program.model;
  throw new Fault('unsupported', 'Attention is found in networks that ONNX Runtime runs: ONNX and TorchScript.', {
    hint: 'Export the network to ONNX.',
    source: name,
  });
}

/** Ids that the file holds need none: one beside the model that cannot be read is then of no account. */
function tokenizerOf(
  { model, text, vocabulary }: Pick<AttentionInput, 'model' | 'text' | 'vocabulary'>,
  { libraries }: OperationContext<unknown>,
  store: DisposableStore,
): Tokenizer | undefined {
  const folders = [path.dirname(model), path.dirname(text)];
  try {
    return findTokenizer(vocabulary, folders, libraries, store).open();
  } catch (error) {
    if (vocabulary === undefined && error instanceof Fault) return undefined;
    throw error;
  }
}
