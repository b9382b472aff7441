import * as vscode from 'vscode';
import { Fault } from '../../base/fault';
import type { NamedMatch } from '../../protocol/source';
import type { ModelLayer } from '../../source/modelSizes';
import type { EngineLike } from '../base/engine';
import { nearest } from '../data/candidates';
import type { CodeLinks } from './codeLinks';
import { allAgree, type LinkedNetwork } from './codeLayers';
import type { SourceService } from './sourceService';

/** Models that are looked at for one source: the nearest. */
const MOST_MODELS = 24;
/** Sources that are asked whether they use a file's layers. */
const MOST_USERS = 20;
/** As in the source layer: below it a source is not taken for a model's. */
const LEAST_CONFIDENCE = 0.6;
/** Models that fit by so much less than the best do not count as fitting. */
const SAME = 0.02;

/** Layers as Keras calls them, and those whose features come last everywhere. */
const CHANNELS_LAST = /[123]D|^Dense$|^EinsumDense$|^LSTM|^GRU|RNN$|^Embedding|^MatMul|^Gemm/;

export interface FindContext {
  readonly reader: Pick<SourceService, 'ask'>;
  readonly engine: () => Promise<EngineLike>;
  readonly links: CodeLinks;
  readonly models: () => Promise<readonly vscode.Uri[]>;
  readonly sources: () => Promise<readonly vscode.Uri[]>;
  /** Whether a person works with this model: data is linked to it, or it was measured. */
  readonly isUsed: (model: string) => boolean;
  /** Looks whether a model's file is the one that was measured. */
  readonly look: (model: string) => Promise<void>;
  /** A network and its model say the same of all sizes. */
  readonly agreed: (model: string, network: LinkedNetwork) => Promise<void>;
}

/** Which models of the workspace the networks of a source define. */
export class FoundModels {
  private readonly outlines = new Map<string, { readonly stamp: string; readonly layers: readonly ModelLayer[] }>();

  constructor(private readonly context: FindContext) {}

  /**
   * The networks with layers in a file, with their models. Where they were found before, `known` says it, and only the file is read again. Rejects with
   * `cancelled`, and a Fault where the file cannot be read.
   */
  async networksFor(
    file: string,
    signal: AbortSignal,
    known: readonly LinkedNetwork[] = [],
  ): Promise<{ readonly networks: readonly LinkedNetwork[]; readonly broken: boolean }> {
    const models = await this.context.models();
    if (models.length === 0) return { networks: [], broken: false };
    const own = await this.inFile(file, file, signal, known);
    const elsewhere = new Set(
      [...known, ...this.context.links.touching(file)].map(one => one.file).filter(other => other !== file),
    );
    if (own.networks.length === 0 && elsewhere.size === 0 && known.length === 0)
      for (const user of await this.users(file, signal)) elsewhere.add(user);
    const others: LinkedNetwork[] = [];
    for (const other of elsewhere) others.push(...(await this.inFile(other, file, signal, known)).networks);
    const here = others.filter(({ match }) => match.network.layers.some(({ place }) => place.file === file));
    return { networks: [...own.networks, ...here], broken: own.broken };
  }

  /** The layers of a model, read once for each state of its file; `undefined` where it cannot be read. */
  async layersOf(model: string): Promise<readonly ModelLayer[] | undefined> {
    try {
      const { mtime, size } = await vscode.workspace.fs.stat(vscode.Uri.file(model));
      const stamp = `${mtime} ${size}`;
      await this.context.look(model);
      const kept = this.outlines.get(model);
      if (kept?.stamp === stamp) return kept.layers;
      const { layers: read } = await (await this.context.engine()).run('outline', { model });
      const layers = read.map(({ name, op, outputShape, channelAxis, weights }): ModelLayer => {
        // Keras has its channels last unless it says otherwise, ONNX and PyTorch have them first.
        const isLast = outputShape === undefined || outputShape.length < 3 || CHANNELS_LAST.test(op);
        const axis = channelAxis ?? (isLast ? -1 : 1);
        return {
          name,
          op,
          outputs: outputShape?.at(axis) ?? undefined,
          weights: weights.map(weight => ({ name: weight.name, shape: weight.shape })),
        };
      });
      this.outlines.set(model, { stamp, layers });
      return layers;
    } catch (error) {
      // What cannot be read is nobody's model here; the panel says why when it is opened.
      if (error instanceof Fault || error instanceof vscode.FileSystemError) return undefined;
      throw error;
    }
  }

  private async users(file: string, signal: AbortSignal): Promise<readonly string[]> {
    const ending = /\.\w+$/.exec(file)?.[0] ?? '';
    const sources = (await this.context.sources()).map(uri => uri.fsPath).filter(name => name.endsWith(ending));
    const candidates = nearest(sources, file, MOST_USERS).map(name => name.replaceAll('\\', '/'));
    return this.context.reader.ask('users', { file, candidates }, signal);
  }

  /** The networks that a file defines, of those with layers in `about`. */
  private async inFile(
    file: string,
    about: string,
    signal: AbortSignal,
    known: readonly LinkedNetwork[],
  ): Promise<{ readonly networks: readonly LinkedNetwork[]; readonly broken: boolean }> {
    const { networks, broken } = await this.context.reader.ask('networks', { file }, signal);
    if (!networks.some(({ layers }) => layers.some(({ place }) => place.file === about)))
      return { networks: [], broken };
    const candidates = new Set<string>();
    for (const one of known) if (one.file === file) for (const model of one.choices) candidates.add(model);
    for (const { name } of networks) {
      const link = this.context.links.of(file, name);
      if (link) candidates.add(link.model);
    }
    // Known models are enough for what is known; a network that is new is looked for among all.
    const isNew = networks.some(({ name }) => !known.some(one => one.file === file && one.name === name));
    if (isNew || candidates.size === 0) {
      const all = (await this.context.models()).map(uri => uri.fsPath);
      for (const model of nearest(all, file, MOST_MODELS)) candidates.add(model);
    }
    const found = new Map<
      string,
      { readonly model: string; readonly match: NamedMatch; readonly layers: readonly ModelLayer[] }[]
    >();
    for (const model of candidates) {
      const layers = await this.layersOf(model);
      if (signal.aborted) throw new Fault('cancelled', 'Reading the source was cancelled.');
      if (!layers) continue;
      const { matches } = await this.context.reader.ask('matches', { file, layers }, signal);
      for (const match of matches) {
        const linked = this.context.links.of(file, match.network.name)?.model === model;
        if (match.confidence < LEAST_CONFIDENCE && !(linked && match.pairs.length > 0)) continue;
        const list = found.get(match.network.name);
        if (list) list.push({ model, match, layers });
        else found.set(match.network.name, [{ model, match, layers }]);
      }
    }
    const linked: LinkedNetwork[] = [];
    for (const [name, fits] of found) {
      const network = await this.link(file, name, fits);
      linked.push(network);
      if (network.model !== undefined && !broken && allAgree(network))
        await this.context.agreed(network.model, network);
    }
    return { networks: linked, broken };
  }

  private async link(
    file: string,
    name: string,
    fits: readonly { readonly model: string; readonly match: NamedMatch; readonly layers: readonly ModelLayer[] }[],
  ): Promise<LinkedNetwork> {
    const { links, isUsed } = this.context;
    const best = Math.max(...fits.map(({ match }) => match.confidence));
    const good = fits.filter(({ match }) => match.confidence >= best - SAME);
    const before = links.of(file, name);
    const chosen = fits.find(({ model }) => model === before?.model);
    const used = good.filter(({ model }) => isUsed(model));
    const only = good.length === 1 ? good[0] : used.length === 1 ? used[0] : undefined;
    const one =
      (before?.chosen === true ? chosen : undefined) ??
      only ??
      (before && chosen && good.includes(chosen) ? chosen : undefined);
    const { match, layers } = one ?? good[0]!;
    if (one)
      await links.set({
        file,
        network: name,
        model: one.model,
        chosen: before?.chosen === true && before.model === one.model,
        files: [...new Set(match.network.layers.map(({ place }) => place.file))],
      });
    return { file, name, model: one?.model, choices: good.map(({ model }) => model), match, layers };
  }
}
