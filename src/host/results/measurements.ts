import type * as vscode from 'vscode';
import type { PruneResult } from '../../analyses/prune';
import type { RedundancyResult } from '../../analyses/redundancy';
import type { Disposable } from '../../base/lifecycle';
import type { FileStamp } from '../base/fileStamp';
import { isRecord } from '../base/messageFields';
import {
  measuredPruning,
  measuredRemoval,
  type MeasuredModel,
  type MeasuredPruning,
  type MeasuredRemoval,
} from './measuredModel';

export interface MeasurementsContext {
  readonly memento: vscode.Memento;
  /** `undefined` where the file is gone. */
  readonly stampOf: (model: string) => Promise<FileStamp | undefined>;
  /** sha256 of a model: all of it is read. Rejects with a Fault. */
  readonly hashOf: (model: string) => Promise<string>;
  /** What the sources in editors say of a model's layers, by `file#network`. */
  readonly definitionsOf: (model: string) => Readonly<Record<string, string>>;
  readonly now: () => number;
}

type Measured = (MeasuredPruning | MeasuredRemoval) & {
  /** Size of the file: only what has the size of something that was measured is read to find out whether it is that. */
  readonly bytes: number;
};

/** A model's file as it was seen last. */
interface SeenFile {
  readonly stamp: FileStamp;
  readonly sha256: string;
  /** Whether something was measured of the file as it was before. */
  readonly wasMeasured: boolean;
  readonly definitions: Readonly<Record<string, string>>;
}

interface Store {
  /** Oldest first. */
  readonly measured: readonly Measured[];
  readonly files: Readonly<Record<string, SeenFile>>;
}

const KEY = 'measurements';
const MOST_MEASURED = 60;
const MOST_FILES = 200;

/**
 * What was measured of this workspace's models, wherever it was asked: in a panel or next to the code. It is kept by the model's content and by what was asked, so that
 * a copy, a renamed file or an earlier state has its own, and is there at once in the next session.
 */
export class Measurements {
  private readonly listeners = new Set<(model: string) => void>();
  /** Results are told again to a view that was away. */
  private readonly seen = new WeakSet<object>();
  private store: Store;

  constructor(private readonly context: MeasurementsContext) {
    this.store = readStore(context.memento.get<unknown>(KEY));
  }

  /** Tells of each model of which something else is known now. */
  onDidChange(listener: (model: string) => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }

  /** What is known of a model's file as it was seen last; `undefined` where nothing is. */
  of(model: string): MeasuredModel | undefined {
    const { measured, files } = this.store;
    const file = Object.hasOwn(files, model) ? files[model] : undefined;
    if (!file) return undefined;
    const own = measured.filter(one => one.sha256 === file.sha256);
    const pruning = own.findLast(one => one.kind === 'pruning');
    const removal = own.findLast(one => one.kind === 'removal');
    if (!pruning && !removal && !file.wasMeasured) return undefined;
    return {
      ...(pruning ? { pruning } : {}),
      ...(removal ? { removal } : {}),
      definitions: file.definitions,
      isOlder: !pruning && !removal,
    };
  }

  /** Looks whether a model's file is still the one that was measured, or one that was. */
  async look(model: string): Promise<void> {
    const stamp = await this.context.stampOf(model);
    if (stamp === undefined) return;
    const { files, measured } = this.store;
    const before = Object.hasOwn(files, model) ? files[model] : undefined;
    if (before ? same(before.stamp, stamp) : !measured.some(({ bytes }) => bytes === stamp.bytes)) return;
    const sha256 = await this.context.hashOf(model);
    if (before?.sha256 === sha256) return this.see(model, { ...before, stamp });
    const has = (hash: string) => measured.some(one => one.sha256 === hash);
    if (!before && !has(sha256)) return;
    const wasMeasured = before !== undefined && (before.wasMeasured || has(before.sha256));
    await this.see(model, { stamp, sha256, wasMeasured, definitions: {} });
    this.tell(model);
  }

  /** Keeps what a result of pruning says of single layers. */
  async addPruning(model: string, result: PruneResult): Promise<void> {
    if (this.isNew(result.layers)) await this.add(model, measuredPruning(result, this.context.now()));
  }

  /** Keeps which layers a search for redundant ones measured that can go. */
  async addRemoval(model: string, result: RedundancyResult): Promise<void> {
    if (this.isNew(result.candidates)) await this.add(model, measuredRemoval(result, this.context.now()));
  }

  /** Keeps what a source says of its layers, for a network of which nothing is kept: it is of the model as it is. */
  async define(model: string, network: string, definition: string): Promise<void> {
    const { files } = this.store;
    const file = Object.hasOwn(files, model) ? files[model] : undefined;
    if (file && !Object.hasOwn(file.definitions, network))
      await this.see(model, { ...file, definitions: { ...file.definitions, [network]: definition } });
  }

  /** Forgets what was measured of a model. */
  async forget(model: string): Promise<void> {
    const { measured, files } = this.store;
    if (!Object.hasOwn(files, model)) return;
    const { [model]: file, ...others } = files;
    await this.keep({ measured: measured.filter(one => one.sha256 !== file!.sha256), files: others });
    this.tell(model);
  }

  private isNew(part: object | undefined): boolean {
    if (part === undefined || this.seen.has(part)) return false;
    this.seen.add(part);
    return true;
  }

  private async add(model: string, one: MeasuredPruning | MeasuredRemoval | undefined): Promise<void> {
    const stamp = one && (await this.context.stampOf(model));
    if (!stamp) return;
    // While it was measured the file may have been written anew.
    if ((await this.context.hashOf(model)) !== one.sha256) return;
    const { measured, files } = this.store;
    const before = Object.hasOwn(files, model) && files[model]?.sha256 === one.sha256 ? files[model] : undefined;
    const repeats = (other: Measured) =>
      other.kind === one.kind && other.sha256 === one.sha256 && other.asked === one.asked;
    await this.keep({
      measured: [...measured.filter(other => !repeats(other)), { ...one, bytes: stamp.bytes }].slice(-MOST_MEASURED),
      files: {
        ...files,
        [model]: {
          stamp,
          sha256: one.sha256,
          wasMeasured: true,
          definitions: { ...before?.definitions, ...this.context.definitionsOf(model) },
        },
      },
    });
    this.tell(model);
  }

  private async see(model: string, file: SeenFile): Promise<void> {
    const { measured, files } = this.store;
    // The one that was seen last stands last, and stays longest.
    const others = Object.entries(files).filter(([other]) => other !== model);
    await this.keep({ measured, files: Object.fromEntries([...others, [model, file]]) });
  }

  private async keep({ measured, files }: Store): Promise<void> {
    this.store = { measured, files: Object.fromEntries(Object.entries(files).slice(-MOST_FILES)) };
    await this.context.memento.update(KEY, this.store);
  }

  private tell(model: string): void {
    for (const listener of this.listeners) listener(model);
  }
}

/** What was kept may be another version's: what has another form is not there. */
function readStore(kept: unknown): Store {
  if (!isRecord(kept) || !Array.isArray(kept.measured) || !isRecord(kept.files)) return { measured: [], files: {} };
  const files = Object.entries(kept.files).filter((entry): entry is [string, SeenFile] => isSeenFile(entry[1]));
  return { measured: kept.measured.filter(isMeasured), files: Object.fromEntries(files) };
}

function same(a: FileStamp, b: FileStamp): boolean {
  return a.modified === b.modified && a.bytes === b.bytes;
}

function isSeenFile(value: unknown): value is SeenFile {
  return (
    isRecord(value) &&
    isRecord(value.stamp) &&
    typeof value.stamp.modified === 'number' &&
    typeof value.stamp.bytes === 'number' &&
    typeof value.sha256 === 'string' &&
    typeof value.wasMeasured === 'boolean' &&
    isRecord(value.definitions)
  );
}

function isMeasured(value: unknown): value is Measured {
  if (!isRecord(value) || typeof value.when !== 'number' || typeof value.bytes !== 'number') return false;
  if (![value.sha256, value.asked, value.data].every(text => typeof text === 'string')) return false;
  return value.kind === 'pruning'
    ? isRecord(value.layers) && typeof value.heldOutRows === 'number' && typeof value.measure === 'string'
    : value.kind === 'removal' && isRecord(value.redundant);
}
