import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { SplicedSource } from '../../base/splicedSource';
import { quoted } from '../../base/text';
import {
  bytesOfNew,
  checkNames,
  refuseStructure,
  type BesideName,
  type ModelChanges,
  type WrittenModel,
} from '../changes';
import { Message, Window } from '../wire';
import { WireEdits } from '../wireEdit';
import { type Bytes } from './encode';
import { layOut } from './externalLayout';
import {
  attributeField,
  initializerField,
  inputField,
  nodeField,
  shapeField,
  type AttributeValue,
} from './graphBuilder';
import type { OnnxChanges } from './onnxChanges';
import { externalTensors, OnnxModel } from './onnxModel';
import { FIELDS, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValue, type Range } from './protocol';
import { changedTensor, lengthDelimited } from './writeTensor';

/**
 * An ONNX file with some of its tensors and nodes changed. All other fields stay in their place, those of later versions among them. What the file notes of the shapes
 * of intermediate tensors is left out where a change reaches them: runtimes infer it. Throws what reading an ONNX file throws, `not-found` for
 * nodes and tensors that are not there, `shape-mismatch`.
 */
export function writeOnnx(
  source: ByteSource,
  siblings: Siblings,
  changes: ModelChanges,
  besideName: BesideName,
): WrittenModel {
  refuseStructure(changes, 'ONNX', 'onnx');
  return new OnnxWriter(new OnnxModel(source, siblings), siblings, changes).write(besideName);
}

class OnnxWriter {
  private readonly graph: OnnxGraph;
  private readonly edits: WireEdits;
  private readonly byOutput: ReadonlyMap<string, OnnxNode>;
  private readonly structure: OnnxChanges;
  /** New bytes by tensor; `null` for one that is removed. */
  private readonly tensors = new Map<OnnxTensor, { readonly shape: readonly number[]; readonly bytes: Bytes } | null>();
  /** Tensors whose shape or whose making is another: what is computed from them has a shape that is to be inferred anew. */
  private readonly touched = new Set<string>();

  constructor(
    private readonly model: OnnxModel,
    private readonly siblings: Siblings,
    private readonly changes: ModelChanges,
  ) {
    this.graph = model.file.graph;
    this.edits = new WireEdits(model.source);
    this.structure = changes.onnx ?? {};
    this.byOutput = new Map(
      this.graph.nodes.flatMap(node => node.outputs.filter(name => name !== '').map(name => [name, node] as const)),
    );
    checkNames(changes, name => model.tensorNamed(name) !== undefined);
  }

  write(besideName: BesideName): WrittenModel {
    this.collectTensors();
    const beside = this.changeTensors(besideName);
    this.changeNodes();
    this.addFields();
    this.declareShapes();
    this.forgetShapes();
    const { source } = this.model;
    const content = this.edits.size === 0 ? source : new SplicedSource(source.name, this.edits.parts());
    return { content, beside };
  }

  private collectTensors(): void {
    const { initializers } = this.graph;
    for (const [name, change] of this.changes.tensors ?? []) {
      const tensor = this.model.tensorNamed(name)!;
      this.tensors.set(tensor, { shape: change.shape, bytes: bytesOfNew(name, tensor.kind.type, change) });
      // Whole numbers may be a shape themselves.
      if (change.shape.join() !== tensor.dims.join() || /int/.test(tensor.kind.type))
        this.touched.add(this.outputOf(name, tensor));
    }
    for (const name of this.changes.removed ?? []) {
      const tensor = this.model.tensorNamed(name)!;
      if (initializers.get(tensor.name) !== tensor)
        throw new Fault('unsupported', `Tensor ${quoted(name, 80)} is the value of a node: remove that.`);
      this.tensors.set(tensor, null);
      // Files of the first versions list their weights among the inputs.
      const input = this.graph.inputs.find(one => one.name === tensor.name);
      if (input !== undefined) this.edits.remove(input.range);
    }
  }

  /** The name by which the graph reads a tensor: its own, or that of the constant it is the value of. */
  private outputOf(name: string, tensor: OnnxTensor): string {
    if (this.graph.initializers.get(tensor.name) === tensor) return tensor.name;
    const node = this.graph.nodes.find(one => one.attributes.get('value')?.tensor === tensor);
    return node?.outputs[0] ?? name;
  }

  private changeTensors(besideName: BesideName): ReadonlyMap<string, ByteSource> {
    const { source } = this.model;
    const byLocation = new Map<string, OnnxTensor[]>();
    for (const tensor of externalTensors(this.graph)) {
      if (tensor.storage.at !== 'external') continue;
      const { location } = tensor.storage;
      const others = byLocation.get(location);
      if (others === undefined) byLocation.set(location, [tensor]);
      else others.push(tensor);
    }
    for (const [tensor, change] of this.tensors) {
      if (change === null) this.edits.remove(tensor.range);
      else if (tensor.storage.at !== 'external')
        this.setTensor(tensor, changedTensor(source, tensor, change.shape, change));
    }
    const beside = new Map<string, ByteSource>();
    for (const [location, tensors] of byLocation) {
      const change = (tensor: OnnxTensor) => {
        const found = this.tensors.get(tensor);
        return found === null ? null : found?.bytes;
      };
      const { content, offsets } = layOut(this.siblings.open(location), tensors, change);
      const name = besideName(location);
      beside.set(name, content);
      for (const [tensor, offset] of offsets) {
        if (tensor.storage.at !== 'external') continue;
        const bytes = change(tensor);
        const place = { location: name, offset, length: bytes?.length ?? tensor.storage.length };
        if (bytes === undefined && name === location && offset === tensor.storage.offset) continue;
        const values = { place, changed: bytes !== undefined };
        this.setTensor(tensor, changedTensor(source, tensor, this.tensors.get(tensor)?.shape, values));
      }
    }
    return beside;
  }

  private setTensor(tensor: OnnxTensor, content: ReturnType<typeof changedTensor>): void {
    const number = this.graph.initializers.get(tensor.name) === tensor ? FIELDS.graph.initializer : undefined;
    // The field that a tensor is in has a number of its own among initializers and in attributes.
    this.edits.replace(tensor.range, lengthDelimited(number ?? this.fieldNumberOf(tensor), content));
    const input = number === undefined ? undefined : this.graph.inputs.find(one => one.name === tensor.name);
    const shape = this.tensors.get(tensor)?.shape;
    if (input !== undefined && shape !== undefined) this.setShape(input, shape);
  }

  private fieldNumberOf(tensor: OnnxTensor): number {
    const isValue = this.graph.nodes.some(node => node.attributes.get('value')?.tensor === tensor);
    return isValue ? FIELDS.attribute.tensor : FIELDS.graph.initializer;
  }

  private node(output: string): OnnxNode {
    const node = this.byOutput.get(output);
    if (node === undefined) throw new Fault('not-found', `No node of the graph gives ${quoted(output, 80)}.`);
    return node;
  }

  private changeNodes(): void {
    const { removedNodes = [], rewired, inputs, attributes, insertedNodes = [] } = this.structure;
    const removed = new Set<OnnxNode>();
    for (const output of removedNodes) removed.add(this.node(output));
    for (const node of removed) this.edits.remove(node.range);
    for (const { before, node } of insertedNodes) {
      this.edits.insertBefore(this.node(before).range, nodeField(node));
      for (const output of node.outputs) this.touched.add(output);
    }
    const own = new Map([...(inputs ?? [])].map(([output, places]) => [this.node(output), places]));
    for (const [node, places] of own)
      for (const place of places.keys())
        if (!(place >= 0 && place < node.inputs.length))
          throw new Fault('not-found', `The node of ${quoted(node.outputs[0] ?? '')} has no input ${place}.`);
    const rewire = (nodes: readonly OnnxNode[], hidden: ReadonlySet<string>): void => {
      for (const node of nodes) {
        if (removed.has(node)) continue;
        const read = (name: string) => (hidden.has(name) ? undefined : rewired?.get(name));
        this.setInputs(node, index => own.get(node)?.get(index) ?? read(node.inputs[index]!));
        for (const inner of [...node.attributes.values()].flatMap(attribute => attribute.graphs)) {
          const names = [
            ...inner.initializers.keys(),
            ...inner.inputs.map(one => one.name),
            ...inner.nodes.flatMap(one => one.outputs),
          ];
          rewire(inner.nodes, new Set([...hidden, ...names]));
        }
      }
    };
    if (rewired !== undefined || own.size > 0) rewire(this.graph.nodes, new Set());
    for (const [output, values] of attributes ?? []) this.setAttributes(this.node(output), values);
  }

  private setInputs(node: OnnxNode, nameOf: (index: number) => string | undefined): void {
    let index = 0;
    for (const message of this.fieldsOf(node.range)) {
      if (message.field !== FIELDS.node.input) continue;
      const name = nameOf(index);
      if (name !== undefined && name !== node.inputs[index]) {
        this.edits.replace({ start: message.start, end: message.end }, inputField(name));
        for (const output of node.outputs) this.touched.add(output);
      }
      index++;
    }
  }

  private setAttributes(node: OnnxNode, values: ReadonlyMap<string, AttributeValue | null>): void {
    const left = new Map(values);
    let operator: Range | undefined;
    for (const message of this.fieldsOf(node.range)) {
      const range = { start: message.start, end: message.end };
      if (message.field === FIELDS.node.opType) operator = range;
      if (message.field !== FIELDS.node.attribute) continue;
      const inner = message.message();
      let name = '';
      while (inner.next()) if (inner.field === FIELDS.attribute.name) name = inner.text;
      const value = left.get(name);
      if (value === undefined) continue;
      this.edits.replace(range, value === null ? [] : attributeField(name, value));
      left.delete(name);
    }
    for (const [name, value] of left)
      if (value !== null) this.edits.insertAfter(operator!, attributeField(name, value));
    for (const output of node.outputs) this.touched.add(output);
  }

  private *fieldsOf({ start, end }: Range): Generator<Message> {
    const message = new Message(new Window(this.model.source), start, end);
    while (message.next()) yield message;
  }

  private addFields(): void {
    for (const [name, tensor] of this.structure.added ?? []) {
      if (this.byOutput.has(name) || (this.graph.initializers.has(name) && this.changes.removed?.has(name) !== true))
        throw new Fault('usage', `The model has a tensor named ${quoted(name, 80)} already.`);
      const bytes = bytesOfNew(name, tensor.type, tensor);
      const after = [...this.graph.initializers.values()].at(-1) ?? this.graph.nodes.at(-1)!;
      this.edits.insertAfter(after.range, initializerField(name, tensor.type, tensor.shape, bytes));
    }
  }

  private declareShapes(): void {
    for (const [name, dims] of this.structure.shapes ?? []) {
      const value = [...this.graph.inputs, ...this.graph.outputs].find(one => one.name === name);
      if (value === undefined)
        throw new Fault('not-found', `The graph declares no input or output ${quoted(name, 80)}.`);
      this.setShape(value, dims);
      if (this.graph.inputs.includes(value)) this.touched.add(name);
    }
  }

  private setShape(value: OnnxValue, dims: Parameters<typeof shapeField>[0]): void {
    for (const message of this.fieldsOf(value.range)) {
      if (message.field !== FIELDS.value.type) continue;
      const type = message.message();
      while (type.next()) {
        if (type.field !== 1) continue;
        const tensor = type.message();
        let shape: Range | undefined;
        while (tensor.next()) if (tensor.field === 2) shape = { start: tensor.start, end: tensor.end };
        if (shape !== undefined) this.edits.replace(shape, shapeField(dims));
      }
    }
  }

  /** Leaves out what is noted of the shapes of tensors that depend on what changed. */
  private forgetShapes(): void {
    if (this.touched.size === 0 && (this.structure.removedNodes?.size ?? 0) === 0) return;
    const changed = new Set(this.touched);
    const { nodes, reads } = this.model.ordered;
    nodes.forEach((node, index) => {
      if (reads[index]!.some(name => changed.has(name))) for (const output of node.outputs) changed.add(output);
    });
    for (const output of this.structure.removedNodes ?? [])
      for (const name of this.node(output).outputs) changed.add(name);
    for (const [name, value] of this.graph.values) if (changed.has(name)) this.edits.remove(value.range);
  }
}
