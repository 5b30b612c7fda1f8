import { compilePrincipal } from '../../engine/identity/principal.ts';
import { parseSpiffe, SPIFFE_SCHEME } from '../../engine/identity/spiffe.ts';
import { placeOf } from '../compile/written-places.ts';
import { child, report } from '../language/reader.ts';
import type { Cursor, ScalarTree } from '../yaml/tree.ts';
import { isIgnoreComment } from './ignore-comments.ts';
import type { LintInput } from './lint-input.ts';

/** Fields of free text. */
const FREE: ReadonlySet<string> = new Set(['message', 'description', 'reason', 'owner']);
/** Mappings from names to free texts. */
const FREE_WITHIN: ReadonlySet<string> = new Set(['set', 'append']);

/** Values that Envoy carries in a Struct: in requests of tests, and in answers. */
const METADATA = /\.(?:metadata|routeMetadata)\..|\.respond\.allow\.metadata\./;

/** Reports texts that YAML cuts at a `#`, principals of tests that are almost SPIFFE IDs, and integers that metadata cannot hold. */
export function* lintTexts({ documents }: LintInput): Generator<undefined, void> {
  for (const { kind, at } of documents) {
    // A Dataset is data, and may be long.
    if (kind === 'Dataset') continue;
    const isTest = kind === 'PolicyTest' || kind === 'TestFixtures';
    visit(at, (text, key, outer) => {
      if (FREE.has(key) || FREE_WITHIN.has(outer) || (isTest && key === 'name')) reportCut(text);
      if (isTest && key === 'principal') reportPrincipal(text);
      // A text is exact; that of `cel` is an expression.
      const isNumber = typeof text.tree.value !== 'string' || key === 'cel';
      if (isNumber && METADATA.test(text.path)) reportInteger(text);
    });
    yield;
  }
}

/** Calls back for each scalar with its key and that of the mapping around it. */
function visit(
  at: Cursor,
  found: (text: Cursor & { readonly tree: ScalarTree }, key: string, outer: string) => void,
  key = '',
  outer = '',
): void {
  const { tree } = at;
  if (tree.kind === 'scalar') found({ ...at, tree }, key, outer);
  else if (tree.kind === 'list') {
    for (const index of tree.items.keys()) {
      const item = placeOf(at, index);
      if (item !== undefined) visit(item, found, key, outer);
    }
  } else {
    for (const name of tree.entries.keys()) {
      const value = child(at, name);
      if (value !== undefined) visit(value, found, name, key);
    }
  }
}

/** A comment that begins with a word right after `#`, which is seldom meant as one. */
const COMMENT = /^[ \t]+(#[^\s#!][^\r\n]*)/;

function reportCut(at: Cursor & { readonly tree: ScalarTree }): void {
  const { tree, context } = at;
  const { start, end } = tree.range;
  if (tree.style !== 'plain' || typeof tree.value !== 'string') return;
  const [rest, comment] = COMMENT.exec(context.lines.text.slice(end)) ?? [];
  if (rest === undefined || comment === undefined || isIgnoreComment(comment)) return;
  const range = { start, end: end + rest.trimEnd().length };
  const whole = context.lines.text.slice(range.start, range.end);
  const message = `the text ends before \`#\`, which begins a comment: YAML reads \`${tree.value}\``;
  const help = /["\\\n]/.test(whole) ? 'put it in quotes' : `put it in quotes: \`"${whole}"\``;
  report({ ...at, path: fieldOf(at) }, 'text_cut', message, help, range);
}

function reportPrincipal(at: Cursor & { readonly tree: ScalarTree }): void {
  const { value } = at.tree;
  if (typeof value !== 'string' || !/^spiffe:/i.test(value) || parseSpiffe(value) !== undefined) return;
  const meant = SPIFFE_SCHEME + value.replace(/^spiffe:\/*/i, '').replace(/\/+$/, '');
  const message = `\`${value}\` is not a valid SPIFFE ID, so that no pattern matches it`;
  const help = parseSpiffe(meant) === undefined ? compilePrincipal(value).problem : `write \`${meant}\``;
  report({ ...at, path: fieldOf(at) }, 'principal_not_spiffe', message, help);
}

/** A Struct has only doubles (google/protobuf/struct.proto). */
function reportInteger(at: Cursor & { readonly tree: ScalarTree }): void {
  const written = String(at.tree.value);
  if (!/^-?[0-9]{16,19}$/.test(written)) return;
  const exact = BigInt(written);
  const got = BigInt(Number(exact));
  if (exact >= -MOST_EXACT && exact <= MOST_EXACT) return;
  const isAnswer = at.path.includes('respond.');
  const effect = isAnswer
    ? `the proxy gets ${got === exact ? 'it only by chance' : `\`${got}\``}`
    : 'an expression that reads it fails';
  const message = `\`${written}\` is beyond 2^53, where metadata has no exact integers: ${effect}`;
  const help = isAnswer ? `make it text: \`'${written}'\`` : `put it in quotes: \`"${written}"\``;
  report({ ...at, path: fieldOf(at) }, 'inexact_integer', message, help);
}

const MOST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** The path from the `spec`, as in other messages. */
function fieldOf({ path }: Cursor): string {
  return path.replace(/^spec\./, '');
}
