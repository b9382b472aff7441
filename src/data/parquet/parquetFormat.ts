import type { DataFormat } from '../format';
import { tableFormat } from '../records/tableFormat';
import { looksLikeParquet, openParquet } from './parquetTable';

/** Parquet: a table by columns, in row groups. */
export const parquetFormat: DataFormat = {
  ...tableFormat('parquet', openParquet, source => openParquet(source)),
  matches: looksLikeParquet,
};
