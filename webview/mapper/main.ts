import '../inspect/inspect.css';
import '../network/network.css';
import './mapper.css';
import type { MapperFromView, MapperToView } from '../../src/protocol/mapper';
import { readRestore } from '../inspect/host';
import { App } from './app';

/** The page of a Mapper graph. What it shows is strangers' text, and becomes text alone. */
const api = window.acquireVsCodeApi!();
const root = document.getElementById('neural-topology-app')!;
const saved = api.getState();
const kept = typeof saved === 'object' && saved !== null && 'kept' in saved && typeof saved.kept === 'string' ? saved.kept : undefined; // prettier-ignore
const app = new App(
  root,
  {
    post: (message: MapperFromView) => api.postMessage(message),
    save: (host, text) => api.setState({ version: 1, host, kept: text }),
  },
  kept === undefined ? undefined : { host: readRestore(saved), kept },
);
window.addEventListener('message', (event: MessageEvent<MapperToView>) => app.receive(event.data));
api.postMessage({ type: 'ready' });
