import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atFirst, fitted, kept, moved, showing, zoomed } from '../../webview/describe/graph/camera';

const window = { width: 800, height: 600 };

describe('where a window looks at a graph', () => {
  it('shows a small one whole in the middle, and of a long one the beginning, large enough to read', () => {
    const small = atFirst({ width: 200, height: 300 }, window);
    assert.equal(small.scale, 1);
    assert.equal(100 - small.x, 400);
    const long = atFirst({ width: 300, height: 9000 }, window);
    assert.equal(long.scale, 1);
    assert.ok(long.y < 0 && long.y > -100);
    assert.ok(fitted({ width: 300, height: 9000 }, window).scale < 0.1);
  });

  it('keeps the point under the pointer where it is while it zooms', () => {
    const camera = { x: 100, y: 50, scale: 1 };
    const closer = zoomed(camera, 2, 300, 200);
    assert.equal(closer.scale, 2);
    assert.equal(closer.x + 300 / closer.scale, camera.x + 300);
    assert.equal(closer.y + 200 / closer.scale, camera.y + 200);
    assert.ok(zoomed(camera, 1e-9, 0, 0).scale > 0);
  });

  it('never loses the graph', () => {
    const drawing = { width: 300, height: 2000 };
    const lost = kept(moved({ x: 0, y: 0, scale: 0.5 }, 1e6, -1e6), drawing, window);
    assert.ok(lost.x <= drawing.width && lost.x + window.width / lost.scale >= 0);
    assert.ok(lost.y <= drawing.height && lost.y + window.height / lost.scale >= 0);
  });

  it('moves no further than it takes to have a node in sight', () => {
    const camera = { x: 0, y: 0, scale: 1 };
    assert.deepEqual(showing(camera, { x: 300, y: 300, width: 100, height: 40 }, window), camera);
    assert.equal(showing(camera, { x: 300, y: 590, width: 100, height: 40 }, window).y, 70);
    const far = showing(camera, { x: 300, y: 5000, width: 100, height: 40 }, window);
    assert.equal(far.y, 5020 - 300);
  });
});
