import { ACTIVATION_NAMES, NO_ACTIVATION } from './activations';
import { LAYER_RULES, type LayerRule } from './layerRules';
import type { SettingRule } from './settings';

type Schema = Readonly<Record<string, unknown>>;

/** The JSON schema of layer lists, for editors: it completes and checks what `readLayerList` reads. Open places ("?") are marked by it. */
export function layerListSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Layer list of Neural Topology',
    description: 'How the weights beside this file are used. Replace each "?" by what the network has.',
    type: 'object',
    required: ['layers'],
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      note: { type: 'string', description: 'Yours; nothing reads it.' },
      input: {
        type: 'object',
        description: 'What the network is given. May be left out before a dense layer.',
        required: ['shape'],
        additionalProperties: false,
        properties: {
          shape: {
            type: 'array',
            description: 'Shape of one row, without the batch; null for a length that may be any.',
            items: { type: ['integer', 'null'], minimum: 1 },
            maxItems: 6,
          },
          type: { enum: ['float32', 'int64'], default: 'float32', description: 'int64 for tokens.' },
          note: { type: 'string' },
        },
      },
      layers: {
        type: 'array',
        minItems: 1,
        description: 'In the order of computation. Each reads the one before it, unless it says from which.',
        items: { anyOf: Object.entries(LAYER_RULES).map(([type, rule]) => layerSchema(type, rule)) },
      },
    },
  };
}

function layerSchema(type: string, { weights, reads, settings, help }: LayerRule): Schema {
  const needed = Object.entries(settings).filter(([, { usual, optional }]) => usual === undefined && optional !== true);
  const more = ['BatchNorm', 'InstanceNorm', 'Dropout'].includes(type)
    ? { enum: [type, ...[1, 2, 3].map(sides => `${type}${sides}d`)] }
    : { const: type };
  return {
    type: 'object',
    description: help,
    required: [
      'type',
      ...(weights === 'needed' ? ['weights'] : []),
      ...(reads === 'several' ? ['from'] : []),
      ...needed.map(([name]) => name),
    ],
    additionalProperties: false,
    properties: {
      type: { ...more, description: help },
      ...(weights === 'none'
        ? {}
        : {
            weights: {
              type: 'string',
              description: 'Path of the module whose tensors it uses, as `describe` has it.',
              not: { const: '?' },
            },
          }),
      name: {
        type: 'string',
        pattern: '^[A-Za-z0-9_][\\w.-]*$',
        description: 'What it is called in results; that of its weights unless given.',
      },
      from:
        reads === 'several'
          ? {
              type: 'array',
              items: { type: 'string' },
              minItems: 2,
              description: 'Names of the layers that are joined; "input" is the network’s.',
            }
          : { type: 'string', description: 'Name of the layer that it reads; the one before unless given.' },
      activation: {
        enum: [NO_ACTIVATION, ...ACTIVATION_NAMES],
        default: NO_ACTIVATION,
        description: 'Applied to what it gives.',
      },
      note: { type: 'string' },
      ...Object.fromEntries(Object.entries(settings).map(([name, rule]) => [name, settingSchema(rule)])),
    },
  };
}

function settingSchema(rule: SettingRule): Schema {
  const { help: description, usual } = rule;
  const more = { description, ...(usual === undefined ? {} : { default: usual }) };
  switch (rule.kind) {
    case 'integer':
      return { type: 'integer', minimum: rule.least, maximum: rule.most, ...more };
    case 'number':
      return { type: 'number', minimum: rule.least, maximum: rule.most, ...more };
    case 'flag':
      return { type: 'boolean', ...more };
    case 'choice':
      return { enum: rule.choices, ...more };
    case 'sizes':
      return { anyOf: sides(rule.count, rule.least, rule.most), ...more };
    case 'padding':
      return { anyOf: [...sides(rule.count, 0, rule.most), { const: 'same' }], ...more };
    case 'integers':
      return {
        type: 'array',
        items: { type: 'integer', minimum: rule.least, maximum: rule.most },
        minItems: 1,
        maxItems: 8,
        ...more,
      };
  }
}

/** One number for all sides, or a list of one for each. */
function sides(count: number, minimum: number, maximum: number): readonly Schema[] {
  const one = { type: 'integer', minimum, maximum };
  return [one, { type: 'array', items: one, minItems: count, maxItems: count }];
}
