/** The results that views draw, as types alone: no code of the analyses reaches a view through here. */
export type { FaultData, FaultCode, Warning } from '../base/fault';
export type { PersistenceDiagram } from '../topology/diagram';
export type { Shape } from '../models/model';
export type { Provenance } from '../analyses/analysis';
export type { LayerTopology, RepresentativeCycle, Caveat, Reduction } from '../analyses/layerTopology';
export type {
  Estimate,
  Finding,
  Forecast,
  InspectHead,
  InspectParameters,
  InspectPartial,
  InspectResult,
  LayerFailure,
} from '../analyses/inspect';
