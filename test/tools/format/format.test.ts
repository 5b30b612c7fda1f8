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
  const why = result.kind === 'fault' ? result.problem : result.mistakes.map(({ message }) => message).join();
  throw new Error(`${result.kind}: ${why}\n${text}`);
}

/** The names of fields that hold CEL, in the documents that are formatted here. */
const CEL = new Set(['when', 'cel', 'cost', 'key']);

/** What a file says, by the YAML library alone; an expression by its tree. */
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

test('a thousand untidy files keep what they say and their comments, and are formatted once', () => {
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

/** The documents of a page that are written out in it. */
function blocksOf(path: string): string[] {
  const blocks = readFileSync(path, 'utf8').matchAll(/^( *)```yaml\n(.*?)^\1```$/gms);
  return [...blocks].map(([, pad = '', block = '']) => block.replaceAll(new RegExp(`^${pad}`, 'gm'), ''));
}

const FILES = globSync('{policies,docs,templates,test/cases,test/e2e,deploy}/**/*.yaml');
const PAGES = globSync('{docs,policies}/**/*.md').filter((path) => blocksOf(path).length > 0);

test.each([...FILES, ...PAGES].toSorted())('%s keeps what it says', (path) => {
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

test('there is something to keep', () => {
  expect(FILES.length).toBeGreaterThan(20);
  expect(PAGES.length).toBeGreaterThan(1);
});

describe('the golden text of a formatted file', () => {
  test.each(goldenFormats().map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
    const after = formatted(golden.before);
    expectGolden(after, golden.after, (found) => accept(golden, found));
    expect(formatted(after)).toBe(after);
  });
});

describe('what is not part of the text', () => {
  test('line ends stay as they are', () => {
    expect(formatted('a:   1\r\nb: |\r\n    x\r\n    y\r\n')).toBe('a: 1\r\nb: |\r\n  x\r\n  y\r\n');
  });
  test('a byte-order mark stays', () => {
    expect(formatted('\uFEFFa:   1\n')).toBe('\uFEFFa: 1\n');
  });
  test('a last line gets its end', () => {
    expect(formatted('a: 1')).toBe('a: 1\n');
  });
  test('an empty file stays empty', () => {
    expect(formatted('')).toBe('');
  });
});
