/** Where a window looks at a drawing: `scale` screen pixels are one of the drawing's, and (x, y) of the drawing is in the window's upper left corner. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 24;
const SMALLEST = 0.04;
const LARGEST = 3;
/** Below this, the text of nodes cannot be read: a graph that fits only smaller is not shown whole at first. */
const READABLE = 0.62;

/** The whole drawing in the middle of the window, not enlarged. */
export function fitted(drawing: Size, window: Size): Camera {
  const across = (window.width - 2 * MARGIN) / Math.max(1, drawing.width);
  const down = (window.height - 2 * MARGIN) / Math.max(1, drawing.height);
  const scale = Math.max(SMALLEST, Math.min(1, across, down));
  return {
    scale,
    x: drawing.width / 2 - window.width / 2 / scale,
    y: drawing.height / 2 - window.height / 2 / scale,
  };
}

/** The whole drawing where it can be read; else its beginning, as large as its width allows. */
export function atFirst(drawing: Size, window: Size): Camera {
  const whole = fitted(drawing, window);
  if (whole.scale >= READABLE) return whole;
  const scale = Math.max(READABLE, Math.min(1, (window.width - 2 * MARGIN) / Math.max(1, drawing.width)));
  return { scale, x: drawing.width / 2 - window.width / 2 / scale, y: -MARGIN / scale };
}

/** Moved by screen pixels. */
export function moved(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx / camera.scale, y: camera.y + dy / camera.scale };
}

/** Enlarged around a point of the window, which stays where it is. */
export function zoomed(camera: Camera, factor: number, x: number, y: number): Camera {
  const scale = Math.max(SMALLEST, Math.min(LARGEST, camera.scale * factor));
  return { scale, x: camera.x + x / camera.scale - x / scale, y: camera.y + y / camera.scale - y / scale };
}

/** The nearest camera from which something of the drawing is seen: its borders go to the middle of the window at most. */
export function kept(camera: Camera, drawing: Size, window: Size): Camera {
  const halfWidth = window.width / 2 / camera.scale;
  const halfHeight = window.height / 2 / camera.scale;
  const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));
  return {
    scale: camera.scale,
    x: clamp(camera.x + halfWidth, 0, drawing.width) - halfWidth,
    y: clamp(camera.y + halfHeight, 0, drawing.height) - halfHeight,
  };
}

/** Moved no further than it takes to have a box in sight; far away, the box comes to the middle. */
export function showing(camera: Camera, box: Size & { readonly x: number; readonly y: number }, window: Size): Camera {
  const width = window.width / camera.scale;
  const height = window.height / camera.scale;
  const along = (at: number, length: number, from: number, span: number): number => {
    const room = Math.min(40 / camera.scale, span / 4);
    if (at >= from + room && at + length <= from + span - room) return from;
    const isNear = at + length > from - span / 2 && at < from + 1.5 * span;
    if (!isNear || length + 2 * room > span) return at + length / 2 - span / 2;
    return at < from + room ? at - room : at + length + room - span;
  };
  return {
    scale: camera.scale,
    x: along(box.x, box.width, camera.x, width),
    y: along(box.y, box.height, camera.y, height),
  };
}
