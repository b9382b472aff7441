import { ATTENTION_DEFAULTS, type AttentionParameters, type AttentionResult } from '../../analyses/attention/attention';
import { attentionOfModel } from '../../analyses/attention/attentionOfModel';
import { Fault } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { openTexts } from '../attentionSubject';
import type { AttentionInput, AttentionMap, AttentionMapInput } from '../attentionTypes';
import { blamingLater } from '../blaming';
import { dataProvenance } from '../dataProvenance';
import { memoryLimit } from '../memoryLimit';
import { modelHash } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

/** Of the memory that may be taken, for attention that waits to be looked at. */
const MEMORY_SHARE = 0.25;

export async function attention(input: AttentionInput, context: OperationContext<never>): Promise<AttentionResult> {
  const store = new DisposableStore();
  try {
    const parameters: AttentionParameters = { ...ATTENTION_DEFAULTS, ...input.parameters };
    context.progress(0, 'reading the model and the texts');
    const opened = openTexts(input, parameters.roles, context, store);
    const { run, texts, rolesField, warnings } = opened;
    return await blamingLater(input.model, () =>
      attentionOfModel(
        {
          attention: opened.attention,
          texts,
          rolesField,
          parameters,
          warnings,
          provenance: {
            version: VERSION,
            model: { name: input.model, sha256: modelHash(run.opened, context.cancellation) },
            ...dataProvenance(run.data, run.others),
            parameters: said(parameters),
            seed: parameters.seed,
          },
          capture: (tensors, options) =>
            opened.capture(tensors, {
              ...options,
              memoryBytes: MEMORY_SHARE * (input.memoryLimitBytes ?? memoryLimit()),
            }),
        },
        context,
      ),
    );
  } finally {
    store.dispose();
  }
}

function said(parameters: AttentionParameters) {
  const { layer, head, roles, compared, points, lens, intervals, overlap, minimumPoints, radius, permutations } = parameters; // prettier-ignore
  return {
    layer: layer ?? null,
    head: head ?? null,
    roles: roles ?? null,
    compare: compared ?? null,
    points,
    lens,
    intervals,
    overlap,
    minPoints: minimumPoints,
    eps: radius ?? 'auto',
    permutations: permutations ?? 'auto',
  };
}

export async function attentionMap(input: AttentionMapInput, context: OperationContext<never>): Promise<AttentionMap> {
  const store = new DisposableStore();
  try {
    const opened = openTexts(input, undefined, context, store);
    const { attention: tensors, ids, texts, tokenizer } = opened;
    const { row, layer } = input;
    const own = ids[row];
    if (own === undefined) throw new Fault('usage', `There is no text ${row}: they count from 0 to ${ids.length - 1}.`); // prettier-ignore
    if (tensors.found[layer] === undefined) throw new Fault('usage', `There is no layer ${layer} of attention.`);
    let found: Omit<AttentionMap, 'layer' | 'tokens' | 'wordOf'> | undefined;
    const { left } = await opened.capture([layer], {
      rows: Uint32Array.of(row),
      onLayer: ({ heads, values }) => {
        found = { heads, values: values.slice() };
        return Promise.resolve();
      },
    });
    if (found === undefined) throw new Fault('unsupported', `Layer ${layer} gives no attention between the tokens of a text: ${left[0]?.reason ?? 'nothing was computed'}.`); // prettier-ignore
    const { unitOf, wordUnits } = texts[row]!;
    const wordOfUnit = new Map(Array.from(wordUnits, (unit, word) => [unit, word]));
    return {
      layer,
      ...found,
      tokens: Array.from(own, id => tokenizer?.tokenOf(id) ?? String(id)),
      wordOf: unitOf.map(unit => wordOfUnit.get(unit) ?? -1),
    };
  } finally {
    store.dispose();
  }
}
