import type { Diagnostic, Fix } from '../../src/diagnostic/diagnostic.ts';
import { Lines } from '../../src/diagnostic/lines.ts';
import { type GoldenCase, goldenCases, seen } from './golden.ts';

/** The text with the fix of a diagnostic applied. */
function fixed(text: string, { start, end, text: part }: Fix): string {
  const lines = new Lines(text);
  return text.slice(0, lines.offset(start)) + part + text.slice(lines.offset(end));
}

/** Diagnostics without their positions, which an edit moves. Help may name positions too. */
function told({ code, message, span }: Diagnostic): string {
  return `${span.file} ${code}: ${message.replaceAll(/:\d+/g, ':N')}`;
}

/** Differences that the fix of a diagnostic makes: mistakes that remain although it corrects them, and new errors. */
function trouble({ files }: GoldenCase, found: readonly Diagnostic[], one: Diagnostic, fix: Fix): string[] {
  const text = files[one.span.file] ?? '';
  const after = seen({ ...files, [one.span.file]: fixed(text, fix) }).found.map(told);
  const before = found.map(told);
  const count = (list: readonly string[], each: string): number =>
    list.filter((other) => other === each).length;
  const remains = count(after, told(one)) >= count(before, told(one)) ? ['the mistake remains'] : [];
  const newer = after.filter((each) => count(after, each) > count(before, each));
  return [...remains, ...newer.map((each) => `new: ${each}`)];
}

/**
 * Fixes after which another mistake of the author is found that the corrected one hid: by case and message, with the
 * new message.
 */
const HIDDEN: readonly (readonly [string, string, string])[] = [
  ['issuer-tenants', 'unknown Dataset `slash`', 'the Dataset `slashes` is not a list of tenants'],
  [
    'issuer-tenants',
    '`spiffe://acme.example/` is not a valid trust domain',
    'the preset `spire` has no key URL',
  ],
  ['callers', 'unknown Dataset `exporter`', 'the Dataset `exporters` has a pattern'],
  ['callers', 'unknown field `dataset`', 'the Dataset `rows` is not a list of principals'],
  ['cel-habits', 'unexpected `like`', 'unknown name `reqest`'],
  ['cel-places', 'unknown name `reqest`', 'the expression has the type `request`, `string` is required'],
  ['lint-expressions', 'no path of the policy has a parameter `{order_id}`', 'the path parameter `orderid`'],
  ['no-echoes', 'expected a list, found a mapping', 'the field `jsonSchema` is missing'],
  ['ignores', 'unknown warning `open_alow`', 'there is no warning `open_allow` to silence'],
  ['yaml-syntax-echoes', 'unexpected tab', 'the field `key` is missing'],
  ['yaml-syntax-echoes', 'unexpected tab', 'the field `rate` is missing'],
  ['yaml-syntax', 'unexpected tab', 'the field `spec` is missing'],
  ['lint-expressions', 'this key never exists: header names', 'without the header `x-tenant`'],
  ['lint-expressions', 'a canonical path starts with a slash', 'a canonical path has no query string'],
  ['newcomers/055', 'this key never exists', 'without the header `x-tenant`'],
  ['newcomers/043', 'unknown field `action`', 'unknown value `ALLOW`'],
  ['newcomers/056', 'unknown name `tenant`', 'without the header `x-tenant`'],
  ['newcomers/062', 'unknown name `request.auth`', 'without the claim `role`'],
  // Tests and a policy refer to the names.
  ['no-echoes', '`Orders_API` is not a valid DNS label', 'unknown policy `Orders_API`'],
  ['no-echoes', '`Read_It` is not a valid DNS label', 'has no rule or limit `Read_It`'],
  ['no-echoes', '`Bad_Issuer` is not a valid DNS label', 'unknown Issuer `Bad_Issuer`'],
  ['resource-metadata', 'unknown field `resource_metadata`', 'this cannot be the URL of metadata'],
  ['openapi-hints', '`#/components/schemas/Lines` has no target', '`required` must be a list'],
  ['templates', 'unknown PolicyTemplate `intenal`', 'the parameter `host` is missing'],
  ['templates', 'unknown PolicyTemplate `intenal`', 'the parameter `age` is missing'],
  ['templates', 'unknown PolicyTemplate `intenal`', 'the list is empty'],
  ['test-datasets', 'expected a list, found text', 'unknown Issuer `other`'],
  ['test-rows', 'unknown policy `ordres`', 'the key `orders` is used twice in one mapping'],
  ['unknown-fields', 'unknown field `matches`', 'the list is empty'],
  ['unknown-references', 'unknown policy `order`', 'the policy `orders` has no rule or limit `x`'],
];

const found = new Set<readonly string[]>();

function isHidden(name: string, told: string, problem: string): boolean {
  const row = HIDDEN.find(
    ([of, message, next]) => of === name && told.includes(message) && problem.includes(next),
  );
  if (row !== undefined) found.add(row);
  return row !== undefined;
}

const CASES = goldenCases();

describe('fixes of diagnostics', () => {
  test.each(CASES.map((each) => [each.name, each] as const))('%s: each corrects its mistake', (_, each) => {
    const { found } = seen(each.files);
    const troubles = found.flatMap((one) => {
      const { fix, help = '', span } = one;
      if (fix === undefined) return [];
      const place = `${span.file}:${span.start.line}:${span.start.column} ${one.message}: ${help} [${fix.text}]`;
      return trouble(each, found, one, fix)
        .filter((problem) => !isHidden(each.name, one.message, problem))
        .map((problem) => `${place}: ${problem}`);
    });
    expect(troubles).toEqual([]);
  });

  test('a hidden mistake is listed only if it is there', () => {
    expect(HIDDEN.filter((row) => !found.has(row))).toEqual([]);
  });
});
