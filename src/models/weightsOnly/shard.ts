import type { Warning } from '../../base/fault';

/** One of the files that a large network's weights were split into. */
export interface Shard {
  readonly number: number;
  readonly of: number;
  /** The file by which all of them are opened, where there is such a format. */
  readonly index: string | undefined;
}

const NAME = /^(.+)-(\d{5})-of-(\d{5})\.([a-z]+)$/i;

/**
 * What a file's name says of its being a part, as Hugging Face and llama.cpp name parts: model-00001-of-00003.safetensors. Nothing in a file of safetensors says that it is one.
 */
export function shardOf(file: string): Shard | undefined {
  const [, stem, number, of, extension] = NAME.exec(file.split(/[\\/]/).at(-1)!) ?? [];
  if (of === undefined || Number(of) < 2 || Number(number) > Number(of)) return undefined;
  return {
    number: Number(number),
    of: Number(of),
    index: extension!.toLowerCase() === 'safetensors' ? `${stem}.${extension}.index.json` : undefined,
  };
}

/** Says beside the numbers of a part that they are a part's. */
export function shardWarnings(file: string): readonly Warning[] {
  const shard = shardOf(file);
  if (shard === undefined) return [];
  const whole = shard.index === undefined ? '' : ` Open ${shard.index} beside it for the whole network.`;
  return [
    {
      code: 'part-of-a-model',
      message: `The file is part ${shard.number} of ${shard.of}: layers and parameters are those of this part alone.${whole}`,
    },
  ];
}
