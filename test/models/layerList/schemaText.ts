import { layerListSchema } from '../../../src/models/layerList/schema';

/** schemas/layers.schema.json, as the manifest contributes it. */
export function schemaText(): string {
  return `${JSON.stringify(layerListSchema(), null, 2)}\n`;
}
