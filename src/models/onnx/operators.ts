import type { OnnxFile, OnnxNode } from './protocol';
import { functionKey } from './protocol';

const words = (text: string) => new Set(text.trim().split(/\s+/));

/** Operators of ai.onnx to opset 26 (ONNX 1.21), and those of earlier opsets that runtimes still read. */
const ONNX = words(`
  Abs Acos Acosh Add Affine AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization
  Bernoulli BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike CausalConvWithState Ceil Celu
  CenterCropPad Clip Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose
  Cos Cosh Crop CumProd CumSum DFT DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear
  DynamicSlice Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm
  GivenTensorFill GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization
  HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder ImageScaler InstanceNormalization
  IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax Loop LpNormalization LpPool
  MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul
  Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement
  OptionalHasElement Or PRelu Pad ParametricSoftplus Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN
  RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum
  ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize
  ReverseSequence RoiAlign RotaryEmbedding Round STFT Scale Scan ScaledTanh Scatter ScatterElements ScatterND Selu
  SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid
  Sign SimplifiedLayerNormalization Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth
  Split SplitToSequence Sqrt Squeeze StringConcat StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter
  TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor`);

const MACHINE_LEARNING = words(`
  ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder
  LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble
  TreeEnsembleClassifier TreeEnsembleRegressor ZipMap`);

/** Registered in ONNX Runtime 1.30's com.microsoft, whether or not a processor can run each of them. */
const MICROSOFT = words(`
  AttnLSTM Attention BeamSearch BiasAdd BiasGelu BiasSoftmax BiasSplitGelu BifurcationDetector BitmaskBiasDropout
  BitmaskDropout CDist CausalConvWithState ComplexMul ComplexMulConj ConvTransposeWithDynamicPads CropAndResize
  DecoderAttention DecoderMaskedMultiHeadAttention DecoderMaskedSelfAttention DequantizeBFP DequantizeLinear
  DequantizeWithOrder DynamicQuantizeLSTM DynamicQuantizeMatMul DynamicTimeWarping EPContext EmbedLayerNormalization
  ExpandDims FastGelu FusedConv FusedGemm FusedMatMul FusedMatMulActivation GatedDeltaNet GatedRelativePositionBias
  GatherBlockQuantized GatherND Gelu GemmFastGelu GemmFloat8 GemmaRotaryEmbedding GreedySearch GridSample GroupNorm
  GroupQueryAttention Inverse Irfft IsAllFinite LinearAttention LongformerAttention MatMulBnb4 MatMulFpQ4 MatMulInteger16
  MatMulIntegerToFloat MatMulNBits MaxpoolWithMask MoE MulInteger MultiHeadAttention MurmurHash3 NGramRepeatBlock NhwcConv
  NhwcFusedConv NhwcMaxPool PackedAttention PackedMultiHeadAttention Pad PagedAttention QAttention QEmbedLayerNormalization
  QGemm QLinearAdd QLinearAveragePool QLinearConcat QLinearConv QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul
  QLinearReduceMean QLinearSigmoid QLinearSoftmax QLinearWhere QMoE QOrderedAttention QOrderedGelu
  QOrderedLayerNormalization QOrderedLongformerAttention QOrderedMatMul QuantizeBFP QuantizeLinear QuantizeWithOrder
  QuickGelu Range ReduceSumInteger RelativePositionBias RemovePadding RestorePadding Rfft RotaryEmbedding SampleOp
  Sampling SkipGroupNorm SkipLayerNormalization SkipSimplifiedLayerNormalization Snpe SparseAttention SparseToDenseMatMul
  Tokenizer TorchEmbedding TransposeMatMul Trilu UnfoldTensor Unique WhisperBeamSearch WordConvEmbedding`);

const DOMAINS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['', ONNX],
  ['ai.onnx.ml', MACHINE_LEARNING],
  ['com.microsoft', MICROSOFT],
]);

/** An operator as a person would look it up: Gemm, com.example.FancyCustomOp. */
export function qualifiedName(node: { readonly domain: string; readonly op: string }): string {
  return node.domain === '' ? node.op : `${node.domain}.${node.op}`;
}

/** Whether a runtime of ours, or a function in the file, can compute the node. */
export function isKnownOperator(node: OnnxNode, file: OnnxFile): boolean {
  return (
    DOMAINS.get(node.domain)?.has(node.op) === true ||
    file.functions.has(functionKey({ domain: node.domain, name: node.op, overload: node.overload }))
  );
}

/** Operators that pass values on as they are, or in another number format: never layers of their own. */
const PASSING = words(
  'Identity Cast CastLike Dropout QuantizeLinear DequantizeLinear DynamicQuantizeLinear Optional OptionalGetElement',
);

/** Operators that compute shapes, positions or constants. */
const PLUMBING = words(`
  Constant ConstantOfShape Shape Size Range EyeLike NonZero OptionalHasElement SequenceEmpty SequenceConstruct SequenceLength
  RandomNormal RandomUniform RandomNormalLike RandomUniformLike`);

/** Operators that put the same values in another shape: layers only where they are all of a named module. */
const RESHAPING = words('Reshape Transpose Squeeze Unsqueeze Expand ExpandDims');

export function isPlumbing(node: OnnxNode): boolean {
  return PASSING.has(node.op) || PLUMBING.has(node.op);
}

export function isReshaping(node: OnnxNode): boolean {
  return RESHAPING.has(node.op);
}
