import type { DescribeWords } from '../../protocol/describe';
import type { Translate } from '../base/translate';

/** The words of the page that describes a model. */
export function describeWords(t: Translate): DescribeWords {
  return {
    inspect: t('Inspect Layer Topology'),
    format: t('Format'),
    producer: t('Producer'),
    parameters: t('Parameters'),
    fileSize: t('File size'),
    classes: t('Classes'),
    inputs: t('Inputs'),
    outputs: t('Outputs'),
    layers: t('Layers'),
    name: t('Name'),
    shape: t('Shape'),
    type: t('Type'),
    operator: t('Operator'),
    outputShape: t('Output shape'),
    weights: t('Weights'),
    filter: t('Filter layers by name or operator'),
    noMatch: t('No layer matches.'),
    shown: t('{0} of {1}', '{0}', '{1}'),
    warnings: t('Warnings'),
    unsupported: t('Operators that cannot be run'),
    unsupportedNode: t('{0} in {1}', '{0}', '{1}'),
    layersBefore: t('Layers before it can still be inspected: {0}', '{0}'),
    noneBefore: t('No layer comes before it.'),
    unknown: t('unknown'),
    showLog: t('Show log'),
    metadata: t('Metadata of the file'),
    key: t('Key'),
    value: t('Value'),
  };
}
