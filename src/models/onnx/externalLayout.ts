import type { ByteSource } from '../../base/bytes';
import { replaced, type Replacement } from '../../base/splicedSource';
import type { Bytes } from './encode';
import type { OnnxTensor } from './protocol';

/** Tensors in a file of weights: the new bytes of a changed one, `null` for one that is removed, `undefined` for what stays. */
export type ExternalChange = (tensor: OnnxTensor) => Bytes | null | undefined;

export interface ExternalLayout {
  readonly content: ByteSource;
  /** Of the tensors that are left. */
  readonly offsets: ReadonlyMap<OnnxTensor, number>;
}

/** Windows maps files at multiples of this many bytes, which writers of ONNX align large tensors to. */
const LARGEST_ALIGNMENT = 65_536;

/**
 * A file of weights with some of its tensors changed: those after a tensor of another length move, by as much as their alignment lets them. A part of the file that a tensor
 * shares with one that stays is kept, and the changed values go to the end.
 */
export function layOut(file: ByteSource, tensors: readonly OnnxTensor[], change: ExternalChange): ExternalLayout {
  const placed = tensors.map(placeOf).toSorted((a, b) => a.from - b.from || a.to - b.to);
  const alignment = placed.reduce((least, { from }) => Math.min(least, lowestBit(from)), LARGEST_ALIGNMENT);
  const aligned = (offset: number) => Math.ceil(offset / alignment) * alignment;
  const offsets = new Map<OnnxTensor, number>();
  const replacements: Replacement[] = [];
  const atEnd: { readonly tensor: OnnxTensor; readonly bytes: Bytes }[] = [];
  let read = 0;
  let written = 0;
  for (let i = 0; i < placed.length;) {
    // Tensors that overlap stay together.
    const { from } = placed[i]!;
    let to = from;
    const group: OnnxTensor[] = [];
    for (; i < placed.length && (group.length === 0 || placed[i]!.from < to); i++) {
      group.push(placed[i]!.tensor);
      to = Math.max(to, placed[i]!.to);
    }
    // A gap that only aligned what follows is made anew.
    const gap = from - read;
    const at = written === read || gap >= alignment ? aligned(written + gap) : aligned(written);
    if (at - written !== gap) replacements.push({ from: read, to: from, by: [new Uint8Array(at - written)] });
    const changes = group.map(tensor => ({ tensor, bytes: change(tensor) }));
    const single = changes.length === 1 ? changes[0]!.bytes : undefined;
    if (single !== undefined && single?.length !== to - from) {
      replacements.push({ from, to, by: single === null ? [] : [single] });
      written = at + (single?.length ?? 0);
    } else {
      if (single !== undefined && single !== null) replacements.push({ from, to, by: [single] });
      written = at + to - from;
    }
    for (const { tensor, bytes } of changes) {
      if (bytes === null) continue;
      if (bytes !== undefined && group.length > 1) atEnd.push({ tensor, bytes });
      else offsets.set(tensor, at + placeOf(tensor).from - from);
    }
    read = to;
  }
  written += file.size - read;
  const more: Bytes[] = [];
  for (const { tensor, bytes } of atEnd) {
    const at = aligned(written);
    more.push(new Uint8Array(at - written), bytes);
    offsets.set(tensor, at);
    written = at + bytes.length;
  }
  if (more.length > 0) replacements.push({ from: file.size, to: file.size, by: more });
  return { content: replaced(file, replacements), offsets };
}

function placeOf(tensor: OnnxTensor): { readonly tensor: OnnxTensor; readonly from: number; readonly to: number } {
  const { storage } = tensor;
  if (storage.at !== 'external') throw new Error(`${tensor.name} lies in the model itself`);
  return { tensor, from: storage.offset, to: storage.offset + storage.length };
}

function lowestBit(offset: number): number {
  if (offset === 0) return LARGEST_ALIGNMENT;
  let bit = 1;
  while (bit < LARGEST_ALIGNMENT && offset % (bit * 2) === 0) bit *= 2;
  return bit;
}
