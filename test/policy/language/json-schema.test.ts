import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parseAllDocuments } from 'yaml';
import { Diagnostics } from '../../../src/diagnostic/collect.ts';
import { readDocument } from '../../../src/policy/language/document.ts';
import { documentSchema } from '../../../src/policy/language/json-schema.ts';
import { readPolicySpec } from '../../../src/policy/language/policy-document.ts';
import { child } from '../../../src/policy/language/reader.ts';
import { readYaml } from '../../../src/policy/yaml/yaml-file.ts';
import { lictor } from '../../support/command.ts';
import { expectGolden } from '../../support/generated.ts';
import { pick, seeded } from '../../support/seeded.ts';

const SHIPPED = 'schema/lictor.schema.json';
const text = `${JSON.stringify(documentSchema(), null, 2)}\n`;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false });
formats.default(ajv);
const validate = ajv.compile(documentSchema());

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function dataIn(source: string): Json[] {
  const parsed = parseAllDocuments(source, { merge: true });
  if (!Array.isArray(parsed)) return [];
  return parsed.map((each) => each.toJS({ maxAliasCount: -1 }) as Json);
}

/** The documents of policies in YAML, without those of other products. */
function documentsIn(source: string): Json[] {
  return dataIn(source).filter(
    (each) =>
      typeof each === 'object' &&
      each !== null &&
      !Array.isArray(each) &&
      typeof each['apiVersion'] === 'string' &&
      each['apiVersion'].startsWith('lictor/'),
  );
}

/** Policy documents built from the files of the decision cases, which contain only their parts. */
function caseDocuments(path: string): Json[] {
  const [file] = dataIn(readFileSync(path, 'utf8'));
  const found: Json[] = [];
  const visit = (value: Json): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        const kind = { policies: 'Policy', issuers: 'Issuer' }[key];
        if (kind !== undefined && typeof item === 'object' && item !== null && !Array.isArray(item)) {
          for (const [name, spec] of Object.entries(item)) {
            found.push({ apiVersion: 'lictor/v1', kind, metadata: { name }, spec });
          }
        } else visit(item);
      }
    }
  };
  visit(file ?? null);
  return found;
}

const OWN = globSync('{policies,docs,templates,test/e2e/policies}/**/*.yaml').flatMap((path) =>
  documentsIn(readFileSync(path, 'utf8')),
);
const PAGES = ['docs/language.md', 'policies/README.md'].flatMap((path) =>
  [...readFileSync(path, 'utf8').matchAll(/^( *)```yaml\n(.*?)^\1```$/gms)].flatMap(
    ([, pad = '', block = '']) => documentsIn(block.replaceAll(new RegExp(`^${pad}`, 'gm'), '')),
  ),
);
const CASES = globSync('test/cases/*.yaml').flatMap(caseDocuments);
const ALL = [...OWN, ...PAGES, ...CASES];

/**
 * All documents except templates, which are read only together with an adopting policy, and except cases for the rows of
 * a Dataset, which are read for each row.
 */
const READ = ALL.filter((each) => !JSON.stringify(each).includes('"kind":"PolicyTemplate"')).map(
  (each) => JSON.parse(JSON.stringify(each, withoutRows)) as Json,
);

function withoutRows(key: string, value: Json): Json {
  if (key !== 'cases' || !Array.isArray(value)) return value;
  return value.filter((each) => !JSON.stringify(each).includes('"each":{"data"'));
}

/** The codes that the reader reports for a document, of those that a schema can express. */
function mistakesOf(document: Json): string[] {
  const diagnostics = new Diagnostics();
  const { path, lines, documents } = readYaml('x.yaml', new TextEncoder().encode(JSON.stringify(document)));
  for (const { tree } of documents) {
    if (tree === undefined) continue;
    const at = { context: { path, lines, diagnostics }, tree, path: '', key: undefined };
    readDocument(at);
    const kind = child(at, 'kind')?.tree;
    const spec = child(at, 'spec');
    if (kind?.kind === 'scalar' && kind.value === 'Policy' && spec !== undefined) readPolicySpec(spec);
  }
  return diagnostics.sorted().map(({ code, message }) => `${code}: ${message}`);
}

const KNOWN =
  /^(unknown_field|unknown_value|wrong_type|empty_list|out_of_range|unknown_kind|unknown_version)/;

test('the golden schema in the package is that of the fields', async () => {
  expectGolden(text, readFileSync(SHIPPED, 'utf8'), (schema) => writeFileSync(SHIPPED, schema));
  expect(await lictor(['schema'], { directory: '.' })).toEqual({ code: 0, stdout: text, stderr: '' });
});

test('every document in the repository is valid', () => {
  expect(ALL.length).toBeGreaterThan(60);
  const wrong = ALL.filter((each) => mistakesOf(each).length === 0 && !validate(each));
  expect(wrong.map((each) => [each, validate(each), validate.errors])).toEqual([]);
  expect(OWN.concat(PAGES).filter((each) => !validate(each))).toEqual([]);
});

interface Place {
  readonly parent: { [key: string]: Json } | Json[];
  readonly key: string;
}

/** Every value below `spec` and `metadata`, with its container and key. */
function placesIn(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push({ parent: value, key });
    placesIn((value as { [key: string]: Json })[key] ?? null, found);
  }
  return found;
}

/** Changes one value, or the name of one field. */
function mutated(document: Json, random: () => number): Json {
  const copy = structuredClone(document);
  const [first, ...others] = placesIn(copy);
  if (first === undefined) return copy;
  const { parent, key } = pick(random, [first, ...others]);
  const holder = parent as { [key: string]: Json };
  if (random() < 0.4 && !Array.isArray(parent)) {
    const name = pick(random, [`${key}s`, 'unknown-field', key.toUpperCase(), `${key.slice(1)}x`]);
    holder[name] = holder[key] ?? null;
    if (random() < 0.5 && name !== key) delete holder[key];
  } else {
    holder[key] = pick<Json>(random, [
      '',
      'some text',
      3,
      -1,
      1.5,
      true,
      false,
      null,
      [],
      ['GET'],
      {},
      { a: 1 },
    ]);
  }
  return copy;
}

test('the schema accepts what the reader accepts, and rejects what it rejects because of one field', () => {
  const random = seeded(7);
  const tally = { accepted: 0, rejected: 0 };
  for (let round = 0; round < 6000; round++) {
    const [first = null, ...others] = READ;
    const document = mutated(pick(random, [first, ...others]), random);
    const mistakes = mistakesOf(document);
    const isValid = validate(document);
    if (mistakes.length === 0) {
      tally.accepted++;
      if (!isValid) expect({ document, errors: validate.errors }).toBe('valid');
    } else if (mistakes.some((each) => KNOWN.test(each))) {
      tally.rejected++;
      if (isValid) expect({ document, mistakes }).toBe('invalid');
    }
  }
  expect(tally.accepted).toBeGreaterThan(300);
  expect(tally.rejected).toBeGreaterThan(2000);
});

const POLICY = {
  apiVersion: 'lictor/v1',
  kind: 'Policy',
  metadata: { name: 'a' },
  spec: { rules: [{ name: 'a', effect: 'allow' }] },
};
const TEMPLATE = {
  ...POLICY,
  kind: 'PolicyTemplate',
  spec: {
    parameters: { host: { type: 'string' }, who: { type: 'list(string)', default: [] } },
    match: [{ hosts: [{ param: 'host' }] }],
    authenticate: { mtls: { principals: { param: 'who' } } },
    rules: [{ name: 'a', effect: 'allow', when: 'true' }],
  },
};

test.each([
  ['a policy', POLICY, true],
  ['a template with parameters', TEMPLATE, true],
  ['a parameter outside of a template', { ...TEMPLATE, kind: 'Policy' }, false],
  ['an unknown kind', { ...POLICY, kind: 'Polcy' }, false],
  ['another version', { ...POLICY, apiVersion: 'lictor/v2' }, false],
  ['no metadata', { ...POLICY, metadata: undefined }, false],
  ['a rule without an effect', { ...POLICY, spec: { rules: [{ name: 'a' }] } }, false],
  ['an unknown effect', { ...POLICY, spec: { rules: [{ name: 'a', effect: 'alow' }] } }, false],
  ['a name that is not a DNS label', { ...POLICY, metadata: { name: 'A b' } }, false],
  ['an issuer’s field in a policy', { ...POLICY, spec: { ...POLICY.spec, audiences: ['a'] } }, false],
])('%s', (_, document, isValid) => {
  expect(validate(JSON.parse(JSON.stringify(document)))).toBe(isValid);
});

test('every field has a description', () => {
  const { $defs } = documentSchema();
  const tables = Object.entries(
    $defs as Record<string, { properties: Record<string, { description?: string }> }>,
  );
  const undescribed = tables.flatMap(([name, { properties }]) =>
    Object.entries(properties).flatMap(([field, { description }]) =>
      description === undefined || description === '' ? [`${name}.${field}`] : [],
    ),
  );
  expect(undescribed).toEqual([]);
  expect(tables.length).toBeGreaterThan(30);
});

/** Paths at which a schema accepts any value. */
function openPlaces(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const keywords = Object.keys(schema).filter((key) => key !== 'description');
  if (!Array.isArray(schema) && keywords.length === 0) return [path];
  return Object.entries(schema).flatMap(([key, value]) => openPlaces(value, `${path}/${key}`));
}

test('only the listed fields accept any value', () => {
  // A further field here has a reader without a shape: record it with `shaped`, or with `like` in the row of the field.
  const { $defs } = documentSchema();
  expect(openPlaces($defs, '').filter((path) => !path.startsWith('/PolicyTemplate'))).toEqual([
    '/Dataset/properties/values',
    '/Environment/properties/values/additionalProperties',
    '/Issuer.keys/properties/jwks',
    '/Policy.schemas.body/properties/jsonSchema',
    '/Policy.uses/properties/with/additionalProperties',
    '/PolicyTest.requests.body/properties/json',
    '/PolicyTest.requests.body/properties/protobuf',
  ]);
});
