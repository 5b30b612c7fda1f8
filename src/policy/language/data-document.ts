import type { Cursor } from '../yaml/tree.ts';
import { exactlyOne, type Fields, mapping, type Read } from './fields.ts';
import { list, located, mapOf, nonEmptyText } from './reader.ts';
import type { Reader } from './shape.ts';
import { identifier } from './values.ts';

export const DATASET_FIELDS = {
  values: { read: (at: Cursor) => at, doc: 'a list, or a mapping from text to values' },
  file: {
    read: located(nonEmptyText),
    doc: 'a `.csv`, `.json` or `.yaml` file, relative to this file',
  },
  key: {
    read: located(nonEmptyText),
    doc: 'the column or field that identifies a row; default: a list of rows',
  },
} as const satisfies Fields;

export const ENVIRONMENT_FIELDS = {
  values: {
    read: mapOf((at: Cursor) => at, identifier),
    doc: 'values by name, with the same names and types in every Environment',
  },
  shadow: {
    read: list(located(nonEmptyText)),
    doc: 'names of policies that are shadow policies in this Environment',
  },
} as const satisfies Fields;

export type DatasetSpec = Read<typeof DATASET_FIELDS>;
export type EnvironmentSpec = Read<typeof ENVIRONMENT_FIELDS>;

const readDataset = mapping(DATASET_FIELDS, undefined, ({ tree }) =>
  tree.kind === 'list' ? 'values' : 'file',
);

export const readDatasetSpec: Reader<DatasetSpec> = (at) => {
  if (at.tree.kind === 'mapping') exactlyOne(at, ['values', 'file'], DATASET_FIELDS);
  return readDataset(at);
};

export const readEnvironmentSpec: Reader<EnvironmentSpec> = mapping(ENVIRONMENT_FIELDS);
