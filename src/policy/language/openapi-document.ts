import { readTemplate } from '../../engine/openapi/template.ts';
import { type Fields, mapping, oneOf, type Read } from './fields.ts';
import { fileOrMapping } from './file-form.ts';
import { integer, located, nonEmptyText, report, text } from './reader.ts';
import { type Reader, shaped, shapeOf } from './shape.ts';
import { longOpenApi } from './short-form.ts';
import { MOST_BYTES } from './values.ts';

/** A path such as `/v1`, in place of the paths of the servers. */
const basePath: Reader<string> = (at) => {
  const path = text(at);
  if (path === undefined) return undefined;
  const { problem } = readTemplate(path);
  const help = 'write the path at which the operations begin, such as `/v1`; `/` for none';
  if (problem !== undefined) return report(at, 'invalid_path', problem, help);
  return /[{}]/.test(path) ? report(at, 'invalid_path', 'the path has a parameter', help) : path;
};
shaped(basePath, shapeOf(text));

const OPENAPI_FIELDS = {
  document: {
    read: located(nonEmptyText),
    doc: 'a document of OpenAPI 3.0 or 3.1, relative to this file',
    required: true,
  },
  unknown: {
    read: oneOf(['deny', 'allow']),
    doc: 'requests for operations that the document does not have: `deny`, the default, or `allow`',
  },
  unknownQuery: {
    read: oneOf(['deny', 'allow']),
    doc: 'query parameters that the operation does not have: `allow`, the default, or `deny`',
  },
  readOnly: {
    read: oneOf(['deny', 'allow']),
    doc: 'properties that are `readOnly`: `deny`, the default, refuses a body with one, `allow` accepts it',
  },
  basePath: {
    read: basePath,
    doc: 'the path at which the operations begin, in place of the paths of `servers`',
  },
  maxBytes: { read: integer(1, MOST_BYTES), doc: 'largest size of the body; a larger body is denied' },
} as const satisfies Fields;

export type OpenApiDocument = Read<typeof OPENAPI_FIELDS>;

/** Reader of `openapi`. */
export const openapi: Reader<OpenApiDocument> = fileOrMapping(
  mapping(OPENAPI_FIELDS),
  longOpenApi,
  'write the path of the document',
);
