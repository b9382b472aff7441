import type { FromView, PanelRestore } from '../../src/protocol/panel';
import { NO_PREFERENCES, type Preferences, type SortColumn } from './store';

/** Whoever stands behind the view: the extension, or nobody where the view is a report. */
export interface Host {
  post(message: FromView): void;
  read(): unknown;
  write(state: unknown): void;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  interface Window {
    acquireVsCodeApi?: () => VsCodeApi;
  }
}

/** The extension as host; undefined outside VS Code. */
export function extensionHost(): Host | undefined {
  const api = window.acquireVsCodeApi?.();
  if (api === undefined) return undefined;
  return {
    post: message => api.postMessage(message),
    read: () => api.getState(),
    write: state => api.setState(state),
  };
}

/** A report answers to nobody; what it is asked to save becomes a download. */
export function reportHost(): Host {
  return {
    post(message) {
      if (message.type === 'save') download(message.suggestedName, message.content);
      else if (message.type === 'copy') void navigator.clipboard?.writeText(message.text);
    },
    read: () => undefined,
    write: () => undefined,
  };
}

function download(name: string, content: string | Uint8Array): void {
  const blob = new Blob([typeof content === 'string' ? content : new Uint8Array(content)]);
  const addressOf = URL.createObjectURL.bind(URL);
  const address = addressOf(blob);
  const link = document.createElement('a');
  link.setAttribute('href', address);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL.call(URL, address), 1000);
}

/** What VS Code keeps for a panel between reloads. */
export interface SavedState {
  readonly version: 1;
  readonly host?: PanelRestore;
  readonly view: Preferences;
  /** What is shown of the result until it is sent again. */
  readonly memory?: unknown;
}

const COLUMNS: readonly SortColumn[] = ['network', 'name', 'op', 'shape', 'dense0', 'loops', 'points'];

/** Preferences out of whatever was kept; what is not understood is as at first. */
export function readPreferences(saved: unknown): Preferences {
  if (typeof saved !== 'object' || saved === null || !('view' in saved)) return NO_PREFERENCES;
  const view = saved.view;
  if (typeof view !== 'object' || view === null) return NO_PREFERENCES;
  const of = (key: string): unknown => (view as Record<string, unknown>)[key];
  const layer = of('layer');
  const column = COLUMNS.find(known => known === of('sortColumn'));
  const dimensions = of('dimensions');
  return {
    layer: typeof layer === 'string' ? layer : undefined,
    sortColumn: column ?? NO_PREFERENCES.sortColumn,
    sortDescending: of('sortDescending') === true,
    barOrder: of('barOrder') === 'length' ? 'length' : 'birth',
    inputsOpen: of('inputsOpen') !== false,
    dimensions: Array.isArray(dimensions) ? [0, 1, 2].map(k => dimensions[k] !== false) : NO_PREFERENCES.dimensions,
  };
}

/** The host's part of what was kept, as it is: the host checks it itself. */
export function readRestore(saved: unknown): PanelRestore | undefined {
  if (typeof saved !== 'object' || saved === null || !('host' in saved)) return undefined;
  const host = saved.host;
  return typeof host === 'object' && host !== null ? (host as PanelRestore) : undefined;
}
