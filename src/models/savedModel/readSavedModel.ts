import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import type { Shape, StoredType } from '../model';
import type { StoredTensor } from '../storedTensor';
import { elementTypeOf, type Attribute } from '../tensorflow/graph';
import { Message, Window } from '../wire';
import { readTensorProto } from './tensorProto';
import type { StoredFunction, StoredGraph, StoredNode, StoredPort, StoredSignature } from '../tensorflow/storedGraph';

const MOST_OBJECTS = 2_000_000;
const MOST_LIST = 4096;
const TEXT_BYTES = 1 << 16;

/** Reads the graphs of saved_model.pb. Throws `corrupt`, `too-large`. */
export function readSavedModel(source: ByteSource): readonly StoredGraph[] {
  return new Reader(source).graphs();
}

class Reader {
  private objects = 0;

  constructor(private readonly source: ByteSource) {}

  graphs(): StoredGraph[] {
    const message = new Message(new Window(this.source, 'The SavedModel'), 0, this.source.size);
    const graphs: StoredGraph[] = [];
    while (message.next()) if (message.field === 2) graphs.push(this.metaGraph(message.message()));
    if (graphs.length === 0) throw message.damaged('it holds no graph');
    return graphs;
  }

  private count(): void {
    if (++this.objects > MOST_OBJECTS)
      throw new Fault('too-large', `The SavedModel has more than ${MOST_OBJECTS} nodes, attributes and the like.`);
  }

  private metaGraph(message: Message): StoredGraph {
    const tags: string[] = [];
    let version = '';
    const nodes: StoredNode[] = [];
    const functions = new Map<string, StoredFunction>();
    const signatures: StoredSignature[] = [];
    while (message.next()) {
      switch (message.field) {
        case 1: {
          const info = message.message();
          while (info.next()) {
            if (info.field === 4) tags.push(info.text);
            if (info.field === 5) version = info.text;
          }
          break;
        }
        case 2:
          this.graph(message.message(), nodes, functions);
          break;
        case 5:
          signatures.push(this.signature(message.message()));
          break;
      }
    }
    return { tags, version, nodes, functions, signatures };
  }

  private graph(message: Message, nodes: StoredNode[], functions: Map<string, StoredFunction>): void {
    while (message.next()) {
      if (message.field === 1) nodes.push(this.node(message.message()));
      if (message.field !== 2) continue;
      const library = message.message();
      while (library.next()) {
        if (library.field !== 1) continue;
        const found = this.function(library.message());
        functions.set(found.name, found);
      }
    }
  }

  private function(message: Message): StoredFunction {
    this.count();
    let name = '';
    const inputs: string[] = [];
    const outputs: string[] = [];
    const nodes: StoredNode[] = [];
    const returns = new Map<string, string>();
    while (message.next()) {
      switch (message.field) {
        case 1: {
          const signature = message.message();
          while (signature.next()) {
            if (signature.field === 1) name = signature.text;
            if (signature.field === 2) inputs.push(this.named(signature.message()));
            if (signature.field === 3) outputs.push(this.named(signature.message()));
          }
          break;
        }
        case 3:
          nodes.push(this.node(message.message()));
          break;
        case 4: {
          const entry = message.message();
          let [key, value] = ['', ''];
          while (entry.next()) {
            if (entry.field === 1) key = entry.text;
            if (entry.field === 2) value = entry.text;
          }
          returns.set(key, value);
          break;
        }
      }
    }
    return { name, inputs, outputs, nodes, returns };
  }

  /** The name of what begins with one. */
  private named(message: Message): string {
    this.count();
    let name = '';
    while (message.next()) if (message.field === 1) name = message.text;
    return name;
  }

  private node(message: Message): StoredNode {
    this.count();
    let [name, op] = ['', ''];
    const inputs: string[] = [];
    const attributes = new Map<string, Attribute>();
    let value: StoredTensor | undefined;
    let texts: readonly string[] | undefined;
    while (message.next()) {
      switch (message.field) {
        case 1:
          name = message.text;
          break;
        case 2:
          op = message.text;
          break;
        case 3:
          this.count();
          inputs.push(message.text);
          break;
        case 5: {
          this.count();
          const entry = message.message();
          let key = '';
          let body: Message | undefined;
          while (entry.next()) {
            if (entry.field === 1) key = entry.text;
            if (entry.field === 2) body = entry.message();
          }
          if (body === undefined) break;
          const { attribute, tensor } = this.attribute(body);
          attributes.set(key, attribute);
          if (key === 'value' && tensor !== undefined) {
            const read = readTensorProto(tensor, this.source);
            value = read.tensor;
            texts = read.texts;
          }
          break;
        }
      }
    }
    return { name, op, inputs, attributes, value: value === undefined ? undefined : { ...value, name }, texts };
  }

  private attribute(message: Message): { attribute: Attribute; tensor: Message | undefined } {
    let attribute: Attribute = {};
    let tensor: Message | undefined;
    while (message.next()) {
      switch (message.field) {
        case 1:
          attribute = { ...attribute, ...this.list(message.message()) };
          break;
        case 2:
          attribute = { ...attribute, text: message.prose(TEXT_BYTES) };
          break;
        case 3:
          attribute = { ...attribute, integer: message.integer };
          break;
        case 4:
          attribute = { ...attribute, float: message.float };
          break;
        case 5:
          attribute = { ...attribute, flag: message.integer !== 0 };
          break;
        case 6:
          attribute = { ...attribute, type: elementTypeOf(message.enumeration) };
          break;
        case 7:
          attribute = { ...attribute, shape: readShape(message.message()) };
          break;
        case 8:
          tensor = message.message();
          break;
        case 10:
          attribute = { ...attribute, function: this.named(message.message()) };
          break;
      }
    }
    return { attribute, tensor };
  }

  private list(message: Message): Attribute {
    const integers: number[] = [];
    const texts: string[] = [];
    const types: StoredType[] = [];
    const shapes: (Shape | null)[] = [];
    while (message.next()) {
      switch (message.field) {
        case 2:
          if (texts.length < MOST_LIST) texts.push(message.prose(TEXT_BYTES));
          break;
        case 3:
          for (const value of message.integers()) if (integers.length < MOST_LIST) integers.push(value);
          break;
        case 6:
          for (const value of message.integers()) {
            const type = elementTypeOf(value);
            if (type !== undefined && types.length < MOST_LIST) types.push(type);
          }
          break;
        case 7:
          if (shapes.length < MOST_LIST) shapes.push(readShape(message.message()));
          break;
      }
    }
    return {
      integers,
      ...(texts.length === 0 ? {} : { texts }),
      ...(types.length === 0 ? {} : { types }),
      ...(shapes.length === 0 ? {} : { shapes }),
    };
  }

  private signature(message: Message): StoredSignature {
    this.count();
    let name = '';
    const inputs: StoredPort[] = [];
    const outputs: StoredPort[] = [];
    while (message.next()) {
      if (message.field === 1) name = message.text;
      if (message.field !== 2) continue;
      const body = message.message();
      while (body.next()) {
        if (body.field === 1) inputs.push(this.port(body.message()));
        if (body.field === 2) outputs.push(this.port(body.message()));
      }
    }
    return { name, inputs, outputs };
  }

  private port(message: Message): StoredPort {
    this.count();
    let [name, tensor] = ['', ''];
    let type: StoredType = 'float32';
    let shape: Shape | undefined;
    while (message.next()) {
      if (message.field === 1) name = message.text;
      if (message.field !== 2) continue;
      const info = message.message();
      while (info.next()) {
        if (info.field === 1) tensor = info.text;
        if (info.field === 2) type = elementTypeOf(info.enumeration) ?? 'float32';
        if (info.field === 3) shape = readShape(info.message()) ?? undefined;
      }
    }
    return { name, tensor, type, shape };
  }
}

/** TensorShapeProto; `null` where the rank is not known. */
export function readShape(message: Message): Shape | null {
  const shape: (number | null)[] = [];
  let unknown = false;
  while (message.next()) {
    if (message.field === 3) unknown = message.integer !== 0;
    if (message.field !== 2) continue;
    const dim = message.message();
    let size = 0;
    while (dim.next()) if (dim.field === 1) size = dim.integer;
    shape.push(size < 0 ? null : size);
    if (shape.length > 64) throw message.damaged('a tensor has more than 64 axes');
  }
  return unknown ? null : shape;
}
