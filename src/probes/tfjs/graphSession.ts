import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlowGraphModel } from '../../models/tensorflow/graphModel';
import { parseInput } from '../../models/tensorflow/graph';
import type { FeedTensor, FetchedTensor, NetworkSession } from '../network';
import { graphArtifacts } from './graphTopology';
import type { TfjsRuntime } from './loadLibrary';
import { tfjsFault } from './tfjsFault';

/** The part of a TensorFlow graph that some tensors need, loaded into TensorFlow.js. */
export class GraphSession implements NetworkSession {
  /** Loops and conditions are computed in turns of the event loop. */
  private dynamic = false;

  private constructor(
    private readonly runtime: TfjsRuntime,
    private readonly model: TensorFlowGraphModel,
    private readonly graph: GraphModel,
    readonly inputs: readonly string[],
  ) {}

  /** Throws `unsupported`, `too-large`. */
  static async open(
    runtime: TfjsRuntime,
    model: TensorFlowGraphModel,
    tensors: readonly string[],
  ): Promise<GraphSession> {
    const needed = neededFor(model, tensors);
    const inputs = model.file.graph.inputs.filter(input => needed.has(input.node)).map(input => input.name);
    try {
      const artifacts = graphArtifacts(model.file.graph, needed);
      const graph = new runtime.tf.GraphModel({ load: () => Promise.resolve(artifacts) });
      await graph.load();
      return new GraphSession(runtime, model, graph, inputs);
    } catch (error) {
      throw tfjsFault(error, undefined, model.file.source);
    }
  }

  async run(
    feeds: Readonly<Record<string, FeedTensor>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, FetchedTensor>>> {
    const given: Record<string, Tensor> = {};
    const names = [...fetches];
    let found: Tensor[] = [];
    try {
      for (const { name, node } of this.model.file.graph.inputs) {
        const feed = feeds[name];
        if (feed !== undefined) given[node] = this.tensor(feed);
      }
      found = await this.execute(given, names);
      return Object.fromEntries(
        names.map((name, i) => [name, { dims: [...found[i]!.shape], values: found[i]!.dataSync() }]),
      );
    } catch (error) {
      throw tfjsFault(error, undefined, this.model.file.source);
    } finally {
      for (const tensor of [...Object.values(given), ...found]) tensor.dispose();
    }
  }

  dispose(): Promise<void> {
    this.graph.dispose();
    return Promise.resolve();
  }

  private async execute(given: Record<string, Tensor>, names: string[]): Promise<Tensor[]> {
    if (!this.dynamic) {
      try {
        return listed(this.graph.execute(given, names));
      } catch (error) {
        if (!(error instanceof Error && /executeAsync/.test(error.message))) throw error;
        this.dynamic = true;
      }
    }
    return listed(await this.graph.executeAsync(given, names));
  }

  private tensor({ type, values, dims }: FeedTensor): Tensor {
    const { tf } = this.runtime;
    if (type === 'bool')
      return tf.tensor(
        Uint8Array.from(values, value => (value === 0 ? 0 : 1)),
        [...dims],
        'bool',
      );
    if (/^u?int/.test(type)) return tf.tensor(Int32Array.from(values), [...dims], 'int32');
    return tf.tensor(Float32Array.from(values), [...dims]);
  }
}

function listed(found: Tensor | Tensor[]): Tensor[] {
  return Array.isArray(found) ? found : [found];
}

function neededFor(model: TensorFlowGraphModel, tensors: readonly string[]): ReadonlySet<string> {
  const nodes = new Map(model.ordered.map(node => [node.name, node]));
  const needed = new Set<string>();
  const pending = tensors.flatMap(tensor => parseInput(tensor)?.node ?? []);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    for (const input of nodes.get(name)?.inputs ?? []) pending.push(input.node);
  }
  return needed;
}
