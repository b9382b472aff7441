import type { Slice } from '../../protocol/mapper';

/** What VS Code keeps for a workspace, as far as it is used here. */
export interface SliceMemento {
  get<Value>(key: string): Value | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

const MOST_SLICES = 50;

/** Rows of data files that a person has named, by the path of the file, whatever model they were found with. */
export class Slices {
  private readonly listeners = new Set<(data: string) => void>();

  constructor(private readonly memento: SliceMemento) {}

  /** `data` as the engine takes it: of arrays in one file each has slices of its own. */
  of(data: string): readonly Slice[] {
    return this.memento.get<readonly Slice[]>(keyOf(data)) ?? [];
  }

  /** One of the same name is replaced; of more than fifty the oldest goes. */
  async add(data: string, { name, rows }: Slice): Promise<void> {
    const others = this.of(data).filter(slice => slice.name !== name);
    await this.memento.update(keyOf(data), [...others, { name, rows: [...rows] }].slice(-MOST_SLICES));
    this.changed(data);
  }

  async remove(data: string, name: string): Promise<void> {
    const left = this.of(data).filter(slice => slice.name !== name);
    await this.memento.update(keyOf(data), left.length === 0 ? undefined : left);
    this.changed(data);
  }

  /** Told whose slices have changed. */
  onDidChange(listener: (data: string) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }

  private changed(data: string): void {
    for (const listener of this.listeners) listener(data);
  }
}

function keyOf(data: string): string {
  return `neuralTopology.slices:${data}`;
}
