import type { StoredType } from '../../model';

/** What is known of a global by its exact module and name. There is no rule for others: no prefix, no attribute of an attribute. */
export type KnownGlobal =
  /** A class or function that may be referred to, never called. */
  | { readonly as: 'reference' }
  /** A class whose instances are read as inert data: made without arguments, then given a state; or by a call with plain values. */
  | { readonly as: 'record' }
  /** A function that our reader stands in for. */
  | { readonly as: 'function'; readonly name: StandIn }
  | { readonly as: 'dictionary' }
  | { readonly as: 'storage'; readonly type: StoredType | undefined }
  | { readonly as: 'dtype'; readonly type: StoredType };

export type StandIn =
  | 'rebuildTensor'
  | 'rebuildTensorV3'
  | 'rebuildParameter'
  | 'rebuildQuantised'
  | 'rebuildFromType'
  | 'loadFromBytes'
  | 'first'
  | 'attribute'
  | 'partial'
  | 'item'
  | 'set'
  | 'list'
  | 'bytes'
  | 'reconstruct'
  | 'arrayReconstruct'
  | 'arrayScalar'
  | 'arrayFromBuffer';

const known = new Map<string, KnownGlobal>();

function add(global: KnownGlobal, module: string, names: string): void {
  for (const name of names.trim().split(/\s+/)) known.set(`${module}\n${name}`, global);
}

const REFERENCE = { as: 'reference' } as const;
const RECORD = { as: 'record' } as const;
const standIn = (name: StandIn): KnownGlobal => ({ as: 'function', name });

/** The global of exactly this module and name, if it is one that networks are saved with. */
export function knownGlobal(module: string, name: string): KnownGlobal | undefined {
  return known.get(`${module}\n${name}`);
}

add({ as: 'dictionary' }, 'collections', 'OrderedDict defaultdict Counter');
add(standIn('list'), 'collections', 'deque');
add(RECORD, 'collections', 'ChainMap');

add(standIn('rebuildTensor'), 'torch._utils', '_rebuild_tensor _rebuild_tensor_v2');
add(standIn('rebuildTensorV3'), 'torch._utils', '_rebuild_tensor_v3');
add(standIn('rebuildParameter'), 'torch._utils', '_rebuild_parameter _rebuild_parameter_with_state');
add(standIn('rebuildQuantised'), 'torch._utils', '_rebuild_qtensor');
add(standIn('rebuildFromType'), 'torch._tensor', '_rebuild_from_type_v2');
// Made on a device that keeps tensors in a form of its own: they are saved as arrays, or tensors, of the processor.
add(
  standIn('item'),
  'torch._utils',
  '_rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor _rebuild_xla_tensor',
);
add(standIn('loadFromBytes'), 'torch.storage', '_load_from_bytes');
add(standIn('first'), 'torch', 'Size');
// Tensors without values of their own in the file.
add(
  RECORD,
  'torch._utils',
  '_rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_meta_tensor_no_storage _rebuild_wrapper_subclass _rebuild_nested_tensor',
);
add(RECORD, 'torch', 'device');
add(RECORD, 'torch.serialization', '_get_layout');
add(
  REFERENCE,
  'torch',
  'Tensor Generator strided sparse_coo sparse_csr sparse_csc sparse_bsr sparse_bsc jagged per_tensor_affine per_channel_affine per_tensor_symmetric per_channel_symmetric per_channel_affine_float_qparams contiguous_format channels_last preserve_format',
);
add(REFERENCE, 'torch.nn.parameter', 'Parameter Buffer UninitializedParameter');

const STORAGES: readonly (readonly [string, StoredType])[] = [
  ['Double', 'float64'],
  ['Float', 'float32'],
  ['Half', 'float16'],
  ['BFloat16', 'bfloat16'],
  ['Long', 'int64'],
  ['Int', 'int32'],
  ['Short', 'int16'],
  ['Char', 'int8'],
  ['Byte', 'uint8'],
  ['Bool', 'bool'],
  ['ComplexFloat', 'complex64'],
  ['ComplexDouble', 'complex128'],
  ['QInt8', 'int8'],
  ['QUInt8', 'uint8'],
  ['QInt32', 'int32'],
];
for (const [name, type] of STORAGES)
  for (const module of ['torch', 'torch.cuda']) add({ as: 'storage', type }, module, `${name}Storage`);
add({ as: 'storage', type: undefined }, 'torch.storage', 'UntypedStorage _UntypedStorage TypedStorage _TypedStorage');
add({ as: 'storage', type: undefined }, 'torch', 'UntypedStorage');

const DTYPES: readonly (readonly [string, StoredType])[] = [
  ['float64 double', 'float64'],
  ['float32 float', 'float32'],
  ['float16 half', 'float16'],
  ['bfloat16', 'bfloat16'],
  ['int64 long', 'int64'],
  ['int32 int', 'int32'],
  ['int16 short', 'int16'],
  ['int8 qint8', 'int8'],
  ['uint8 quint8', 'uint8'],
  ['uint16', 'uint16'],
  ['uint32', 'uint32'],
  ['uint64', 'uint64'],
  ['qint32', 'int32'],
  ['bool', 'bool'],
  ['complex64 cfloat', 'complex64'],
  ['complex128 cdouble', 'complex128'],
  ['float8_e4m3fn', 'float8_e4m3fn'],
  ['float8_e4m3fnuz', 'float8_e4m3fnuz'],
  ['float8_e5m2', 'float8_e5m2'],
  ['float8_e5m2fnuz', 'float8_e5m2fnuz'],
  ['float8_e8m0fnu', 'float8_e8m0fnu'],
];
for (const [names, type] of DTYPES) add({ as: 'dtype', type }, 'torch', names);

for (const module of ['builtins', '__builtin__']) {
  add(REFERENCE, module, 'object list dict tuple str int float bool unicode long NoneType Ellipsis NotImplemented');
  add(standIn('attribute'), module, 'getattr');
  add(standIn('set'), module, 'set frozenset');
  add(standIn('bytes'), module, 'bytearray bytes');
  add(RECORD, module, 'complex slice range xrange');
}
for (const module of ['copyreg', 'copy_reg']) add(standIn('reconstruct'), module, '_reconstructor');
add(standIn('bytes'), '_codecs', 'encode');
for (const module of ['numpy.core.multiarray', 'numpy._core.multiarray']) {
  add(standIn('arrayReconstruct'), module, '_reconstruct');
  add(standIn('arrayScalar'), module, 'scalar');
}
for (const module of ['numpy.core.numeric', 'numpy._core.numeric'])
  add(standIn('arrayFromBuffer'), module, '_frombuffer');
add(REFERENCE, 'numpy', 'ndarray recarray record matrix memmap generic number');
add(
  REFERENCE,
  'numpy',
  'float16 float32 float64 longdouble int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool_ str_ bytes_ object_',
);
for (const module of ['numpy.ma.core', 'numpy.ma']) {
  add(REFERENCE, module, 'MaskedArray');
  add(RECORD, module, '_mareconstruct');
}
// States of random generators, which are kept to go on training.
add(RECORD, 'numpy.random._pickle', '__randomstate_ctor __generator_ctor __bit_generator_ctor');
add(RECORD, 'numpy.random', '__RandomState_ctor');
const GENERATORS = 'MT19937 PCG64 PCG64DXSM Philox SFC64';
for (const name of GENERATORS.split(' ')) add(REFERENCE, `numpy.random._${name.toLowerCase()}`, name);
add(REFERENCE, 'numpy.random._pcg64', 'PCG64DXSM');
add(REFERENCE, 'numpy.random.bit_generator', 'SeedSequence BitGenerator');
add(RECORD, 'numpy', 'dtype');

// What training scripts keep beside the weights.
add(RECORD, 'torch.torch_version', 'TorchVersion');
add(RECORD, 'argparse', 'Namespace');
add(RECORD, 'types', 'SimpleNamespace');
add(RECORD, 'pathlib', 'PosixPath WindowsPath PurePosixPath PureWindowsPath Path');
add(RECORD, 'pathlib._local', 'PosixPath WindowsPath PurePosixPath PureWindowsPath Path');
add(RECORD, 'datetime', 'datetime date time timedelta timezone');
add(RECORD, 'uuid', 'UUID SafeUUID');
add(RECORD, 'decimal', 'Decimal');
add(RECORD, 'fractions', 'Fraction');
const OPTIMISERS = 'Adadelta Adagrad Adam Adamax AdamW ASGD LBFGS NAdam RAdam RMSprop Rprop SGD SparseAdam';
for (const name of OPTIMISERS.split(' ')) add(RECORD, `torch.optim.${name.toLowerCase()}`, name);
add(
  RECORD,
  'torch.optim.lr_scheduler',
  `ChainedScheduler ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR ExponentialLR LambdaLR LinearLR MultiplicativeLR
  MultiStepLR OneCycleLR PolynomialLR ReduceLROnPlateau SequentialLR StepLR`,
);

// An initialiser or a layer with some of its arguments, as models keep it.
add(standIn('partial'), 'functools', 'partial');
add(RECORD, 'torch.nn.modules.module', '_WrappedHook');

// Activation functions that modules keep as attributes.
const ACTIVATIONS =
  'relu relu6 gelu silu elu selu celu leaky_relu hardswish hardsigmoid hardtanh mish softplus softsign softmax log_softmax sigmoid tanh logsigmoid glu rrelu';
add(REFERENCE, 'torch.nn.functional', ACTIVATIONS);
add(REFERENCE, 'torch._C._nn', ACTIVATIONS);
add(REFERENCE, 'torch', 'relu sigmoid tanh softmax log_softmax sin cos exp');
add(REFERENCE, 'torch._C', '_VariableFunctionsClass _VariableFunctions');
add(REFERENCE, 'torch._C._VariableFunctions', 'relu sigmoid tanh softmax log_softmax sin cos exp');
