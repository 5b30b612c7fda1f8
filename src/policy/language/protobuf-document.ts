import { type Fields, mapping, oneOf, type Read } from './fields.ts';
import { fileOrMapping } from './file-form.ts';
import { integer, located, nonEmptyText } from './reader.ts';
import type { Reader } from './shape.ts';
import { longProtobuf } from './short-form.ts';
import { MOST_BYTES } from './values.ts';

const CHOICE = oneOf(['deny', 'allow']);

/** The mapping form of `protobuf` in an entry of `schemas`. */
const PROTOBUF_FIELDS = {
  descriptorSet: {
    read: located(nonEmptyText),
    doc: 'a file relative to this file with a `FileDescriptorSet`, as `buf build -o FILE` writes it',
    required: true,
  },
  unknownFields: {
    read: CHOICE,
    doc: '`allow` accepts fields that the descriptor set does not have, at any depth; default `deny`',
  },
  unknown: {
    read: CHOICE,
    doc: '`allow` leaves requests alone whose path is not a method of the descriptor set; default `deny`',
  },
  maxBytes: { read: integer(1, MOST_BYTES), doc: 'largest size of the body; a larger body is denied' },
} as const satisfies Fields;

export type ProtobufDocument = Read<typeof PROTOBUF_FIELDS>;

/** Reader of `protobuf`. */
export const protobuf: Reader<ProtobufDocument> = fileOrMapping(
  mapping(PROTOBUF_FIELDS),
  longProtobuf,
  'write the path of a descriptor set, or a mapping with `descriptorSet`',
);
