/** What a page keeps while VS Code takes it away. */
export interface ViewState {
  readonly dimension: 0 | 1;
  readonly spacing: 'even' | 'step';
  /** Files that were chosen, one or two. */
  readonly chosen: readonly string[];
}

export const FRESH: ViewState = { dimension: 0, spacing: 'even', chosen: [] };

/** What was kept, checked: where it is none of ours, the page starts afresh. */
export function recallView(saved: unknown): ViewState {
  if (typeof saved !== 'object' || saved === null || !('view' in saved)) return FRESH;
  const { view } = saved;
  if (typeof view !== 'object' || view === null) return FRESH;
  const { dimension, spacing, chosen } = view as Record<string, unknown>;
  return {
    dimension: dimension === 1 ? 1 : 0,
    spacing: spacing === 'step' ? 'step' : 'even',
    chosen: Array.isArray(chosen) ? chosen.filter(file => typeof file === 'string').slice(0, 2) : [],
  };
}
