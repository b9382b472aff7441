import { isFloat } from '../../elements';
import type { Axes, Labels } from '../../units/unitBook';
import { UnitBook } from '../../units/unitBook';
import type { PrunableNetwork, UnitsKept } from '../../units/prunableNetwork';
import { joinedParts, type Dim, type SplitAxis } from '../../units/axes';
import type { NewTensor } from '../../changes';
import type { AttributeValue, WrittenType } from '../graphBuilder';
import type { OnnxChanges } from '../onnxChanges';
import type { OnnxModel } from '../onnxModel';
import type { OnnxNode, OnnxTensor } from '../protocol';
import type { TensorFacts } from '../shapes';
import { LINEAR_RULES } from './linearRules';
import { QUANTISED_RULES } from './quantisedRules';
import { SHAPE_RULES } from './structureRules';
import { VALUE_RULES } from './valueRules';

/** Says which labels the outputs of a node have, and which of its inputs go together. */
export type UnitRule = (node: OnnxNode, walk: OnnxUnits) => void;

const RULES: ReadonlyMap<string, UnitRule> = new Map([
  ...LINEAR_RULES,
  ...SHAPE_RULES,
  ...VALUE_RULES,
  ...QUANTISED_RULES,
]);

/** A tensor of which an axis was split; neither of the two has labels in `axes`. */
export interface SplitTensor {
  readonly axes: Axes;
  readonly split: SplitAxis;
}

/** What changes of nodes when units go, as they are gathered. */
export class NodeChanges {
  readonly inputs = new Map<string, Map<number, string>>();
  readonly attributes = new Map<string, Map<string, AttributeValue>>();
  readonly added = new Map<string, NewTensor & { readonly type: WrittenType }>();

  constructor(readonly kept: UnitsKept) {}

  /** Gives a node other whole numbers to read. */
  integers(node: OnnxNode, place: number, values: readonly number[]): void {
    const output = node.outputs[0]!;
    const name = `${output}/pruned_${place}`;
    this.added.set(name, {
      shape: [values.length],
      type: 'int64',
      bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    });
    const places = this.inputs.get(output) ?? new Map<number, string>();
    this.inputs.set(output, places.set(place, name));
  }

  attribute(node: OnnxNode, name: string, value: AttributeValue): void {
    const output = node.outputs[0]!;
    const own = this.attributes.get(output) ?? new Map<string, AttributeValue>();
    this.attributes.set(output, own.set(name, value));
  }

  changes(): OnnxChanges | undefined {
    const { inputs, attributes, added } = this;
    if (inputs.size + attributes.size + added.size === 0) return undefined;
    return { inputs, attributes, added };
  }
}

/** Follows units through an ONNX graph, node by node. Operators that have no rule keep what they read. */
export class OnnxUnits {
  readonly book = new UnitBook();
  private readonly axes = new Map<string, Axes>();
  private readonly splits = new Map<string, SplitTensor>();
  private readonly changes: ((changes: NodeChanges) => void)[] = [];
  private readonly readersOf = new Map<string, OnnxNode[]>();

  constructor(
    readonly model: OnnxModel,
    private readonly written: boolean,
  ) {
    model.ordered.reads.forEach((names, index) => {
      for (const name of new Set(names)) {
        const list = this.readersOf.get(name) ?? [];
        this.readersOf.set(name, list);
        list.push(model.ordered.nodes[index]!);
      }
    });
  }

  walk(): PrunableNetwork {
    const { ordered, layers, file } = this.model;
    ordered.nodes.forEach((node, index) => {
      for (const name of new Set(ordered.reads[index])) {
        const stored = this.stored(name);
        if (stored !== undefined) this.book.reads(name);
      }
      const inner = [...node.attributes.values()].some(attribute => attribute.graphs.length > 0);
      const rule = inner ? undefined : RULES.get(node.domain === '' || node.domain === 'com.microsoft' ? node.op : '');
      if (rule !== undefined) rule(node, this);
      else
        for (const name of ordered.reads[index]!)
          this.book.keepAll(this.of(name), `How ${node.op} treats single units is not known here.`);
    });
    for (const { name } of file.graph.outputs) this.book.keepAll(this.of(name), 'They are an output of the network.');
    const byWeight = new Map<string, string[]>();
    for (const layer of layers)
      for (const weight of layer.weights) byWeight.set(weight.name, [...(byWeight.get(weight.name) ?? []), layer.name]);
    return this.book.finish(
      tensor => byWeight.get(tensor) ?? [],
      layers.map(layer => layer.name),
      kept => {
        const changes = new NodeChanges(kept);
        for (const change of this.changes) change(changes);
        const onnx = changes.changes();
        return onnx === undefined ? {} : { onnx };
      },
    );
  }

  facts(name: string): TensorFacts | undefined {
    return this.model.facts.get(name);
  }

  dims(name: string): readonly Dim[] | undefined {
    return this.facts(name)?.dims;
  }

  /** A stored tensor of numbers that can be cut; those of whole numbers are sizes and places. */
  stored(name: string): OnnxTensor | undefined {
    const tensor = this.model.tensorNamed(name);
    return tensor !== undefined && isFloat(tensor.kind.type) ? tensor : undefined;
  }

  /** Undefined where the rank is not known. Whoever asks takes a split axis as heads: its parts go as a whole. */
  of(name: string | undefined): Axes | undefined {
    if (name === undefined || name === '') return undefined;
    const known = this.axes.get(name);
    if (known !== undefined) return known;
    const split = this.splits.get(name);
    if (split !== undefined) {
      const heads = joinedParts(this.book, split.split);
      const axes = split.axes.map((labels, axis) => (axis === split.split.first ? heads : labels));
      this.axes.set(name, axes);
      return axes;
    }
    const stored = this.stored(name);
    return stored === undefined ? this.dims(name)?.map(() => null) : this.book.stored(name, stored.dims);
  }

  set(name: string | undefined, axes: Axes): void {
    if (name !== undefined && name !== '') this.axes.set(name, axes);
  }

  /** Where an axis became two, and nothing has told yet which of them loses indices. */
  splitOf(name: string | undefined): SplitTensor | undefined {
    return this.splits.get(name ?? '');
  }

  setSplit(name: string | undefined, split: SplitTensor): void {
    if (name !== undefined && name !== '') this.splits.set(name, split);
  }

  /** A tensor with the axes of another in these places; `undefined` for a new axis of length 1. */
  rearrange(node: OnnxNode, places: readonly (number | undefined)[]): void {
    const moved = (axes: Axes) => places.map(place => (place === undefined ? null : (axes[place] ?? null)));
    const split = this.splits.get(node.inputs[0]!);
    if (split === undefined) {
      const axes = this.of(node.inputs[0]);
      if (axes !== undefined) this.set(node.outputs[0], moved(axes));
      return;
    }
    const { first, second, parts } = split.split;
    this.setSplit(node.outputs[0], {
      axes: moved(split.axes),
      split: { first: places.indexOf(first), second: places.indexOf(second), parts },
    });
  }

  rank(name: string | undefined): number | undefined {
    return this.splits.get(name ?? '')?.axes.length ?? this.of(name)?.length;
  }

  /** Keeps what a node reads. */
  keepInputs(node: OnnxNode, reason: string): void {
    for (const name of node.inputs) this.book.keepAll(this.of(name), reason);
  }

  readers(tensor: string): readonly OnnxNode[] {
    return this.readersOf.get(tensor) ?? [];
  }

  isOutput(tensor: string): boolean {
    return this.model.file.graph.outputs.some(output => output.name === tensor);
  }

  /** What of a node has to be another when units with these labels go; where the file has no place for it, they stay. */
  onChange(labels: readonly (Labels | null)[], change: (changes: NodeChanges) => void): void {
    if (this.written) this.changes.push(change);
    else
      for (const own of labels) this.book.keep(own, 'Their number stands in the network’s code, which is not changed.');
  }

  /** The only thing that reads a tensor, where there is one. */
  onlyReader(tensor: string): OnnxNode | undefined {
    const readers = this.readers(tensor);
    return readers.length === 1 && !this.isOutput(tensor) ? readers[0] : undefined;
  }
}

/** What of an ONNX network can go; `written` where its nodes are in the file, and not only its tensors. */
export function onnxUnits(model: OnnxModel, { written }: { readonly written: boolean }): PrunableNetwork {
  return new OnnxUnits(model, written).walk();
}
