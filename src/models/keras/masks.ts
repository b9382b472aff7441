import { isOperation } from './runnable';
import type { KerasLayer } from './kerasNetwork';
import type { LayerSettings } from './settings';

/**
 * What becomes of a mask of steps in a layer (`compute_mask` of Keras 3.15, whose layers pass a mask on where they say `supports_masking`): it is
 * made from what the layer reads, passed on, joined of all inputs' masks, or not given further.
 */
export type MaskRule = 'made' | 'passed' | 'joined' | 'dropped';

const PASSING = new Set(
  (
    'Dense Dropout SpatialDropout1D GaussianNoise GaussianDropout AlphaDropout ActivityRegularization Activation ReLU LeakyReLU ELU PReLU ' +
    'ThresholdedReLU Softmax BatchNormalization SyncBatchNormalization LayerNormalization GroupNormalization UnitNormalization Normalization ' +
    'Rescaling Identity TimeDistributed MultiHeadAttention'
  ).split(' '),
);
const JOINING = new Set('Add Subtract Multiply Average Maximum Minimum'.split(' '));
const RECURRENT = new Set('SimpleRNN LSTM GRU'.split(' '));

export function maskRule(layer: Pick<KerasLayer, 'module' | 'className'>, settings: LayerSettings): MaskRule {
  if (isOperation(layer)) return 'dropped';
  const { className } = settings;
  if (className === 'Masking') return 'made';
  if (className === 'Embedding') return settings.flag('mask_zero', false) ? 'made' : 'dropped';
  if (JOINING.has(className)) return 'joined';
  if (RECURRENT.has(className)) return settings.flag('return_sequences', false) ? 'passed' : 'dropped';
  if (className === 'Bidirectional')
    return settings.inner()?.flag('return_sequences', false) === true ? 'passed' : 'dropped';
  return PASSING.has(className) ? 'passed' : 'dropped';
}

/** Whether a layer's output carries a mask, where those of its inputs do or do not. */
export function carriesMask(rule: MaskRule, inputs: readonly boolean[], modern: boolean): boolean {
  switch (rule) {
    case 'made':
      return true;
    case 'passed':
      return inputs[0] === true;
    case 'joined':
      // Keras 3 has none where one input has none; before, the masks that there are.
      return inputs.length > 0 && (modern ? inputs.every(Boolean) : inputs.some(Boolean));
    case 'dropped':
      return false;
  }
}
