import { Fault } from '../../base/fault';
import type { ByteSource } from '../../base/bytes';
import { elementKind } from './elementTypes';
import {
  FIELDS,
  functionKey,
  type Dimension,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxFunction,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  type Range,
} from './protocol';
import { readTensor, type ExternalRule } from './readTensor';
import { Message, Window } from '../wire';

/** More objects than any real network has, few enough to be held. */
const MAX_OBJECTS = 500_000;
const PROSE_BYTES = 10_000;
/** Lists of an attribute that are longer, such as the thresholds of a forest, are left in the file. */
const MAX_LIST = 4096;

/**
 * Reads the structure of an ONNX file: graph, nodes, attributes, and descriptions of tensors. Tensors' values are
 * never read. A sub-message that protocol buffers would merge (a graph in two parts) is merged here too, so that a
 * runtime sees no other model than was checked. Throws `corrupt`, `unsafe`, `too-large`.
 */
export function readOnnxFile(source: ByteSource): OnnxFile {
  return new Reader(source).file();
}

class Reader {
  private objects = 0;

  constructor(private readonly source: ByteSource) {}

  file(): OnnxFile {
    const message = new Message(new Window(this.source), 0, this.source.size);
    let irVersion = 0;
    let producerName = '';
    let producerVersion = '';
    let domain = '';
    let documentation = '';
    const opsets = new Map<string, number>();
    const metadata = new Map<string, string>();
    const functions = new Map<string, OnnxFunction>();
    const graphs: Message[] = [];
    const F = FIELDS.model;
    while (message.next()) {
      switch (message.field) {
        case F.irVersion:
          irVersion = message.integer;
          break;
        case F.producerName:
          producerName = message.prose(200);
          break;
        case F.producerVersion:
          producerVersion = message.prose(200);
          break;
        case F.domain:
          domain = message.prose(200);
          break;
        case F.docString:
          documentation = message.prose(PROSE_BYTES);
          break;
        case F.graph:
          this.count();
          graphs.push(message.message());
          break;
        case F.opsetImport:
          this.opset(message.message(), opsets);
          break;
        case F.metadataProps:
          this.entry(message.message(), metadata, 1_000_000);
          break;
        case F.functions: {
          const read = this.localFunction(message.message());
          const key = functionKey(read);
          if (functions.has(key)) throw message.damaged(`function "${read.name}" is defined twice`);
          functions.set(key, read);
          break;
        }
      }
    }
    if (graphs.length === 0) throw message.damaged('it has no graph');
    const graph = this.graph(graphs, 'beside');
    return { irVersion, producerName, producerVersion, domain, documentation, opsets, metadata, graph, functions };
  }

  private count(): void {
    if (++this.objects > MAX_OBJECTS) {
      throw new Fault('too-large', `The network has more than ${MAX_OBJECTS} nodes, tensors and attributes.`, {
        hint: 'Simplify the model, for example with onnxsim, or export a part of it.',
        source: this.source.name,
      });
    }
  }

  private graph(parts: readonly Message[], external: ExternalRule): OnnxGraph {
    const F = FIELDS.graph;
    let name = '';
    const nodes: OnnxNode[] = [];
    const initializers = new Map<string, OnnxTensor>();
    const sparse = new Map<string, Range>();
    const inputs: OnnxValue[] = [];
    const outputs: OnnxValue[] = [];
    const values = new Map<string, OnnxValue>();
    for (const message of parts) {
      while (message.next()) {
        switch (message.field) {
          case F.name:
            name = message.prose(1000);
            break;
          case F.node:
            nodes.push(this.node(message.message()));
            break;
          case F.initializer: {
            this.count();
            const tensor = readTensor(message.message(), external, 'an initializer');
            if (tensor.name === '') throw message.damaged(`the initializer at byte ${message.start} has no name`);
            if (initializers.has(tensor.name)) throw message.damaged(`two initializers are named "${tensor.name}"`);
            initializers.set(tensor.name, tensor);
            break;
          }
          case F.sparseInitializer: {
            const range = { start: message.start, end: message.end };
            sparse.set(this.sparse(message.message()), range);
            break;
          }
          case F.input:
            inputs.push(this.value(message.message()));
            break;
          case F.output:
            outputs.push(this.value(message.message()));
            break;
          case F.valueInfo: {
            const value = this.value(message.message());
            values.set(value.name, value);
            break;
          }
        }
      }
    }
    for (const sparseName of sparse.keys()) {
      if (initializers.has(sparseName)) throw parts[0]!.damaged(`two initializers are named "${sparseName}"`);
    }
    return { name, nodes, initializers, sparse, inputs, outputs, values };
  }

  private node(message: Message): OnnxNode {
    this.count();
    const F = FIELDS.node;
    let name = '';
    let op = '';
    let domain = '';
    let overload = '';
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, OnnxAttribute>();
    const metadata = new Map<string, string>();
    while (message.next()) {
      switch (message.field) {
        case F.input:
          this.count();
          inputs.push(message.text);
          break;
        case F.output:
          this.count();
          outputs.push(message.text);
          break;
        case F.name:
          name = message.text;
          break;
        case F.opType:
          op = message.text;
          break;
        case F.domain:
          domain = message.text;
          break;
        case F.overload:
          overload = message.text;
          break;
        case F.attribute: {
          const [key, attribute] = this.attribute(message.message());
          if (attributes.has(key)) throw message.damaged(`the node at byte ${message.from} says "${key}" twice`);
          attributes.set(key, attribute);
          break;
        }
        case F.metadataProps:
          this.entry(message.message(), metadata, PROSE_BYTES);
          break;
      }
    }
    if (op === '') throw message.damaged(`the node at byte ${message.from} has no operator`);
    if (domain === 'ai.onnx') domain = '';
    const range = { start: message.from, end: message.to };
    return { name, op, domain, overload, inputs, outputs, attributes, metadata, range };
  }

  private attribute(message: Message): [string, OnnxAttribute] {
    this.count();
    const F = FIELDS.attribute;
    let name = '';
    let integer: number | undefined;
    let float: number | undefined;
    let string: string | undefined;
    let integers: number[] | undefined;
    let strings: string[] | undefined;
    let floats = 0;
    let tensor: OnnxTensor | undefined;
    let sparse = false;
    let single: Message | undefined;
    const graphs: OnnxGraph[] = [];
    while (message.next()) {
      switch (message.field) {
        case F.name:
          name = message.text;
          break;
        case F.integer:
          integer = message.integer;
          break;
        case F.float:
          float = message.float;
          break;
        case F.string:
          string = message.prose(PROSE_BYTES);
          break;
        case F.integers:
          integers ??= [];
          for (const value of message.integers()) {
            if (integers.length < MAX_LIST) integers.push(value);
          }
          break;
        case F.floats:
          floats += message.type === 2 ? Math.floor((message.end - message.start) / 4) : 1;
          break;
        case F.strings:
          strings ??= [];
          if (strings.length < MAX_LIST) strings.push(message.prose(PROSE_BYTES));
          break;
        case F.tensor:
          if (tensor !== undefined) throw message.damaged(`an attribute at byte ${message.from} holds two tensors`);
          tensor = readTensor(message.message(), 'refused', 'a constant');
          break;
        case F.tensors:
          this.count();
          readTensor(message.message(), 'refused', 'a constant');
          break;
        case F.graph:
          if (single !== undefined) throw message.damaged(`an attribute at byte ${message.from} holds two graphs`);
          this.count();
          single = message.message();
          graphs.push(this.graph([single], 'beside'));
          break;
        case F.graphs:
          this.count();
          graphs.push(this.graph([message.message()], 'beside'));
          break;
        case F.sparseTensor:
        case F.sparseTensors:
          sparse = true;
          this.sparse(message.message());
          break;
      }
    }
    const attribute: OnnxAttribute = {
      ...(integer === undefined ? {} : { integer }),
      ...(float === undefined ? {} : { float }),
      ...(string === undefined ? {} : { string }),
      ...(integers === undefined ? {} : { integers }),
      ...(strings === undefined ? {} : { strings }),
      ...(floats === 0 ? {} : { floats: { count: floats, range: { start: message.from, end: message.to } } }),
      ...(tensor === undefined ? {} : { tensor }),
      graphs,
      sparse,
    };
    return [name, attribute];
  }

  /** Checks a SparseTensorProto, whose parts may not lie outside the file; gives its name, which is its values' name. */
  private sparse(message: Message): string {
    this.count();
    let name = '';
    while (message.next()) {
      if (message.field === 1) name = readTensor(message.message(), 'refused', 'a sparse tensor').name;
      else if (message.field === 2) readTensor(message.message(), 'refused', "a sparse tensor's indices");
    }
    return name;
  }

  private value(message: Message): OnnxValue {
    this.count();
    let name = '';
    let tensor: Message | undefined;
    while (message.next()) {
      if (message.field === FIELDS.value.name) name = message.text;
      else if (message.field === FIELDS.value.type) {
        const type = message.message();
        while (type.next()) if (type.field === 1) tensor = type.message();
      }
    }
    const range = { start: message.from, end: message.to };
    if (tensor === undefined) return { name, type: undefined, dims: undefined, range };
    let code = 0;
    let dims: Dimension[] | undefined;
    while (tensor.next()) {
      if (tensor.field === 1) code = tensor.enumeration;
      else if (tensor.field === 2) dims = this.shape(tensor.message());
    }
    return { name, type: elementKind(code)?.type, dims, range };
  }

  private shape(message: Message): Dimension[] {
    const dims: Dimension[] = [];
    while (message.next()) {
      if (message.field !== 1) continue;
      this.count();
      const dim = message.message();
      let value: Dimension = null;
      while (dim.next()) {
        // Some exporters write −1 or 0 for a free dimension.
        if (dim.field === 1) value = dim.integer > 0 && Number.isSafeInteger(dim.integer) ? dim.integer : null;
        else if (dim.field === 2) value = dim.text === '' ? null : dim.text;
      }
      dims.push(value);
    }
    return dims;
  }

  private localFunction(message: Message): OnnxFunction {
    this.count();
    const F = FIELDS.function;
    let name = '';
    let domain = '';
    let overload = '';
    const inputs: string[] = [];
    const outputs: string[] = [];
    const nodes: OnnxNode[] = [];
    while (message.next()) {
      switch (message.field) {
        case F.name:
          name = message.text;
          break;
        case F.domain:
          domain = message.text;
          break;
        case F.overload:
          overload = message.text;
          break;
        case F.input:
          this.count();
          inputs.push(message.text);
          break;
        case F.output:
          this.count();
          outputs.push(message.text);
          break;
        case F.node:
          nodes.push(this.node(message.message()));
          break;
        case F.attributeProto:
          this.attribute(message.message());
          break;
      }
    }
    return { name, domain: domain === 'ai.onnx' ? '' : domain, overload, inputs, outputs, nodes };
  }

  private opset(message: Message, into: Map<string, number>): void {
    this.count();
    let domain = '';
    let version = 0;
    while (message.next()) {
      if (message.field === FIELDS.opset.domain) domain = message.text;
      else if (message.field === FIELDS.opset.version) version = message.integer;
    }
    into.set(domain === 'ai.onnx' ? '' : domain, version);
  }

  private entry(message: Message, into: Map<string, string>, limit: number): void {
    this.count();
    let key = '';
    let value = '';
    while (message.next()) {
      if (message.field === FIELDS.entry.key) key = message.prose(1000);
      else if (message.field === FIELDS.entry.value) value = message.prose(limit);
    }
    into.set(key, value);
  }
}
