/** What a module's tensors are called within it, and their shapes. */
export type OwnShapes = ReadonlyMap<string, readonly number[]>;

/**
 * The operator of a module, in PyTorch's words, from the names and shapes of its tensors and the module's own path. Where they leave it
 * open the word is as wide as what is known (`BatchNorm`, `Norm`); tensors that belong to no known operator are a `Parameter`.
 */
export function guessOperator(path: string, own: OwnShapes): string {
  const recurrent = recurrentOperator(own);
  if (recurrent !== undefined) return recurrent;
  if (own.has('in_proj_weight')) return 'MultiheadAttention';
  const kernel = own.get('kernel');
  if (kernel !== undefined) return kernel.length === 2 ? 'Dense' : `Conv${dimensions(kernel)}`;
  const weight = weightShape(own);
  if (weight === undefined) return own.has('embedding') || own.has('embeddings') ? 'Embedding' : 'Parameter';
  const bias = own.get('bias');
  switch (weight.length) {
    case 0:
    case 1:
      return ofVector(path, weight[0] ?? 1, own);
    case 2:
      return bias === undefined && EMBEDDING.test(path) ? 'Embedding' : 'Linear';
    case 3:
    case 4:
    case 5: {
      const kind = dimensions(weight);
      // A transposed convolution keeps its inputs first.
      return bias !== undefined && bias[0] !== weight[0] && bias[0] === weight[1]
        ? `ConvTranspose${kind}`
        : `Conv${kind}`;
    }
    default:
      return 'Parameter';
  }
}

const EMBEDDING = /embed|(^|[._])(wte|wpe|tok\w*|vocab|codebook|lookup|shared|emb)$/i;

/** The tensor that joins inputs and outputs, under the names that parametrisations and quantisation give it. */
function weightShape(own: OwnShapes): readonly number[] | undefined {
  for (const name of ['weight', 'weight_v', 'weight_orig', 'parametrizations.weight.original1', 'qweight']) {
    const shape = own.get(name);
    if (shape !== undefined) return shape;
  }
  return own.get('parametrizations.weight.original0') ?? own.get('parametrizations.weight.original');
}

function dimensions(shape: readonly number[]): string {
  return `${shape.length - 2}d`;
}

function ofVector(path: string, length: number, own: OwnShapes): string {
  if (own.has('running_mean')) return 'BatchNorm';
  const last = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  if (!own.has('bias')) {
    if (/norm|ln/.test(last)) return 'RMSNorm';
    return length === 1 || /relu|act/.test(last) ? 'PReLU' : 'Parameter';
  }
  if (/group|^gn/.test(last)) return 'GroupNorm';
  if (/instance|^in\d/.test(last)) return 'InstanceNorm';
  if (/layer_?norm|^ln|_ln/.test(last)) return 'LayerNorm';
  return 'Norm';
}

/** Rows of a recurrent layer's weights hold one block of its hidden size a gate: four in an LSTM, three in a GRU. */
function recurrentOperator(own: OwnShapes): string | undefined {
  for (const [suffix, cell] of [
    ['_l0', ''],
    ['', 'Cell'],
  ] as const) {
    const input = own.get(`weight_ih${suffix}`);
    const hidden = own.get(`weight_hh${suffix}`);
    if (input?.length !== 2 || hidden?.length !== 2) continue;
    const gates = hidden[0]! / Math.max(1, hidden[1]!);
    const kind = gates === 4 ? 'LSTM' : gates === 3 ? 'GRU' : 'RNN';
    return kind + cell;
  }
  return undefined;
}
