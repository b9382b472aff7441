import { decodeUtf8 } from '../../../base/utf8';
import type { TorchArchive } from '../torchFile';
import { parseScript } from './parser';
import { ScriptError } from './syntax';
import { ScriptClass, ScriptFunction } from './values';

const MOST_BYTES = 64 * 2 ** 20;

/** The program of a TorchScript archive: functions and classes by their qualified names, parsed when they are first asked for. */
export class Library {
  private readonly parsed = new Set<string>();
  private readonly found = new Map<string, ScriptFunction | ScriptClass>();
  private bytes = 0;

  constructor(private readonly archive: TorchArchive) {}

  /** `__torch__.torch.nn.functional.relu` is `relu` of code/__torch__/torch/nn/functional.py. */
  get(path: string): ScriptFunction | ScriptClass | undefined {
    const known = this.found.get(path);
    if (known !== undefined) return known;
    const module = path.slice(0, path.lastIndexOf('.'));
    if (module === '' || this.parsed.has(module)) return undefined;
    this.parsed.add(module);
    const file = this.archive.entry(`code/${module.replaceAll('.', '/')}.py`);
    if (file === undefined) return undefined;
    this.bytes += file.size;
    if (this.bytes > MOST_BYTES) throw new ScriptError('too-large', 'its program is longer than 64 MB');
    const text = decodeUtf8(file.read(0, file.size));
    if (text === undefined) throw new ScriptError('corrupt', 'its program is not UTF-8 text');
    const { classes, functions } = parseScript(text);
    for (const syntax of classes)
      this.add(`${module}.${syntax.name}`, new ScriptClass(`${module}.${syntax.name}`, syntax));
    for (const syntax of functions)
      this.add(`${module}.${syntax.name}`, new ScriptFunction(`${module}.${syntax.name}`, syntax));
    return this.found.get(path);
  }

  private add(path: string, value: ScriptFunction | ScriptClass): void {
    if (this.found.has(path)) throw new ScriptError('corrupt', `its program defines ${path} twice`);
    this.found.set(path, value);
  }
}
