import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { arrangeRows, barcodeOverlay, barcodePlot, MOST_ROWS, shareRows } from '../../webview/plots/barcode';
import { bettiAt, bettiPlot, scaleUnder, stepAt } from '../../webview/plots/bettiCurves';
import { describeFeature } from '../../webview/plots/describe';
import { diagramPlot } from '../../webview/plots/diagram';
import { litBy, loopsThrough, pairsOf, rowOfPoint } from '../../webview/plots/layerData';
import { MANY_MARKS, type Mark, type Scene } from '../../webview/plots/scene';
import { scatterPlot } from '../../webview/plots/scatter';
import { sparkBarcode } from '../../webview/plots/sparkBarcode';
import { tickLabel } from '../../webview/plots/axes';
import { HitIndex } from '../../webview/render/hit';
import { makeHead, makeLayer, SIZES } from './fixtures';

const size = { width: 420, height: 260 };
const everything = { order: 'birth', dimensions: [true, true, true] } as const;

/** All coordinates are numbers, and nothing that is not text leaves the picture. */
function checkScene(scene: Scene): void {
  const inside = (x: number, y: number, slack: number): void => {
    assert.ok(-slack <= x && x <= scene.width + slack, `x = ${x} of ${scene.width}`);
    assert.ok(-slack <= y && y <= scene.height + slack, `y = ${y} of ${scene.height}`);
  };
  for (const mark of scene.marks) {
    switch (mark.kind) {
      case 'rect':
        assert.ok(0 <= mark.width && 0 <= mark.height, 'a rectangle with a negative side');
        inside(mark.x, mark.y, 1);
        inside(mark.x + mark.width, mark.y + mark.height, 1);
        break;
      case 'line':
        inside(mark.x1, mark.y1, 1);
        inside(mark.x2, mark.y2, 1);
        break;
      case 'symbol':
      case 'text':
        inside(mark.x, mark.y, 0);
        break;
      case 'path':
        assert.doesNotMatch(mark.data, /NaN|Infinity|undefined/);
        break;
    }
    if (mark.kind === 'text') assert.doesNotMatch(mark.text, /NaN|undefined|Infinity/);
  }
  assert.doesNotMatch(scene.title, /NaN|undefined/);
}

const barsOf = (marks: readonly Mark[]): Extract<Mark, { kind: 'rect' }>[] =>
  marks.filter(mark => mark.kind === 'rect').filter(mark => mark.feature !== undefined);

describe('every plot', () => {
  for (const [name, layer] of Object.entries(SIZES)) {
    it(`stays in its frame with ${name} bars`, () => {
      const head = makeHead({ points: Math.max(1, layer.points) });
      for (const frame of [size, { width: 900, height: 440 }, { width: 240, height: 200 }]) {
        checkScene(barcodePlot(layer, frame, everything).scene);
        checkScene(barcodePlot(layer, frame, { ...everything, order: 'length' }).scene);
        checkScene(diagramPlot(layer, frame, everything).scene);
        checkScene(bettiPlot(layer, frame, everything).scene);
        checkScene(scatterPlot(layer, head, frame).scene);
      }
      checkScene(sparkBarcode(layer, { width: 96, height: 17 }, 2));
    });
  }
});

describe('the barcode', () => {
  it('draws every bar where there is room, each at least 2 px high', () => {
    const layer = makeLayer({ name: 'few', points: 12, loops: 5 });
    const plot = barcodePlot(layer, size, everything);
    const drawn = new Set(
      barsOf(plot.scene.marks).map(({ feature }) =>
        feature?.kind === 'pair' ? `${feature.dimension} ${feature.pair}` : '',
      ),
    );
    assert.equal(drawn.size, layer.diagram.dimension.length);
    assert.equal(plot.binned, 0);
    for (const bar of barsOf(plot.scene.marks)) assert.ok(2 <= bar.height);
  });

  it('draws at most 200 rows of thousands of bars, and the runs hold all the others', () => {
    const plot = barcodePlot(SIZES.huge, { width: 500, height: 1400 }, everything);
    const rows = new Set(barsOf(plot.scene.marks).map(bar => bar.y));
    assert.ok(rows.size <= MOST_ROWS, `${rows.size} rows`);
    const counted = new Map<string, number>();
    for (const { feature } of barsOf(plot.scene.marks)) {
      if (feature?.kind === 'bin') counted.set(`${feature.dimension} ${feature.pairs[0]}`, feature.pairs.length);
      else if (feature?.kind === 'pair') counted.set(`${feature.dimension} ${feature.pair}`, 1);
    }
    const total = [...counted.values()].reduce((sum, count) => sum + count, 0);
    assert.equal(total, SIZES.huge.diagram.dimension.length);
    for (const bar of barsOf(plot.scene.marks)) assert.ok(2 <= bar.height);
  });

  it('keeps the longest bars on their own, whatever the order', () => {
    for (const order of ['birth', 'length'] as const) {
      const pairs = pairsOf(SIZES.huge, 1);
      const rows = arrangeRows(pairs, 50, order);
      assert.ok(rows.length <= 50);
      const alone = new Set(rows.filter(row => row.pairs.length === 1).map(row => row.pairs[0]));
      for (const pair of pairs.byLength.subarray(0, 30)) assert.ok(alone.has(pair));
      const all = rows.flatMap(row => row.pairs).sort((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: pairs.count }, (_, i) => i),
      );
    }
  });

  it('gives no dimension more rows than it has bars, and all of them no more than there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(500), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 3, max: 200 }),
        (counts, most) => {
          const rows = shareRows(counts, most);
          assert.ok(rows.reduce((sum, count) => sum + count, 0) <= most);
          rows.forEach((count, i) => assert.ok(count <= counts[i]! && (counts[i] === 0 || 1 <= count)));
        },
      ),
      { seed: 3 },
    );
  });

  it('ends essential bars in an arrow at the right edge', () => {
    const plot = barcodePlot(SIZES.one, size, everything);
    const arrows = plot.scene.marks.filter(mark => mark.kind === 'path' && mark.feature !== undefined);
    assert.equal(arrows.length, 1);
  });

  it('draws in full colour only what sticks out of the noise', () => {
    const layer = SIZES.many;
    const plot = barcodePlot(layer, { width: 500, height: 1200 }, everything);
    const bright = new Set<string>();
    for (const mark of barsOf(plot.scene.marks)) {
      if (mark.tone !== 'pale' && mark.feature?.kind === 'pair' && mark.feature.dimension === 1) {
        bright.add(String(mark.feature.pair));
      }
    }
    assert.equal(bright.size, layer.significant.loops);
  });

  it('lights a bar where it is drawn', () => {
    const plot = barcodePlot(SIZES.many, size, everything);
    const marks = barcodeOverlay(plot, litBy(SIZES.many, { kind: 'pair', dimension: 1, pair: 3 }));
    const at = plot.locate(1, 3);
    assert.ok(at);
    const [first] = marks;
    assert.ok(first?.kind === 'rect' && first.x === at.x && first.y === at.y);
  });
});

describe('the persistence diagram', () => {
  it('draws no more marks than there are pixels for, of tens of thousands of points', () => {
    const { scene } = diagramPlot(SIZES.huge, size, everything);
    const symbols = scene.marks.filter(mark => mark.kind === 'symbol');
    assert.ok(symbols.length <= 2 * MANY_MARKS, `${symbols.length}`);
    const keeps = symbols.some(
      ({ feature }) => feature?.kind === 'pair' && feature.pair === pairsOf(SIZES.huge, 1).byLength[0],
    );
    assert.ok(keeps, 'the longest bar is drawn');
  });

  it('puts essential classes on the line at the top, above every finite death', () => {
    const plot = diagramPlot(SIZES.many, size, everything);
    const essential = pairsOf(SIZES.many, 0).byLength[0]!;
    const top = plot.locate(0, essential)!.y;
    const finite = pairsOf(SIZES.many, 0).byLength[1]!;
    assert.ok(top < plot.locate(0, finite)!.y);
  });

  it('hides the dimensions that are switched off', () => {
    const { scene } = diagramPlot(SIZES.many, size, { dimensions: [false, true, false] });
    for (const mark of scene.marks) if (mark.feature?.kind === 'pair') assert.equal(mark.feature.dimension, 1);
  });
});

describe('Betti curves', () => {
  it('count what is alive at a scale', () => {
    assert.equal(bettiAt(SIZES.many, 0, 0), 360);
    assert.equal(bettiAt(SIZES.many, 0, 1e9), 1);
    assert.equal(bettiAt(SIZES.many, 0, -1), 0);
  });

  it('find the step of a scale', () => {
    const scales = Float64Array.of(0, 1, 2);
    assert.deepEqual(
      [-0.5, 0, 0.5, 1, 5].map(scale => stepAt(scales, scale)),
      [-1, 0, 0, 1, 2],
    );
  });

  it('know the scale under the pointer, and that there is none beside the axes', () => {
    const plot = bettiPlot(SIZES.many, size, everything);
    const [from, to] = plot.x.range() as [number, number];
    assert.ok(Math.abs(scaleUnder(plot, (from + to) / 2, 60)! - plot.x.domain()[1]! / 2) < 1e-9);
    assert.equal(scaleUnder(plot, from - 10, 60), undefined);
    assert.equal(scaleUnder(plot, from + 10, size.height - 5), undefined);
  });
});

describe('the scatter', () => {
  it('has the same scale on both axes', () => {
    const plot = scatterPlot(SIZES.many, makeHead(), size);
    const perPixel = (scale: { domain(): number[]; range(): number[] }): number =>
      Math.abs((scale.domain()[1]! - scale.domain()[0]!) / (scale.range()[1]! - scale.range()[0]!));
    assert.ok(Math.abs(perPixel(plot.x) / perPixel(plot.y) - 1) < 1e-9);
  });

  it('uses ten colours at most, and grey for what has more classes', () => {
    const paints = (classes: number): Set<string | undefined> => {
      const { scene } = scatterPlot(SIZES.many, makeHead({ classes }), size);
      return new Set(scene.marks.filter(mark => mark.kind === 'symbol').map(mark => mark.fill));
    };
    assert.equal(paints(10).size, 10);
    assert.deepEqual(paints(11), new Set(['other']));
    assert.deepEqual(paints(0), new Set(['other']));
  });

  it('says how much of the variance it shows', () => {
    const { scene } = scatterPlot(SIZES.many, makeHead(), size);
    const texts = scene.marks.flatMap(mark => (mark.kind === 'text' ? [mark.text] : []));
    assert.ok(texts.some(text => text.startsWith('PC 1 (29')));
    assert.ok(texts.some(text => text.startsWith('PC 2 (12')));
  });
});

describe('what belongs together', () => {
  it('a loop has its cycle, and a point the loops through it', () => {
    const layer = SIZES.many;
    const cycle = layer.cycles[0]!;
    const lit = litBy(layer, { kind: 'pair', dimension: 1, pair: cycle.pair });
    assert.deepEqual(lit.points, [...cycle.vertices]);
    assert.equal(lit.edges, cycle.edges);
    for (const vertex of cycle.vertices) assert.ok(loopsThrough(layer, vertex).includes(cycle.pair));
  });

  it('points of positions belong to the rows they come from', () => {
    const head = makeHead();
    const layer = { ...SIZES.many, sampleOfPoint: Uint32Array.of(4, 4, 9) };
    assert.equal(rowOfPoint(head, layer, 1), head.sampledRows[4]);
    assert.equal(rowOfPoint(head, layer, 2), head.sampledRows[9]);
    assert.equal(rowOfPoint(head, layer, 3), undefined);
  });

  it('says in words whether a bar is significant, and by what', () => {
    const longest = pairsOf(SIZES.many, 1).byLength[0]!;
    const text = describeFeature(makeHead(), SIZES.many, { kind: 'pair', dimension: 1, pair: longest }).join('; ');
    assert.match(text, /^H₁ loop, the longest of 41; born at .*significant: longer than 0\.300/);
  });
});

describe('the index of marks', () => {
  it('finds what a look at every mark finds', () => {
    const { scene } = diagramPlot(SIZES.many, size, everything);
    const index = new HitIndex(scene, 6);
    const slow = (x: number, y: number): number => {
      let nearest = Infinity;
      for (const mark of scene.marks) {
        if (mark.kind !== 'symbol' || mark.feature === undefined) continue;
        nearest = Math.min(nearest, Math.max(0, Math.hypot(mark.x - x, mark.y - y) - mark.radius));
      }
      return nearest;
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 419 }), fc.integer({ min: 0, max: 259 }), (x, y) => {
        assert.equal(index.at(x, y) !== undefined, slow(x, y) <= 6);
      }),
      { seed: 9, numRuns: 2000 },
    );
    assert.equal(index.at(-5, 10), undefined);
    assert.equal(index.at(5000, 10), undefined);
  });
});

describe('ticks', () => {
  it('have the decimals that their distance needs', () => {
    assert.equal(tickLabel(0.5, 0.5), '0.5');
    assert.equal(tickLabel(2, 1), '2');
    assert.equal(tickLabel(0.25, 0.05), '0.25');
    assert.equal(tickLabel(0, 0.001), '0');
    assert.equal(tickLabel(-3, 1), '−3');
    assert.equal(tickLabel(200_000, 50_000), '2e5');
  });
});
