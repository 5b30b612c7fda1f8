import { readFileSync } from 'node:fs';
import type { PolicySet } from '../../../src/engine/set/policy-set.ts';
import { type Case, type CaseFile, caseFiles } from './case-file.ts';
import { runDirectly, setOf } from './run-case.ts';

const SCHEMA = JSON.parse(readFileSync('schema/lictor.schema.json', 'utf8')) as {
  readonly $defs: Readonly<Record<string, { readonly properties?: object }>>;
};

const KEY_FETCHES = 'of fetches of keys; see test/engine/identity/key-ring.test.ts';

const RECORDS = 'of records; see test/engine/decision/recordable.test.ts';

/** Fields that no case of one decision can show. */
const SHOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  description: 'for reports',
  owner: 'for reports',
  reason: 'for reports',
  controls: 'of `metadata`, which these files do not have; see rules.yaml',
  record: RECORDS,
  include: RECORDS,
  inputs: RECORDS,
  discovery: KEY_FETCHES,
  refresh: KEY_FETCHES,
  interval: KEY_FETCHES,
  cooldown: KEY_FETCHES,
  timeout: KEY_FETCHES,
  maxStale: KEY_FETCHES,
};

const FIELDS = [
  ...new Set(
    Object.entries(SCHEMA.$defs).flatMap(([kind, { properties = {} }]) =>
      kind.startsWith('PolicyTest') || kind.startsWith('TestFixtures') ? [] : Object.keys(properties),
    ),
  ),
].filter((name) => !Object.hasOwn(SHOWN_ELSEWHERE, name));

const files = caseFiles();

type Container = Record<string, unknown>;

/** Every mapping of the documents of a topic that has the field. */
function holdersOf(value: unknown, field: string): readonly Container[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = !Array.isArray(value) && Object.hasOwn(value, field) ? [value as Container] : [];
  return [...own, ...Object.values(value).flatMap((inner) => holdersOf(inner, field))];
}

function documentsOf({ policies, issuers, templates, datasets, environments, cases }: CaseFile): unknown {
  return [policies, issuers, templates, datasets, environments, cases.map((each) => each.policies)];
}

type Outcomes = (each: Case) => Promise<string>;

/** All that a case yields, or the message of the error that it leads to. Compiles what cases share once. */
function outcomesOf(file: CaseFile): Outcomes {
  let shared: PolicySet | undefined;
  const set = (each: Case): PolicySet => {
    if (each.policies !== undefined || each.environment !== undefined) return setOf(file, each);
    shared ??= setOf(file, each);
    return shared;
  };
  return async (each) => {
    try {
      return JSON.stringify((await runDirectly(set(each), each)).map(({ seen }) => seen));
    } catch (error) {
      return String(error);
    }
  };
}

const expected = new Map<Case, string>();

/** The outcome of a case with all fields. */
async function expectedOf(each: Case, outcome: Outcomes): Promise<string> {
  const known = expected.get(each) ?? (await outcome(each));
  expected.set(each, known);
  return known;
}

/** True if a case has another result without the field. The file is unchanged afterwards. */
async function matters(file: CaseFile, field: string, holder: Container): Promise<boolean> {
  const before = outcomesOf(file);
  for (const each of file.cases) await expectedOf(each, before);
  const value = holder[field];
  delete holder[field];
  try {
    const after = outcomesOf(file);
    for (const each of file.cases) {
      if ((await after(each)) !== (await expectedOf(each, before))) return true;
    }
    return false;
  } finally {
    holder[field] = value;
  }
}

async function mattersSomewhere(field: string): Promise<boolean> {
  for (const file of files) {
    for (const holder of holdersOf(documentsOf(file), field)) {
      if (await matters(file, field, holder)) return true;
    }
  }
  return false;
}

test('there are fields of every kind of document', () => {
  expect(FIELDS).toEqual(expect.arrayContaining(['match', 'issuer', 'values', 'shadow', 'parameters']));
});

test.each(FIELDS)('the field `%s` decides some case', async (field) => {
  expect(await mattersSomewhere(field)).toBe(true);
});
