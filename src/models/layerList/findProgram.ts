import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { listed } from '../../base/text';
import type { Model } from '../model';
import { shardOf } from '../weightsOnly/shard';
import type { StateTensor } from '../weightsOnly/stateTensor';
import type { WeightsModel } from '../weightsOnly/weightsModel';
import { buildNetwork } from './buildNetwork';
import { ACTIVATION_NAMES, isActivation, NO_ACTIVATION } from './activations';
import { readChain, type Chain, type ChainAnswer } from './chain';
import { DescribedModel, type Assumption } from './describedModel';
import { draftLayerList } from './draft';
import { exportCode, stemOf } from './exportCode';
import type { LayerList } from './layerList';
import type { NamedTensors } from './layerScope';
import type { MissingProgram } from './missingProgram';
import { ownName, piecesOf, type Piece } from './pieces';
import { readLayerList } from './readLayerList';

/** Holds for all weights of its folder that have no list of their own. */
const FOR_ALL = 'all.layers.json';

/**
 * Gives a file of weights the program that uses them, where one is to be had: from a list of layers beside it, or, where the weights are a chain of one reading, from what a person said
 * of it. Else the model says what is missing. Never throws for what is wrong with a list: the weights can still be described.
 */
export function findProgram(
  weights: WeightsModel,
  source: ByteSource,
  siblings: Siblings,
  answer?: ChainAnswer,
): Model {
  const tensors = namedTensors(weights);
  const pieces = piecesOf(
    weights.modules.filter(({ tensors: own }) => own.size > 0),
    weights.operators,
  );
  const file = source.name.split(/[\\/]/).at(-1)!;
  const found = openList(file, siblings);
  const missing = (fault: Fault, chain: Chain | undefined): Model => {
    weights.missing = missingProgram(weights, pieces, file, fault, chain, found?.name);
    return weights;
  };
  const run = (list: LayerList, assumption: Assumption, listFile: string): Model =>
    new DescribedModel(weights, buildNetwork(list, tensors, listFile), assumption, source.name);

  if (found !== undefined)
    try {
      const list = readLayerList(found.open());
      return run(list, fromList(found.name), found.name);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return missing(error, undefined);
    }
  // Layers of a part may look like a chain: they are not the network.
  const shard = shardOf(file);
  if (shard !== undefined)
    return missing(
      withoutProgram(`the rest of the network: it is part ${shard.number} of ${shard.of}`, file),
      undefined,
    );
  const chain = readChain(pieces, {
    sorted: weights.sorted,
    epsilon: weights.format.startsWith('keras') ? 1e-3 : 1e-5,
  });
  if (chain.kind === 'open') return missing(withoutProgram(chain.what, file), undefined);
  if (chain.activated.length > 0 && !isKnown(answer))
    return missing(
      withoutProgram(
        `the activation between its layers, which are a chain (${listed(chain.pieces.map(({ path }) => path))})`,
        file,
      ),
      chain,
    );
  const said = answer ?? { activation: 'none', place: 'after' };
  try {
    return run(chain.list(said), fromChain(chain, said), source.name);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return missing(error, undefined);
  }
}

function withoutProgram(what: string, file: string): Fault {
  return new Fault(
    'unsupported',
    `The file holds weights without the program that uses them: it can be described, but not run. Not in it is ${what}.`,
    {
      hint: `Describe its layers in ${stemOf(file)}.layers.json beside it, or save the network with its program: as ONNX (torch.onnx.export), TorchScript (torch.jit.trace) or a whole Keras model. In the editor, “Create Layer List…” writes a first draft, and “Run with Your Python…” exports a PyTorch network.`,
    },
  );
}

function fromList(file: string): Assumption {
  return {
    detail: { name: 'layer list', value: file },
    layerList: file,
    caveat: `The network is run as ${file} describes it.`,
    warning: `The network is run as ${file} describes it: the file of weights does not say how its layers are joined.`,
  };
}

/** An answer that was kept may name what there is no more. */
function isKnown(answer: ChainAnswer | undefined): boolean {
  return answer !== undefined && (answer.activation === NO_ACTIVATION || isActivation(answer.activation));
}

function fromChain(chain: Chain, answer: ChainAnswer): Assumption {
  const { activation, place } = answer;
  const { pieces, activated, asksPlace, more } = chain;
  const normalised = pieces.some(({ kind }) => kind === 'normalisation');
  const names = pieces.length > 1 ? `${pieces[0]!.path} … ${pieces.at(-1)!.path}` : pieces[0]!.path;
  const side = asksPlace ? `, ${place === 'before' ? 'before' : 'after'} the normalisation` : '';
  const asked = activated.length > 0;
  return {
    ...(asked ? { answer } : {}),
    detail: {
      name: 'architecture',
      value: asked ? `a chain; activation ${activation}${side}: chosen by you` : 'a chain',
    },
    caveat: asked
      ? `Activation ${activation}${side}: chosen by you.`
      : 'Read as a chain of layers: the file holds weights alone.',
    warning: [
      `The file does not say how its layers are joined. They are run one after the other (${names})`,
      asked ? `, with ${activation} after ${listed(activated)}${side}: chosen by you` : '',
      '. Nothing follows the last layer, and no connection skips one.',
      normalised ? ' Normalisations add the usual amount to the variance.' : '',
      more ? ' What else stands between them without weights is taken for dropout.' : '',
    ].join(''),
  };
}

interface FoundList {
  readonly name: string;
  /** Throws where it may not be opened. */
  open(): ByteSource;
}

/** The first list of layers that is there: of the file's whole name, of its name without the ending, or of all in its folder. */
function openList(file: string, siblings: Siblings): FoundList | undefined {
  for (const name of [`${file}.layers.json`, `${stemOf(file)}.layers.json`, FOR_ALL]) {
    try {
      const source = siblings.open(name);
      return { name, open: () => source };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.code === 'not-found') continue;
      const refused = error.at(name);
      return {
        name,
        open: () => {
          throw refused;
        },
      };
    }
  }
  return undefined;
}

/** Tensors by module and own name, as a layer list names them; Keras's paths with dots. */
function namedTensors(weights: WeightsModel): NamedTensors {
  const named = new Map<string, StateTensor>();
  for (const { path, tensors } of weights.modules)
    for (const [own, tensor] of tensors) named.set(`${path}.${ownName(own)}`, tensor);
  return named;
}

function missingProgram(
  weights: WeightsModel,
  pieces: readonly Piece[],
  file: string,
  fault: Fault,
  chain: Chain | undefined,
  list: string | undefined,
): MissingProgram {
  return {
    fault,
    chain: chain && {
      layers: chain.activated,
      asksPlace: chain.asksPlace,
      activations: [...ACTIVATION_NAMES, NO_ACTIVATION],
    },
    layerList: { file: list ?? `${stemOf(file)}.layers.json`, exists: list !== undefined },
    draft: () => draftLayerList(pieces, file),
    exportCode: () => exportCode({ ...weights.origin, file, format: weights.format, row: rowOf(pieces) }),
  };
}

/** One row as the first layer takes it. */
function rowOf([first]: readonly Piece[]): readonly (number | null)[] | undefined {
  if (first === undefined) return undefined;
  if (first.kind === 'dense' || first.kind === 'normalisation') return [first.takes];
  if (first.kind === 'convolution') return [first.takes, ...first.kernel.map(() => null)];
  return undefined;
}
