import { isDeclarable } from '../../cel/check/environment.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import { UniqueNames } from '../../engine/schema/unique-names.ts';
import { nameInExpressions } from '../../policy/compile/compile-data.ts';
import { quote } from './cel-text.ts';
import type { Imported, ImportedDocument } from './imported.ts';
import { entriesOf, isObject, labelOf, listOf } from './json-reads.ts';

/**
 * Datasets from a data document of OPA, one for each of its names, with a policy and a test that hold their content;
 * `name` is that of a document that is a list.
 */
export function importData(documents: readonly JsonValue[], name: string): Imported {
  const [data, ...more] = documents;
  if (more.length > 0) return { problem: 'has more than one document' };
  const datasets = datasetsOf(data, name);
  if (datasets.length === 0) return { problem: 'is neither an object with members nor a list' };
  return { documents: [...datasets.map(({ document }) => document), ...holdingContent(datasets)] };
}

interface ImportedDataset {
  readonly document: ImportedDocument;
  readonly value: JsonValue;
}

function datasetsOf(data: JsonValue | undefined, name: string): readonly ImportedDataset[] {
  const names = new UniqueNames();
  if (isList(data)) return [dataset(name, data, names)];
  const entries = entriesOf(data);
  const plain = entries.filter(([, value]) => !isTable(value));
  const datasets = entries
    .filter(([, value]) => isTable(value))
    .map(([key, value]) => dataset(key, value, names));
  if (plain.length === 0) return datasets;
  const rest = dataset(`${name} values`, Object.fromEntries(plain), names);
  const read = readOf(rest.document.name);
  const moved = plain.map(([key]) => `\`data.${key}\` is \`${memberOf(read, key)}\``).join(', ');
  const remark = `A Dataset is a list or a mapping, so that names with other values are members of this one: Rego's ${moved}.`;
  return [...datasets, { ...rest, document: { ...rest.document, remarks: [remark] } }];
}

/** A shadow policy that denies if the content is another, and its test. They never decide about a request. */
function holdingContent(datasets: readonly ImportedDataset[]): readonly ImportedDocument[] {
  const name = 'imported-data';
  const host = 'imported-data.invalid';
  const rules = datasets.map(({ document, value }) => ({
    deny: `${document.name}-differs`,
    when: `!(${contentOf(readOf(document.name), value)})`,
  }));
  return [
    {
      kind: 'Policy',
      name,
      description: 'Size and first entry of each imported Dataset',
      remarks: ['Remove this policy and its test when policies of yours read the data.'],
      spec: { match: [{ hosts: [host] }], mode: 'shadow', rules },
    },
    {
      kind: 'PolicyTest',
      name,
      remarks: [],
      spec: {
        callers: { nobody: {} },
        cases: [
          {
            name: 'the Datasets hold what the data document holds',
            caller: 'nobody',
            request: { host },
            expect: { decision: 'deny', reason: 'no_policy', shadow: { [name]: 'allow' } },
          },
        ],
      },
    },
  ];
}

function contentOf(read: string, value: JsonValue): string {
  if (isList(value)) {
    const [first] = value;
    const size = `size(${read}) == ${value.length}`;
    return typeof first === 'string' ? `${size} && ${read}[0] == ${quote(first)}` : size;
  }
  const keys = entriesOf(value).map(([key]) => key);
  return `size(${read}) == ${keys.length} && ${quote(keys[0] ?? '')} in ${read}`;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isTable(value: JsonValue): boolean {
  return isList(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0;
}

function dataset(key: string, value: JsonValue, names: UniqueNames): ImportedDataset {
  const label = labelOf(key, 'data');
  const name = names.take(isDeclarable(nameInExpressions(label)) ? label : `data-${label}`);
  const read = readOf(name);
  const isSame = read === `data.${key}`;
  const remarks = isSame
    ? []
    : [`Rego reads \`data[${JSON.stringify(key)}]\`, expressions read \`${read}\`.`];
  return {
    value,
    document: {
      kind: 'Dataset',
      name,
      remarks: [...remarks, ...listRemarks(value, read)],
      spec: { values: value },
    },
  };
}

/** A list of objects is mostly meant to be searched, for which a Dataset has keys. */
function listRemarks(value: JsonValue, read: string): readonly string[] {
  const [first] = listOf(value);
  return isObject(first)
    ? [`To find rows by a field, put them into a file: \`{file: …, key: FIELD}\`, read as \`${read}['…']\`.`]
    : [];
}

function readOf(name: string): string {
  return `data.${nameInExpressions(name)}`;
}

function memberOf(read: string, key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `${read}.${key}` : `${read}[${quote(key)}]`;
}
