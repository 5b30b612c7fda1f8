import type { DialectName } from '../../../../src/engine/schema/dialects.ts';

/** Cases of the suite that fail, with the reason. A case of these that passes fails the test. */
export interface MustFail {
  readonly dialects: readonly DialectName[];
  /** Path of the file. */
  readonly file: string;
  /** Descriptions of groups and cases; `*` for all. */
  readonly group: string;
  readonly cases: readonly string[];
  readonly reason: string;
}

const FORMATS = 'formats are assertions in every dialect, since a schema at the proxy is there to check';
const VOCABULARIES =
  'a dialect of its own (`$schema` with another schema of schemas) is refused, as its keywords could mean anything';
const CONTENT =
  'texts are not decoded: draft-07 permits it, and later dialects say that these keywords are annotations';

export const MUST_FAIL: readonly MustFail[] = [
  ...[
    'email',
    'ipv4',
    'ipv6',
    'hostname',
    'date',
    'date-time',
    'time',
    'json-pointer',
    'relative-json-pointer',
    'uri',
    'uri-reference',
    'uuid',
    'duration',
    'idn-email',
    'idn-hostname',
    'iri',
    'iri-reference',
    'regex',
    'uri-template',
  ].map(
    (format): MustFail => ({
      dialects: ['2020-12'],
      file: 'format.json',
      group: `${format} format`,
      cases: [`invalid ${format} string is only an annotation by default`],
      reason: FORMATS,
    }),
  ),
  {
    dialects: ['2019-09', '2020-12'],
    file: 'vocabulary.json',
    group: 'schema that uses custom metaschema with with no validation vocabulary',
    cases: [
      'applicator vocabulary still works',
      'no validation: valid number',
      'no validation: invalid number, but it still validates',
    ],
    reason: VOCABULARIES,
  },
  {
    dialects: ['2019-09', '2020-12'],
    file: 'vocabulary.json',
    group: 'ignore unrecognized optional vocabulary',
    cases: ['string value', 'number value'],
    reason: VOCABULARIES,
  },
  ...(['false', 'true'] as const).map(
    (value): MustFail => ({
      dialects: ['2020-12'],
      file: 'optional/format-assertion.json',
      group: `schema that uses custom metaschema with format-assertion: ${value}`,
      cases: [`format-assertion: ${value}: valid string`, `format-assertion: ${value}: invalid string`],
      reason: VOCABULARIES,
    }),
  ),
  {
    dialects: ['draft-07'],
    file: 'optional/content.json',
    group: 'validation of string-encoded content based on media type',
    cases: ['an invalid JSON document'],
    reason: CONTENT,
  },
  {
    dialects: ['draft-07'],
    file: 'optional/content.json',
    group: 'validation of binary string-encoding',
    cases: ['an invalid base64 string (% is not a valid character)'],
    reason: CONTENT,
  },
  {
    dialects: ['draft-07'],
    file: 'optional/content.json',
    group: 'validation of binary-encoded media type documents',
    cases: ['a validly-encoded invalid JSON document', 'an invalid base64 string that is valid JSON'],
    reason: CONTENT,
  },
  {
    dialects: ['draft-04'],
    file: 'optional/zeroTerminatedFloats.json',
    group: 'some languages do not distinguish between different types of numeric value',
    cases: ['a float is not an integer even without fractional part'],
    reason: '1.0 and 1 are one number of JSON, as later dialects say',
  },
];
