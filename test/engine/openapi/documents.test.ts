import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OpenAPIBackend } from 'openapi-backend';
import type { JsonObject } from '../../../src/engine/request/attributes.ts';
import { compileDocument, verdict } from '../../support/openapi.ts';
import { requestsFor, type SampleRequest, Samples } from '../../support/openapi-samples.ts';

const EXAMPLES = dirname(createRequire(import.meta.url).resolve('@readme/oas-examples/package.json'));

/** Public documents, with the number of their operations, and of the requests that are accepted and refused. */
const DOCUMENTS = [
  ['3.0/json/petstore.json', 20, [20, 45]],
  ['3.1/json/petstore.json', 20, [20, 45]],
  ['3.0/json/petstore-expanded.json', 4, [4, 6]],
  ['3.0/json/star-trek.json', 120, [120, 200]],
  ['3.0/json/readme-legacy.json', 36, [32, 70]],
  ['3.1/json/readme.json', 54, [52, 130]],
  ['3.1/json/train-travel.json', 7, [7, 11]],
  ['3.0/json/uspto.json', 3, [3, 0]],
] as const;

describe.each(DOCUMENTS)('%s', (file, operations, counts) => {
  const document = JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')) as JsonObject;
  const compiled = compileDocument(document, { basePath: '/' });
  const samples = new Samples(document);
  const requests = compiled.operations.flatMap(({ operation }) =>
    requestsFor(samples, document, operation.path, operation.method).map((request) => ({
      operation,
      request,
    })),
  );

  test('is read without mistakes', () => {
    expect(compiled.problems).toEqual([]);
    expect(compiled.operations).toHaveLength(operations);
  });

  const ours = ({ method, path, query, headers, body }: SampleRequest): string => {
    if (compiled.schema === undefined) return 'no schema';
    const search = new URLSearchParams(query).toString();
    const url = search === '' ? path : `${path}?${search}`;
    return verdict(compiled.schema, {
      method,
      path: url,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };

  test('requests are accepted and refused as by another judge', async () => {
    const backend = new OpenAPIBackend({
      definition: forTheirs(document) as never,
      quick: true,
      strict: false,
      ajvOpts: { strict: false, logger: false },
    });
    await backend.init();
    const different: string[] = [];
    let accepted = 0;
    for (const { operation, request } of requests) {
      const own = ours(request);
      const id = `${operation.method} ${operation.path}`;
      const theirs = backend.validateRequest(
        {
          ...request,
          query: { ...request.query },
          headers: { ...request.headers },
          body: structuredClone(request.body),
        },
        id,
      );
      const isValid = theirs.valid ?? false;
      if (own === 'fits') accepted++;
      if (isValid !== (own === 'fits'))
        different.push(
          `${operation.method} ${operation.path}: ${request.what}: ${own}; ${isValid ? 'valid' : JSON.stringify(theirs.errors?.[0])}`,
        );
    }
    expect(different).toEqual([]);
    expect([accepted, requests.length - accepted]).toEqual(counts);
  });
});

/** A copy with a name for each operation, and without the `nullable` that OpenAPI 3.1 no longer has. */
function forTheirs(document: JsonObject): unknown {
  const isNew = JSON.stringify(document['openapi']).startsWith('"3.1');
  const copy: unknown = JSON.parse(
    JSON.stringify(document, (name, value: unknown) => (name === 'nullable' && isNew ? undefined : value)),
  );
  const { paths } = copy as { paths: Record<string, Record<string, { operationId?: string }>> };
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (typeof operation === 'object' && !Array.isArray(operation))
        operation.operationId = `${method.toUpperCase()} ${path}`;
    }
  }
  return copy;
}
