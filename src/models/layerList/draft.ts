import { quoted } from '../../base/text';
import { OPEN } from './layerList';
import type { Piece } from './pieces';

/**
 * A first layer list of what the modules of a file say: types, tensors, order; what they do not say is a "?". As text, a line a layer.
 */
export function draftLayerList(pieces: readonly Piece[], file: string): string {
  const layers: Record<string, unknown>[] = [];
  const lastDense = pieces.findLast(({ kind }) => kind === 'dense' || kind === 'convolution');
  let channels: { readonly count: number; readonly path: string } | undefined;
  for (const piece of pieces) {
    const { path, kind, gives } = piece;
    if (kind === 'dense' && channels !== undefined) {
      layers.push(...flattening(channels, piece));
      channels = undefined;
    }
    layers.push(entryOf(piece, piece === lastDense));
    if (kind === 'convolution') channels = { count: gives, path };
  }
  const head = [
    `  "note": ${JSON.stringify(`How the weights in ${file} are used. Put what the network has in the place of each "${OPEN}"; pools, skip connections ("Add") and what else has no weights is not listed yet.`)},`,
    `  "input": ${inputOf(pieces)},`,
    '  "layers": [',
  ];
  const lines = layers.map((layer, at) => `    ${spaced(layer)}${at < layers.length - 1 ? ',' : ''}`);
  return ['{', ...head, ...lines, '  ]', '}', ''].join('\n');
}

function entryOf(piece: Piece, isLast: boolean): Record<string, unknown> {
  const { path, kind, type, operator } = piece;
  const weights = { weights: path };
  switch (kind) {
    case 'dense':
      return { type, ...weights, activation: isLast ? 'none' : OPEN };
    case 'convolution':
      return { type, ...weights, stride: OPEN, padding: OPEN, activation: OPEN };
    case 'normalisation':
      return {
        type: type ?? OPEN,
        ...weights,
        ...(type === 'GroupNorm' ? { num_groups: OPEN } : {}),
        ...(type === 'RMSNorm' ? { eps: OPEN } : {}),
        activation: OPEN,
        ...(type === undefined ? { note: 'LayerNorm, GroupNorm or InstanceNorm' } : {}),
      };
    case 'slope':
      return { type, ...weights };
    case 'other':
      return {
        type: type ?? OPEN,
        ...weights,
        ...(type === 'MultiheadAttention' ? { num_heads: OPEN } : {}),
        ...(type?.startsWith('ConvTranspose') === true ? { stride: OPEN, padding: OPEN, activation: OPEN } : {}),
        ...(type === undefined ? { note: `looks like ${operator}` } : {}),
      };
  }
}

/** What stands between convolutions and a dense layer, as far as the numbers say. */
function flattening(
  channels: { readonly count: number; readonly path: string },
  { path, takes }: Piece,
): Record<string, unknown>[] {
  const places = takes / channels.count;
  if (places === 1)
    return [
      {
        type: OPEN,
        note: `AdaptiveAvgPool of output_size 1 and Flatten, or Flatten of one place: ${quoted(path)} takes the ${channels.count} channels of ${quoted(channels.path)}`,
      },
    ];
  const side = Math.sqrt(places);
  const how = Number.isInteger(places)
    ? `${takes} = ${channels.count} channels × ${places} places${Number.isInteger(side) ? `, such as ${side} × ${side}` : ''}: strides and pools must bring the input to that`
    : `${takes} values do not come from ${channels.count} channels alone`;
  return [{ type: 'Flatten', note: how }];
}

function inputOf(pieces: readonly Piece[]): string {
  const first = pieces[0];
  if (first?.kind === 'dense' || (first?.kind === 'normalisation' && pieces[1]?.kind === 'dense'))
    return `{ "shape": [${first.takes}] }`;
  if (first?.kind === 'convolution')
    return `{ "shape": [${[first.takes, ...first.kernel.map(() => `"${OPEN}"`)].join(', ')}] }`;
  if (first?.type === 'Embedding') return `{ "shape": [null], "type": "int64" }`;
  return `{ "shape": "${OPEN}" }`;
}

/** JSON on one line, with spaces as people write it. */
function spaced(value: Record<string, unknown>): string {
  const entries = Object.entries(value).map(([key, of]) => `${JSON.stringify(key)}: ${JSON.stringify(of)}`);
  return `{ ${entries.join(', ')} }`;
}
