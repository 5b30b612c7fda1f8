import type { JsonValue } from '../request/attributes.ts';
import type { Documents, Part } from './documents.ts';

/** Versions of OpenAPI whose documents are read. */
export type OpenApiVersion = '3.0' | '3.1';

/** The version of a document; undefined after a reported mistake. */
export function readVersion(documents: Documents, root: Part): OpenApiVersion | undefined {
  const written = documents.member(root, 'openapi');
  const swagger = documents.member(root, 'swagger');
  if (written === undefined && swagger !== undefined) {
    const help = 'convert it to OpenAPI 3.0';
    return documents.problems.add(swagger, 'the document is of Swagger 2.0, which is not supported', help);
  }
  if (written === undefined)
    return documents.problems.add(root, 'the document has no `openapi`', 'write `openapi: 3.1.1` first');
  const [, version] = /^(3\.[01])(?:\.\d+)?(?:-.*)?$/.exec(textOf(written.value)) ?? [];
  if (version === '3.0' || version === '3.1') return version;
  const help = 'documents of OpenAPI 3.0 and 3.1 are supported';
  return documents.problems.add(written, `the version \`${textOf(written.value)}\` is not supported`, help);
}

/** YAML reads `3.0` as a number. */
function textOf(value: JsonValue): string {
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
  return typeof value === 'string' ? value : '';
}
