/** Operators that TensorFlow.js computes (tfjs-converter 4.22). */
export const RUNNABLE: ReadonlySet<string> = new Set(
  (
    'Abs Acos Acosh Add AddN AddV2 All Any ArgMax ArgMin Asin Asinh Atan Atan2 Atanh AvgPool AvgPool3D BatchMatMul BatchMatMulV2 ' +
    'BatchToSpaceND BiasAdd Bincount BitwiseAnd BroadcastArgs BroadcastTo Cast Ceil ClipByValue Complex ComplexAbs Concat ConcatV2 ' +
    'Const Conv1D Conv2D Conv2DBackpropInput Conv3D Cos Cosh CropAndResize Cumprod Cumsum DenseBincount DepthToSpace DepthwiseConv2d ' +
    'DepthwiseConv2dNative Dilation2D Div DivNoNan Einsum Elu EmptyTensorList EnsureShape Enter Equal Erf EuclideanNorm Exit Exp ' +
    'ExpandDims Expm1 FFT FakeQuantWithMinMaxVars Fill Floor FloorDiv FloorMod FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 ' +
    'FusedDepthwiseConv2dNative Gather GatherNd GatherV2 Greater GreaterEqual HashTable HashTableV2 IFFT IRFFT Identity IdentityN If Imag ' +
    'ImageProjectiveTransformV3 InitializeTable InitializeTableV2 IsFinite IsInf IsNan LRN LeakyRelu Less LessEqual LinSpace ListDiff Log ' +
    'Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr LookupTableFind LookupTableFindV2 LookupTableImport LookupTableImportV2 ' +
    'LookupTableSize LookupTableSizeV2 LoopCond LowerBound MatMul MatrixBandPart Max MaxPool MaxPool3D MaxPoolWithArgmax Maximum Mean ' +
    'Merge Min Minimum MirrorPad Mod Mul Multinomial Neg NextIteration NoOp NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 ' +
    'NonMaxSuppressionV5 NotEqual OneHot Ones OnesLike Pack Pad PadV2 Placeholder PlaceholderWithDefault Pow Prelu Print Prod RFFT ' +
    'RaggedGather RaggedRange RaggedTensorToTensor RandomStandardNormal RandomUniform RandomUniformInt Range Rank Real RealDiv ' +
    'Reciprocal Relu Relu6 Reshape ResizeBilinear ResizeNearestNeighbor Reverse ReverseV2 Round Rsqrt ScatterNd Select SelectV2 Selu ' +
    'Shape ShapeN Sigmoid Sign SimpleMLCreateModelResource SimpleMLInferenceOpWithHandle SimpleMLLoadModelFromPathWithHandle Sin Sinh ' +
    'Size Slice Snapshot Softmax Softplus SpaceToBatchND SparseFillEmptyRows SparseReshape SparseSegmentMean SparseSegmentSum ' +
    'SparseToDense Split SplitV Sqrt Square SquaredDifference Squeeze StatelessIf StatelessWhile StaticRegexReplace StopGradient ' +
    'StridedSlice StringNGrams StringSplit StringToHashBucketFast Sub Sum Switch Tan Tanh TensorArrayCloseV3 TensorArrayConcatV3 ' +
    'TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3 TensorArrayV3 TensorArrayWriteV3 ' +
    'TensorListConcat TensorListConcatV2 TensorListFromTensor TensorListGather TensorListGetItem TensorListLength TensorListPopBack ' +
    'TensorListPushBack TensorListReserve TensorListResize TensorListScatter TensorListScatterV2 TensorListSetItem TensorListSplit ' +
    'TensorListStack TensorScatterUpdate Tile TopKV2 Transpose TruncatedNormal Unique UniqueV2 Unpack UpperBound Where While Zeros ' +
    'ZerosLike _FusedConv2D _FusedMatMul'
  ).split(' '),
);

/** Operators whose functions are put in their place when the graph is read, so that one that is left has none, and those that load what is not in the graph. */
const NOT_HERE = new Set(
  'If While StatelessIf StatelessWhile SimpleMLCreateModelResource SimpleMLInferenceOpWithHandle SimpleMLLoadModelFromPathWithHandle'.split(
    ' ',
  ),
);

/** Computed here from others that TensorFlow.js has. */
const OWN = new Set(['Erfc']);

/** Whether a node can be computed here. */
export function isRunnable(op: string): boolean {
  return (RUNNABLE.has(op) || OWN.has(op)) && !NOT_HERE.has(op);
}

/** Operators that pass values on, compute shapes, or stand for values: none is a layer. */
export const PLUMBING: ReadonlySet<string> = new Set(
  (
    'Placeholder PlaceholderWithDefault Const Identity IdentityN NoOp Snapshot StopGradient PreventGradient CheckNumerics EnsureShape Assert ' +
    'VarHandleOp ReadVariableOp VariableV2 Variable Shape ShapeN Size Rank Pack StridedSlice Range Fill OnesLike ZerosLike Cast Reshape ' +
    'Squeeze ExpandDims Transpose BroadcastArgs BroadcastTo BroadcastGradientArgs Enter Exit Merge Switch NextIteration LoopCond ' +
    'TensorListFromTensor TensorListReserve TensorListStack TensorListLength EmptyTensorList'
  ).split(' '),
);

/** Operators that leave a shape as it is. */
export const SHAPELESS: ReadonlySet<string> = new Set(
  (
    'Abs Acos Acosh Asin Asinh Atan Atanh Cast Ceil ClipByValue Cos Cosh Elu Erf Erfc Exp Expm1 Floor Identity LeakyRelu Log Log1p LogSoftmax ' +
    'LogicalNot Neg OnesLike Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign Sin Sinh Snapshot Softmax Softplus Sqrt Square ' +
    'StopGradient PreventGradient CheckNumerics Tan Tanh ZerosLike BiasAdd FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 LRN Cumsum Cumprod'
  ).split(' '),
);

/** Operators of two operands whose shapes are broadcast against each other. */
export const BROADCASTING: ReadonlySet<string> = new Set(
  (
    'Add AddV2 Sub Mul Div RealDiv DivNoNan FloorDiv FloorMod Mod Maximum Minimum Pow SquaredDifference Atan2 Prelu Greater GreaterEqual ' +
    'Less LessEqual Equal NotEqual LogicalAnd LogicalOr BitwiseAnd'
  ).split(' '),
);
