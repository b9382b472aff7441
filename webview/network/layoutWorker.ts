import { LayoutSteps, type LayoutRequest } from './layoutSteps';

/** What the thread of a layout is told, and what it answers. */
export interface ToLayout extends LayoutRequest {
  readonly id: number;
}

export interface FromLayout {
  readonly id: number;
  readonly positions: Float32Array;
  readonly isDone: boolean;
}

/** Milliseconds between two pictures of a layout, within which no message is heard. */
const SLICE = 40;

/** The scope of a worker, as far as this one uses it. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToLayout>) => void) | null;
  postMessage(message: FromLayout, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let current = 0;

scope.onmessage = ({ data }) => {
  current = data.id;
  const layout = new LayoutSteps(data);
  const slice = (): void => {
    // A later request is another layout.
    if (current !== data.id) return;
    const end = performance.now() + SLICE;
    do layout.step();
    while (!layout.isDone && performance.now() < end);
    const positions = layout.positions();
    scope.postMessage({ id: data.id, positions, isDone: layout.isDone }, [positions.buffer]);
    if (!layout.isDone) setTimeout(slice);
  };
  slice();
};
