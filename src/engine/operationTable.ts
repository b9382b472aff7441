import type { OperationContext } from './operationContext';
import type { OperationInput, OperationName, OperationOutput, OperationPart } from './operationTypes';

type Run<Name extends OperationName> = (
  input: OperationInput<Name>,
  context: OperationContext<OperationPart<Name>>,
) => OperationOutput<Name> | Promise<OperationOutput<Name>>;

/** Where each operation is. Loaded when first asked for, so that a worker starts at once. */
const OPERATIONS: { readonly [Name in OperationName]: () => Promise<Run<Name>> } = {
  describe: async () => (await import('./operations/describe')).describe,
  outline: async () => (await import('./operations/describe')).outline,
  modelHash: async () => (await import('./operations/describe')).hashOfModel,
  layerGraph: async () => (await import('./operations/layerGraph')).layerGraph,
  weightHistograms: async () => (await import('./operations/weightHistograms')).weightHistograms,
  programHelp: async () => (await import('./operations/programHelp')).programHelp,
  inspect: async () => (await import('./operations/inspect')).inspect,
  check: async () => (await import('./operations/check')).check,
  compare: async () => (await import('./operations/compare')).compare,
  forecast: async () => (await import('./operations/forecast')).forecast,
  activations: async () => (await import('./operations/activations')).activations,
  rips: async () => (await import('./operations/rips')).rips,
  inputs: async () => (await import('./operations/inputs')).inputs,
  dataCandidates: async () => (await import('./operations/dataCandidates')).dataCandidates,
  labelCandidates: async () => (await import('./operations/dataCandidates')).labelCandidates,
  contents: async () => (await import('./operations/contents')).contents,
  prepare: async () => (await import('./operations/prepare')).prepare,
  report: async () => (await import('./operations/report')).report,
  unitShapes: async () => (await import('./operations/unitShapes')).unitShapes,
  prune: async () => (await import('./operations/prune')).prune,
  compareForecast: async () => (await import('./operations/compare')).compareForecast,
  compareReport: async () => (await import('./operations/report')).compareReport,
  mapper: async () => (await import('./operations/mapper')).mapper,
  mapperSubject: async () => (await import('./operations/mapperSubject')).mapperSubject,
  mapperUntrained: async () => (await import('./operations/mapperSubject')).mapperUntrained,
  mapperLenses: async () => (await import('./operations/mapperView')).mapperLenses,
  mapperGraph: async () => (await import('./operations/mapperView')).mapperGraph,
  mapperFeatures: async () => (await import('./operations/mapperView')).mapperFeatures,
  mapperGrid: async () => (await import('./operations/mapperView')).mapperGrid,
  mapperBaseline: async () => (await import('./operations/mapperView')).mapperBaseline,
  mapperLoops: async () => (await import('./operations/mapperLoops')).mapperLoops,
  unitCommunities: async () => (await import('./operations/mapperLoops')).unitCommunities,
  attention: async () => (await import('./operations/attention')).attention,
  attentionMap: async () => (await import('./operations/attention')).attentionMap,
  witness: async () => (await import('./operations/witness')).witness,
  collapse: async () => (await import('./operations/collapse')).collapse,
  landscape: async () => (await import('./operations/landscape')).landscape,
  lossesAt: async () => (await import('./operations/lossesAt')).lossesAt,
  boundary: async () => (await import('./operations/boundary')).boundary,
  failures: async () => (await import('./operations/failures')).failures,
  robustness: async () => (await import('./operations/robustness')).robustness,
  checkpoints: async () => (await import('./operations/checkpoints')).checkpoints,
  weights: async () => (await import('./operations/weights')).weights,
  distance: async () => (await import('./operations/distance')).distance,
  cubical: async () => (await import('./operations/cubical')).cubical,
  levelset: async () => (await import('./operations/levelset')).levelset,
  redundancy: async () => (await import('./operations/redundancy')).redundancy,
  redundancyForecast: async () => (await import('./operations/redundancy')).redundancyForecast,
  diagramMatching: async () => (await import('./operations/diagramMatching')).diagramMatching,
  measureRemovals: async () => (await import('./operations/measureRemovals')).measureRemovals,
  removeLayers: async () => (await import('./operations/removeLayers')).removeLayers,
  similarity: async () => (await import('./operations/similarity')).similarity,
};

/** Runs an operation by its name. `input` and the context's parts are of that operation's types: the engine's `run` sees to it. */
export async function runOperation(
  name: OperationName,
  input: unknown,
  context: OperationContext<unknown>,
): Promise<unknown> {
  const run = (await OPERATIONS[name]()) as (input: unknown, context: OperationContext<unknown>) => unknown;
  return run(input, context);
}
