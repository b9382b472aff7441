import type { MissingFacts } from '../../protocol/describe';
import type { FaultData } from '../../protocol/results';
import type { DataChoice, FaultAction } from '../../protocol/panel';
import { splitReference } from '../data/reference';

/** What was tried when a fault came. */
export interface FaultScene {
  /** Absolute path. */
  readonly model: string;
  readonly data: DataChoice | undefined;
  /** Points that would fit into memory, where fewer were found to fit than were asked for. */
  readonly pointsThatFit: number | undefined;
}

/**
 * What can be done about a fault, the most helpful first: nothing that leaves its cause as it is. A file may have been mended or
 * put back since, so that what was read from files can be tried again.
 */
export function faultActions(fault: FaultData, scene: FaultScene): readonly FaultAction[] {
  switch (fault.code) {
    case 'too-large':
      return [
        ...(scene.pointsThatFit === undefined ? [] : [{ id: 'fewerPoints', points: scene.pointsThatFit } as const]),
        ...(blames(fault, scene) === 'data' ? [{ id: 'pickData' } as const] : []),
        { id: 'rerun' },
      ];
    case 'shape-mismatch':
      // Model and data are each as they should be, and not for each other; what the model takes, its description says.
      return [{ id: 'pickData' }, { id: 'describe' }, { id: 'rerun' }];
    case 'not-finite':
      return blames(fault, scene) === 'model'
        ? [{ id: 'chooseModel' }, { id: 'describe' }, { id: 'rerun' }]
        : [{ id: 'pickData' }, { id: 'rerun' }];
    case 'not-a-model':
      return [{ id: 'chooseModel' }, { id: 'rerun' }];
    case 'unsupported':
      if (blames(fault, scene) === undefined) return [{ id: 'rerun' }, { id: 'showLog' }];
      return blames(fault, scene) === 'data'
        ? [{ id: 'pickData' }, { id: 'rerun' }]
        : [{ id: 'describe' }, { id: 'chooseModel' }, { id: 'rerun' }];
    case 'corrupt':
    case 'empty':
    case 'not-found':
    case 'unsafe':
    case 'usage':
      // Before data is chosen, the model is all that was read.
      switch (blames(fault, scene) ?? (scene.data === undefined ? 'model' : undefined)) {
        case 'model':
          return [{ id: 'chooseModel' }, { id: 'rerun' }];
        case 'data':
          return [{ id: 'pickData' }, { id: 'rerun' }];
        case undefined:
          return [{ id: 'rerun' }, { id: 'showLog' }];
      }
      break;
    case 'exists':
    case 'cancelled':
      return [{ id: 'rerun' }];
  }
}

/** The ways to a result of weights without a program, the shortest first. Python is for files that it can load, in a workspace that may run it. */
export function programActions({ chain, layerList }: MissingFacts, python: boolean): readonly FaultAction[] {
  return [
    ...(chain === undefined ? [] : [{ id: 'chooseActivation' } as const]),
    ...(layerList === undefined ? [] : [{ id: layerList.exists ? 'openLayerList' : 'createLayerList' } as const]),
    ...(python ? [{ id: 'runWithPython' } as const] : []),
    { id: 'copyExportCode' },
    { id: 'describe' },
    ...(layerList?.exists === true ? [{ id: 'rerun' } as const] : []),
  ];
}

/** A defect of ours: the log says more, and another try may do. */
export const DEFECT_ACTIONS: readonly FaultAction[] = [{ id: 'rerun' }, { id: 'showLog' }];

/** The file that a fault names as its source, if it is one of ours. */
function blames({ source }: FaultData, { model, data }: FaultScene): 'model' | 'data' | undefined {
  if (source === undefined) return undefined;
  const isOf = (reference: string | undefined): boolean =>
    reference !== undefined && (source === reference || source === splitReference(reference).file);
  if (data?.kind === 'file' && (isOf(data.data) || isOf(data.labels))) return 'data';
  // Saved activations may hold their labels themselves: the file is at fault, unless it is said which array.
  if (data?.kind === 'stored' && isOf(data.labels) && source !== model) return 'data';
  return isOf(model) ? 'model' : undefined;
}
