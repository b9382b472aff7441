/** What layers do, whichever library they are of: only layers of one kind are ever taken for the same. */
export type LayerKind =
  | 'dense'
  | 'convolution'
  | 'transposed'
  | 'normalisation'
  | 'embedding'
  | 'recurrent'
  | 'attention'
  | 'activation'
  | 'pooling'
  | 'shape'
  | 'dropout'
  | 'other';

const KINDS: readonly (readonly [LayerKind, RegExp])[] = [
  ['transposed', /transposed?\d?d?$|conv\d?d?transpose|convtranspose/i],
  ['convolution', /conv/i],
  ['dense', /^(?:lazy)?linear$|^dense$|^gemm$|^matmul|einsumdense|^bilinear$|innerproduct|fullyconnected/i],
  ['normalisation', /norm/i],
  ['embedding', /embedding|^gather$/i],
  ['recurrent', /lstm|gru|rnn/i],
  ['attention', /attention|transformer/i],
  ['dropout', /drop(?:out|path)/i],
  ['pooling', /pool/i],
  ['shape', /flatten|reshape|permute|transpose|squeeze|concat|identity/i],
  [
    'activation',
    /relu|gelu|elu|silu|swish|sigmoid|tanh|softmax|softplus|softsign|mish|activation|^sign$|threshold|^glu$/i,
  ],
];

/** The kind of a layer by the word that its library or format has for it. */
export function kindOf(op: string): LayerKind {
  return KINDS.find(([, pattern]) => pattern.test(op))?.[0] ?? 'other';
}

/** Kinds that hold weights: what layers of a model are recognised by. */
export const WEIGHTED: ReadonlySet<LayerKind> = new Set<LayerKind>([
  'dense',
  'convolution',
  'transposed',
  'normalisation',
  'embedding',
  'recurrent',
  'attention',
]);
