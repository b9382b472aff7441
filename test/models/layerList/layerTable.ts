import { LAYER_RULES, type LayerRule } from '../../../src/models/layerList/layerRules';
import { ACTIVATION_NAMES } from '../../../src/models/layerList/activations';

/** The table of layers as docs/formats/pytorch.md has it. */
export function layerTable(): string {
  const rows = Object.entries(LAYER_RULES).map(
    ([type, rule]) => `| \`${type}\` | ${weightsOf(rule)} | ${settingsOf(rule)} | ${rule.help} |`,
  );
  return [
    '| type | weights | settings | |',
    '|---|---|---|---|',
    ...rows,
    '',
    `Activations: ${ACTIVATION_NAMES.map(name => `\`${name}\``).join(', ')}, \`none\`.`,
  ].join('\n');
}

function weightsOf({ weights, reads }: LayerRule): string {
  if (reads === 'several') return '– (`from`)';
  return weights === 'needed' ? 'yes' : weights === 'optional' ? 'if any' : '–';
}

/** Each with its usual value; those without must be given, but for those in brackets. */
function settingsOf({ settings }: LayerRule): string {
  const texts = Object.entries(settings).map(([name, { usual, optional }]) => {
    if (usual !== undefined) return `\`${name}\` = ${String(usual)}`;
    return optional === true ? `(\`${name}\`)` : `\`${name}\``;
  });
  return texts.join(', ') || '–';
}
