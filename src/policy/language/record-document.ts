import type { Cursor } from '../yaml/tree.ts';
import { type Fields, mapping, type Read } from './fields.ts';
import { boolean, located, report, shape, someOf, written } from './reader.ts';
import { recordedPlace } from './recorded-place.ts';
import { type Reader, shaped } from './shape.ts';

/** Reader of a share: a number from 0 to 1. */
const share: Reader<number> = shaped(
  (at) => {
    const { tree } = at;
    const value = tree.kind === 'scalar' ? tree.value : undefined;
    if (typeof value !== 'number') {
      const [, percent] = /^["']?([0-9.]+) ?%["']?$/.exec(written(at)) ?? [];
      const text = String(Number(percent) / 100);
      const help =
        percent === undefined ? undefined : { help: `write \`${text}\``, edit: { ...tree.range, text } };
      return report(at, 'wrong_type', `expected a number from 0 to 1, found ${shape(at)}`, help);
    }
    if (value >= 0 && value <= 1) return value;
    return report(
      at,
      'out_of_range',
      `\`${written(at)}\` is not between 0 and 1`,
      'write a share, such as `0.01` for one of a hundred',
    );
  },
  { kind: 'value', schema: { type: 'number', minimum: 0, maximum: 1 } },
);

const INPUTS_FIELDS = {
  body: { read: boolean, doc: '`true` records the body too, up to the bound of inputs; default `false`' },
} as const satisfies Fields;

const inputFields = mapping(INPUTS_FIELDS);

const inputs: Reader<boolean | Read<typeof INPUTS_FIELDS>> = shaped(
  (at: Cursor) => (at.tree.kind === 'mapping' ? inputFields(at) : boolean(at)),
  { kind: 'either', of: [boolean, inputFields] },
);

export const RECORD_FIELDS = {
  allow: {
    read: share,
    doc: 'share of the allowed requests that are recorded, 0 to 1; default: `serve --audit-allow`',
  },
  deny: {
    read: share,
    doc: 'share of the denied requests that are recorded, 0 to 1; default: `serve --audit-deny`',
  },
  include: {
    read: someOf(located(recordedPlace)),
    doc: "places of the request that records have, such as `request.headers['x-tenant']` or `jwt.claims.tenant`",
  },
  inputs: {
    read: inputs,
    doc: '`true` records the attributes that the policies of the request can read, so that the decision can be repeated; default `false`',
  },
} as const satisfies Fields;

export type RecordDocument = Read<typeof RECORD_FIELDS>;
