import { type Fields, mapping } from './fields.ts';
import { type Reader, shaped } from './shape.ts';
import { type Expression, expression, interpolated } from './values.ts';

const CEL_FIELDS = {
  cel: { read: expression, doc: 'the value (CEL)', required: true },
} as const satisfies Fields;

const celValue = mapping(CEL_FIELDS);

/** Reader of a plain value or of `{cel: ...}`. */
export function orCel<T>(plain: Reader<T>): Reader<T | Expression> {
  const read: Reader<T | Expression> = (at) => (at.tree.kind === 'mapping' ? celValue(at)?.cel : plain(at));
  return shaped(read, { kind: 'either', of: [plain, celValue] });
}

/** Reader of a text, in which `${...}` is an expression, or of `{cel: ...}`. */
export function textOrCel(plain: Reader<string>): Reader<string | Expression> {
  return orCel(interpolated(plain));
}
