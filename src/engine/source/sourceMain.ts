import { parentPort, workerData } from 'node:worker_threads';
import type { ToSource } from '../../protocol/source';
import { SourceSession, type SourceEnvironment } from './sourceSession';

// A thin shell: what the thread does is in SourceSession, which a test can run without one.
if (parentPort !== null) {
  const port = parentPort;
  const session = new SourceSession(workerData as SourceEnvironment, message => port.postMessage(message));
  port.on('message', (message: ToSource) => session.receive(message));
}
