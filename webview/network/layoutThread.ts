import script from './layoutWorker.ts?worker';
import type { LayoutRequest } from './layoutSteps';
import type { FromLayout, ToLayout } from './layoutWorker';

export interface LayoutEvents {
  /** Positions on the way, and at the end. */
  moved(positions: Float32Array, isDone: boolean): void;
}

/** The thread that lays graphs out, so that the page stays free to be panned. Webviews allow workers from addresses of their own making alone, so its script is part of the page's. */
export class LayoutThread {
  private worker: Worker | undefined;
  private requests = 0;

  constructor(private readonly events: LayoutEvents) {}

  /** Ends what was being laid out. */
  start(request: LayoutRequest): void {
    this.worker ??= this.make();
    this.worker.postMessage({ id: ++this.requests, ...request } satisfies ToLayout);
  }

  /** What comes of an earlier request is passed over from now on. */
  stop(): void {
    this.requests++;
    this.worker?.terminate();
    this.worker = undefined;
  }

  private make(): Worker {
    const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const worker = new Worker(address, { name: 'layout' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromLayout>) => {
      if (data.id === this.requests) this.events.moved(data.positions, data.isDone);
    });
    return worker;
  }
}
