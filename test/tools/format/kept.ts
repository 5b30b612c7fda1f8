import { parseAllDocuments } from 'yaml';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { print } from '../../../src/cel/syntax/print.ts';
import { format } from '../../../src/tools/format/format.ts';
import { seeded } from '../../support/seeded.ts';
import { untidyYaml } from '../../support/untidy-yaml.ts';

/** The formatted text. Throws if the file cannot be formatted. */
export function formatted(text: string): string {
  const result = format('x.yaml', new TextEncoder().encode(text));
  if (result.kind === 'formatted') return result.text;
  const why = result.kind === 'fault' ? result.problem : result.mistakes.map(({ message }) => message).join();
  throw new Error(`${result.kind}: ${why}\n${text}`);
}

/** The names of fields that hold CEL, in the documents that are formatted here. */
const CEL = new Set(['when', 'cel', 'cost', 'key']);

/** The data of a file as read by the YAML library alone, with expressions as trees. */
export function data(text: string): unknown {
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

/** Expects that formatting five hundred untidy files keeps their data and comments, and changes no file twice. */
export function expectKept(firstSeed: number): void {
  let comments = 0;
  let anchors = 0;
  for (let seed = firstSeed; seed < firstSeed + 500; seed++) {
    const text = untidyYaml(seeded(seed));
    const once = formatted(text);
    expect(formatted(once)).toBe(once);
    // As text: comparing the trees takes longer than formatting the files.
    expect(JSON.stringify(data(once))).toBe(JSON.stringify(data(text)));
    const written = text.match(COMMENT) ?? [];
    expect(once.match(COMMENT) ?? []).toEqual(written);
    comments += written.length;
    anchors += text.match(/ \*n\d/g)?.length ?? 0;
  }
  expect(comments).toBeGreaterThan(4000);
  expect(anchors).toBeGreaterThan(150);
}
