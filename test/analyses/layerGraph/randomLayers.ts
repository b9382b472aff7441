import fc from 'fast-check';
import type { GraphLayer } from '../../../src/analyses/layerGraph/graphLayer';

/** A layer by its name and those it reads. */
export function layer(name: string, ...inputs: readonly string[]): GraphLayer {
  return { name, op: 'Gemm', outputShape: [null, 8], parameters: 10, inputs };
}

/** Networks whose names nest in any way, as shared modules and careless authors make them; each layer reads some of those before it. */
export const randomLayers: fc.Arbitrary<readonly GraphLayer[]> = fc
  .array(
    fc.record({
      scope: fc.array(fc.constantFrom('a', 'b', '0', '1'), { maxLength: 3 }),
      reads: fc.array(fc.nat({ max: 400 }), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map(drawn =>
    drawn.map(({ reads }, at) => {
      const name = (index: number): string => [...drawn[index]!.scope, `n${index}`].join('.');
      // Mostly near neighbours, as in networks.
      const inputs =
        at === 0 ? [] : reads.map(read => name(Math.max(0, at - 1 - (read % Math.min(at, read % 2 === 0 ? 4 : 60)))));
      return layer(name(at), ...new Set(inputs));
    }),
  );
