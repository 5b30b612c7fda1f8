import { globSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { print } from '../../../src/cel/syntax/print.ts';
import { format } from '../../../src/tools/format/format.ts';
import { expectGolden } from '../../support/generated.ts';
import { seeded } from '../../support/seeded.ts';
import { untidyYaml } from '../../support/untidy-yaml.ts';
import { accept, goldenFormats } from './golden.ts';

function formatted(text: string): string {
  const result = format('x.yaml', new TextEncoder().encode(text));
  if (result.kind === 'formatted') return result.text;
  const problem =
    result.kind === 'fault' ? result.problem : result.mistakes.map(({ message }) => message).join();
  throw new Error(`${result.kind}: ${problem}\n${text}`);
}

/** Names of the fields with CEL, in the documents of these tests. */
const CEL = new Set(['when', 'cel', 'cost', 'key']);

/** Data of a file as read by the YAML library alone, with expressions as their syntax tree. */
function data(text: string): unknown {
  const documents = parseAllDocuments(text, { merge: true, uniqueKeys: false });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    expect(document.errors).toEqual([]);
    return treesIn(document.toJS({ maxAliasCount: -1 }), undefined);
  });
}

function treesIn(value: unknown, key: string | undefined): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => treesIn(item, key));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, item]) => [
      name,
      treesIn(item, key === 'variables' ? 'cel' : name),
    ]);
  }
  if (typeof value !== 'string' || key === undefined || !CEL.has(key)) return value;
  const { root, problems } = parse(value);
  return problems.length === 0 ? { tree: print(root) } : value;
}

const COMMENT = /#[ #]*comment \d+(: \[x)?/g;

test('formatting a thousand untidy files keeps data and comments, and is idempotent', () => {
  let comments = 0;
  let anchors = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const text = untidyYaml(seeded(seed));
    const once = formatted(text);
    expect(formatted(once)).toBe(once);
    // As text: comparing a thousand trees takes longer than formatting them.
    expect(JSON.stringify(data(once))).toBe(JSON.stringify(data(text)));
    const written = text.match(COMMENT) ?? [];
    expect(once.match(COMMENT) ?? []).toEqual(written);
    comments += written.length;
    anchors += text.match(/ \*n\d/g)?.length ?? 0;
  }
  expect(comments).toBeGreaterThan(8000);
  expect(anchors).toBeGreaterThan(300);
}, 240_000);

/** Contents of the YAML code blocks of a page. */
function blocksOf(path: string): string[] {
  const blocks = readFileSync(path, 'utf8').matchAll(/^( *)```yaml\n(.*?)^\1```$/gms);
  return [...blocks].map(([, pad = '', block = '']) => block.replaceAll(new RegExp(`^${pad}`, 'gm'), ''));
}

const FILES = globSync('{policies,docs,templates,test/cases,test/e2e,deploy}/**/*.yaml');
const PAGES = globSync('{docs,policies}/**/*.md').filter((path) => blocksOf(path).length > 0);

test.each([...FILES, ...PAGES].toSorted())('%s keeps its data and comments', (path) => {
  const texts = path.endsWith('.md') ? blocksOf(path) : [readFileSync(path, 'utf8')];
  for (const text of texts) {
    const once = formatted(text);
    expect(formatted(once)).toBe(once);
    expect(data(once)).toEqual(data(text));
    expect(comments(once)).toEqual(comments(text));
  }
});

function comments(text: string): string[] {
  return [...text.matchAll(/(?:^|\s)(# .*)$/gm)].map(([, comment = '']) => comment);
}

test('the patterns find files and pages', () => {
  expect(FILES.length).toBeGreaterThan(20);
  expect(PAGES.length).toBeGreaterThan(1);
});

describe('the canonical layout', () => {
  test.each(goldenFormats().map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
    const after = formatted(golden.before);
    expectGolden(after, golden.after, (found) => accept(golden, found));
    expect(formatted(after)).toBe(after);
  });
});

describe('the encoding of the text', () => {
  test('line ends are kept', () => {
    expect(formatted('a:   1\r\nb: |\r\n    x\r\n    y\r\n')).toBe('a: 1\r\nb: |\r\n  x\r\n  y\r\n');
  });
  test('a byte-order mark is kept', () => {
    expect(formatted('\uFEFFa:   1\n')).toBe('\uFEFFa: 1\n');
  });
  test('a missing line end of the last line is added', () => {
    expect(formatted('a: 1')).toBe('a: 1\n');
  });
  test('an empty file stays empty', () => {
    expect(formatted('')).toBe('');
  });
});
