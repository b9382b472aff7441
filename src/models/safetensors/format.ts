import type { ByteSource } from '../../base/bytes';
import type { ModelFormat } from '../formats';
import { openSafetensors, openShards } from './openSafetensors';
import { looksLikeShardIndex } from './shardIndex';
import { writeSafetensors, writeShards } from './writeSafetensors';

/** A safetensors file begins with the length of its JSON header; a wrong length still leaves the brace after it. */
export const safetensorsFormat: ModelFormat = {
  name: 'safetensors',

  match(source: ByteSource): boolean {
    if (source.size < 10) return false;
    const head = source.read(0, 10);
    if (head[8] !== 0x7b) return false;
    const text = head.subarray(0, 8).every(byte => byte >= 0x20 && byte < 0x7f);
    // After the brace comes a key, the end, or space.
    return !text && [0x22, 0x7d, 0x20, 0x09, 0x0a, 0x0d].includes(head[9]!);
  },

  open: source => openSafetensors(source),
  write: writeSafetensors,
};

/** An index such as model.safetensors.index.json, with the files that it names beside it. */
export const shardIndexFormat: ModelFormat = {
  name: 'safetensors index',
  match: looksLikeShardIndex,
  open: (source, siblings) => openShards(source, siblings),
  write: writeShards,
};
