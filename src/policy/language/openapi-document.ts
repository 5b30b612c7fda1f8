import { readTemplate } from '../../engine/openapi/template.ts';
import type { Cursor } from '../yaml/tree.ts';
import { type Fields, mapping, oneOf, type Read } from './fields.ts';
import { integer, located, nonEmptyText, report, shape, text } from './reader.ts';
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

const fields = mapping(OPENAPI_FIELDS);
/** The text form, which is read as the mapping that it stands for. */
const path = shaped<never>(() => undefined, shapeOf(nonEmptyText));

const readOpenApi: Reader<OpenApiDocument> = (at: Cursor) => {
  if (at.tree.kind === 'mapping') return fields(at);
  const help = 'write the path of the document';
  return report(at, 'wrong_type', `expected text or a mapping, found ${shape(at)}`, help);
};

/** Reader of `openapi`. A text is a mapping by now. */
export const openapi = shaped(readOpenApi, {
  kind: 'either',
  of: [path, fields],
  longForm: longOpenApi,
});
