import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker } from '../protocol/worker';
import type { WorkerEnvironment } from './workerPool';
import { WorkerSession } from './workerSession';

// A thin shell: what a worker does is in WorkerSession, which a test can run without a thread.
if (parentPort !== null) {
  const port = parentPort;
  const session = new WorkerSession(workerData as WorkerEnvironment, message => port.postMessage(message));
  port.on('message', (message: ToWorker) => session.receive(message));
}
