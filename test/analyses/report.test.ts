import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findingsOf } from '../../src/analyses/findings';
import { reportPage, withoutFolders } from '../../src/analyses/report';
import { decodeResult, encodeResult } from '../../src/protocol/codec';
import { circle, headOf, layerOf, resultOf } from './sampleLayer';

const HOSTILE = '<img src=x onerror=alert(1)>"\'&</script><!--';
const layer = layerOf(circle(60), { name: HOSTILE, op: HOSTILE });
const head = headOf(60, {
  model: { name: `/secret/place/${HOSTILE.replaceAll('/', '')}`, format: HOSTILE, producer: HOSTILE, parameters: 5 },
  accuracy: { value: 0.9642, low: 0.94, high: 0.98, samples: 360 },
});
const result = resultOf([layer], {
  head,
  findings: findingsOf(head, [layer], []),
  failures: [{ name: HOSTILE, code: 'not-finite', message: HOSTILE }],
  warnings: [{ code: 'x', message: HOSTILE }],
});
const views = { script: 'draw("</script><!--", 1 < 2)', style: 'a{}</style>', data: encodeResult(result) };

describe('reportPage', () => {
  it('shows strangers’ text as text, wherever it comes from', () => {
    for (const page of [reportPage(result, undefined), reportPage(result, views)]) {
      assert.doesNotMatch(page, /<img/);
      assert.match(page, /&lt;img src=x onerror=alert\(1\)&gt;&quot;&#39;&amp;/);
      // Attributes hold no quote of a stranger's either.
      for (const [, value] of page.matchAll(/ (?:aria-label|id|href)="([^"]*)"/g)) assert.doesNotMatch(value!, /[<>]/);
    }
  });

  it('is one page with a title and a language that asks for nothing', () => {
    const page = reportPage(result, views);
    assert.match(page, /^<!DOCTYPE html>\n<html lang="en">/);
    assert.match(page, /<title>[^<]+<\/title>/);
    assert.doesNotMatch(page, /<link|<script[^>]* src|<img|@import|url\(/);
    assert.match(page, /default-src 'none'/);
  });

  it('reads without scripts: findings, layers, accuracy, where it comes from', () => {
    const page = reportPage(
      resultOf([layerOf(circle(60), { name: 'relu1' })], { findings: result.findings, head }),
      undefined,
    );
    assert.match(page, /<th scope="row">relu1<\/th>/);
    assert.match(page, /<svg role="img" aria-label="Barcode of relu1: 60 bars in H0/);
    assert.match(page, /96\.4 %/);
    assert.match(page, /sha256 ab12/);
    assert.ok(page.includes('covariance-matched Gaussian'));
  });

  it('carries the result for the views: script and JSON end only where they should', () => {
    const page = reportPage(result, views);
    const scripts = [...page.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, text]) => text!);
    assert.equal(scripts.length, 2);
    assert.deepEqual(decodeResult(scripts[0]!), decodeResult(encodeResult(result)));
    assert.ok(scripts[0]!.includes('\\u003c/script>'));
    assert.equal(scripts[1], 'draw("<\\/script>\\x3c!--", 1 < 2)');
    assert.equal([...page.matchAll(/<\/style>/g)].length, 2);
  });
});

describe('withoutFolders', () => {
  it('leaves names of files, and no place of the machine, in text or in data', () => {
    const shown = withoutFolders(
      resultOf([layer], { warnings: [{ code: 'x', message: 'Row 3 of /somewhere/data.npy was left out.' }] }),
    );
    const page = reportPage(shown, { script: '', style: '', data: encodeResult(shown) });
    assert.doesNotMatch(page, /somewhere/);
    assert.match(page, /model\.onnx/);
    assert.match(page, /Row 3 of data\.npy was left out/);
  });
});
