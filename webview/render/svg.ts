import { round, TEXT_SIZE, type Mark, type Scene } from '../plots/scene';
import { symbolPath } from '../plots/symbol';
import type { Ink } from './ink';

/** Scenes as SVG: elements in the page, or text for a file. */

export interface SvgElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text?: string;
}

export function svgElement(mark: Mark, ink: Ink): SvgElement {
  if (mark.kind === 'text') {
    const attributes: Record<string, string> = {
      x: String(round(mark.x)),
      y: String(round(mark.y)),
      fill: ink.color(mark.fill),
      'font-size': String(mark.size ?? TEXT_SIZE),
      'text-anchor': mark.anchor ?? 'start',
    };
    if (mark.bold === true) attributes['font-weight'] = '600';
    if (mark.rotate !== undefined) attributes['transform'] = `rotate(${mark.rotate} ${round(mark.x)} ${round(mark.y)})`;
    if (mark.halo === true) {
      attributes['stroke'] = ink.color('background');
      attributes['stroke-width'] = '3';
      attributes['stroke-linejoin'] = 'round';
      attributes['paint-order'] = 'stroke';
    }
    return { name: 'text', attributes, text: mark.text };
  }
  const attributes: Record<string, string> = { fill: mark.fill === undefined ? 'none' : ink.color(mark.fill) };
  if (mark.tone !== undefined && mark.tone !== 'full') attributes['fill-opacity'] = ink.alpha(mark.tone);
  if (mark.stroke !== undefined) {
    attributes['stroke'] = ink.color(mark.stroke);
    if (mark.strokeWidth !== undefined) attributes['stroke-width'] = String(mark.strokeWidth);
    if (mark.dash !== undefined && 0 < mark.dash.length) attributes['stroke-dasharray'] = mark.dash.join(' ');
  }
  switch (mark.kind) {
    case 'rect':
      attributes['x'] = String(round(mark.x));
      attributes['y'] = String(round(mark.y));
      attributes['width'] = String(Math.max(0, round(mark.width)));
      attributes['height'] = String(Math.max(0, round(mark.height)));
      return { name: 'rect', attributes };
    case 'line':
      attributes['x1'] = String(round(mark.x1));
      attributes['y1'] = String(round(mark.y1));
      attributes['x2'] = String(round(mark.x2));
      attributes['y2'] = String(round(mark.y2));
      return { name: 'line', attributes };
    case 'path':
      attributes['d'] = mark.data;
      return { name: 'path', attributes };
    case 'symbol':
      if (mark.shape === 'circle') {
        attributes['cx'] = String(round(mark.x));
        attributes['cy'] = String(round(mark.y));
        attributes['r'] = String(round(mark.radius));
        return { name: 'circle', attributes };
      }
      attributes['d'] = symbolPath(mark.shape, mark.x, mark.y, mark.radius);
      return { name: 'path', attributes };
  }
}

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** Replaces what `parent` holds by the marks. */
export function drawSvg(parent: SVGElement, marks: readonly Mark[], ink: Ink): void {
  const fragment = document.createDocumentFragment();
  for (const mark of marks) {
    const { name, attributes, text } = svgElement(mark, ink);
    const element = document.createElementNS(NAMESPACE, name);
    for (const key of Object.keys(attributes)) element.setAttribute(key, attributes[key]!);
    if (text !== undefined) element.textContent = text;
    fragment.append(element);
  }
  parent.replaceChildren(fragment);
}

export function createSvg(): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  return svg;
}

export function sizeSvg(svg: SVGSVGElement, width: number, height: number): void {
  svg.setAttribute('width', String(width));
  svg.setAttribute('height', String(height));
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
}

export function escapeXml(text: string): string {
  return (
    text
      // Characters that XML 1.0 does not have, even escaped.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}

/** A whole SVG file. */
export function sceneToSvg(scene: Scene, ink: Ink): string {
  const { width, height } = scene;
  const lines = [
    `<svg xmlns="${NAMESPACE}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeXml(ink.font)}">`,
    `<title>${escapeXml(scene.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${escapeXml(ink.color('background'))}"/>`,
  ];
  for (const mark of scene.marks) {
    const { name, attributes, text } = svgElement(mark, ink);
    const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
    lines.push(`<${name}${list.join('')}` + (text === undefined ? '/>' : `>${escapeXml(text)}</${name}>`));
  }
  return lines.join('\n') + '\n</svg>\n';
}
