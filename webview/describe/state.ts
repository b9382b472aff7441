import type { Camera } from './graph/camera';
import type { Choice } from './graph/shownGraph';

/** What a page keeps while VS Code takes it away. */
export interface PageState {
  readonly version: 1;
  readonly view: 'graph' | 'table';
  readonly choice?: Choice | undefined;
  /** Names of the open blocks; left out until a person opens or folds one. */
  readonly open?: readonly string[] | undefined;
  readonly camera?: Camera | undefined;
  readonly query: string;
}

export const FRESH: PageState = { version: 1, view: 'graph', query: '' };

/** What was kept, checked: where it is none of ours, the page starts afresh. */
export function recallState(saved: unknown): PageState {
  if (typeof saved !== 'object' || saved === null) return FRESH;
  const { version, view, choice, open, camera, query } = saved as Record<string, unknown>;
  if (version !== 1) return FRESH;
  return {
    version: 1,
    view: view === 'table' ? 'table' : 'graph',
    query: typeof query === 'string' ? query.slice(0, 200) : '',
    choice: isChoice(choice) ? choice : undefined,
    open: Array.isArray(open) && open.every(name => typeof name === 'string') ? open : undefined,
    camera: isCamera(camera) ? camera : undefined,
  };
}

function isChoice(value: unknown): value is Choice {
  const choice = value as Partial<Choice> | null | undefined;
  return (choice?.kind === 'layer' || choice?.kind === 'block') && typeof choice.name === 'string';
}

function isCamera(value: unknown): value is Camera {
  if (typeof value !== 'object' || value === null) return false;
  const { x, y, scale } = value as Partial<Camera>;
  return [x, y, scale].every(part => typeof part === 'number' && Number.isFinite(part)) && scale! > 0;
}
