import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { latin1 } from '../../base/text';
import type { ModelFormat } from '../formats';
import type { Model } from '../model';
import { GUESSED_OPERATORS } from '../weightsOnly/details';
import { WeightsModel } from '../weightsOnly/weightsModel';
import { findState } from './findState';
import type { PickleValue } from './pickle/values';
import { ScriptModel } from './script/scriptModel';
import { readPickleFile, TorchArchive, type TorchFile } from './torchFile';
import { writeTorchArchive, writeTorchPickles } from './writeTorch';

const TAIL_BYTES = 1 << 16;

/** Files of torch.save and torch.jit.save since PyTorch 1.6: zip archives of pickles. */
export const torchArchiveFormat: ModelFormat = {
  name: 'PyTorch',

  match(source: ByteSource): boolean {
    const head = ascii(source, 0, 512);
    if (
      head.startsWith('PK\x03\x04') &&
      /data\.pkl|constants\.pkl|^.{30}[^/]+\/(data|code|version|byteorder|\.format_version|\.data)\b/s.test(head)
    )
      return true;
    // The directory at the end has all names. A file that has such an end but another beginning is two things at once.
    const tail = ascii(source, Math.max(0, source.size - TAIL_BYTES), TAIL_BYTES);
    return /PK\x01\x02.{42}([^/]{1,200}\/)?data\.pkl/s.test(tail) && tail.includes('PK\x05\x06');
  },

  open(source): Model {
    const archive = TorchArchive.open(source);
    if (archive.isTorchScript) return ScriptModel.open(archive, source);
    return stateModel({ container: 'zip', root: archive.unpickle('data.pkl') }, source);
  },
  write: writeTorchArchive,
};

/** Files of torch.save before 1.6, and bare pickles. */
export const torchPickleFormat: ModelFormat = {
  name: 'PyTorch (before 1.6)',

  match(source: ByteSource): boolean {
    const head = ascii(source, 0, 200);
    // The length of a safetensors header may begin with the bytes of a pickle's protocol (640 is 80 02): zeros and a brace follow it, which no pickle has there.
    if (/^\x80[\x02-\x05][^]\0{5}\{/.test(head)) return false;
    // From protocol 2 on a pickle says its protocol; before, it is text that soon names a global or builds a container.
    if (head.startsWith('\x80')) return /^\x80([\x02-\x05]|[^]*\.$)/.test(head);
    return (
      /^[(\])}]*(c|i)[A-Za-z_][\w.]*\n[A-Za-z_][\w.]*\n/.test(head) ||
      /^\((dp|lp)\d+\n/.test(head) ||
      /^[}\]]q\0[(X]/.test(head)
    );
  },

  open: source => stateModel(readPickleFile(source), source),
  write: writeTorchPickles,
};

function ascii(source: ByteSource, offset: number, length: number): string {
  return latin1(source.read(offset, Math.max(0, Math.min(length, source.size - offset))));
}

const CONTAINERS: Readonly<Record<TorchFile['container'], string>> = {
  zip: 'zip archive',
  legacy: 'pickles in sequence (before 1.6)',
  pickle: 'one pickle',
};

function stateModel({ container, root }: TorchFile, source: ByteSource): Model {
  const state = findState(root);
  if (state === undefined || (state.tensors.length === 0 && !state.origin.wholeModule))
    throw new Fault('not-a-model', `The PyTorch file holds no network: it is ${described(root)}.`, {
      hint: 'Save model.state_dict(), the module itself, or a dictionary that holds either.',
      source: source.name,
    });
  const { content, tensors, modules, operators, origin, notes } = state;
  return new WeightsModel({
    format: 'pytorch',
    producer: 'pytorch',
    details: [
      { name: 'container', value: CONTAINERS[container] },
      { name: 'content', value: content },
      { name: 'tensors', value: String(tensors.length) },
      ...(operators.size === 0 ? [GUESSED_OPERATORS] : []),
      ...notes,
    ],
    tensors,
    modules,
    operators,
    origin,
    source: source.name,
  });
}

function described(root: PickleValue): string {
  if (root === null) return 'empty';
  if (typeof root === 'string') return 'a text';
  if (typeof root !== 'object') return 'a number';
  return root instanceof Uint8Array ? 'bytes' : 'no module and no dictionary of tensors';
}
