import { computedPattern, type Match, type Pattern } from '../regex/pattern.ts';
import { NONE, Optional } from '../value/boxed.ts';
import { fail } from '../value/failure.ts';
import type { Int } from '../value/number.ts';
import { TextBuilder } from './build.ts';
import { type FunctionDeclaration, overload } from './function.ts';
import { extractedPattern, foundPattern, searchedPattern } from './pattern-argument.ts';

export const REGEX: readonly FunctionDeclaration[] = [
  {
    name: 'regex.extract',
    doc: 'the first match of a pattern, or its group if it has one, as an optional; empty if there is no match',
    examples: [
      ["regex.extract('item-A, item-B', r'item-(\\w+)')", "optional.of('A')"],
      ["regex.extract('HELLO', 'hello')", 'optional.none()'],
      ["regex.extract('user@domain', '(.*)@([^.]*)')", 'error'],
    ],
    overloads: [
      overload(
        ['string', 'string'],
        'optional(string)',
        (text, pattern) => extract(text, computedPattern(pattern)),
        foundPattern(extract),
      ),
    ],
  },
  {
    name: 'regex.extractAll',
    doc: 'the list of all matches of a pattern, or of their groups if it has one',
    examples: [
      ["regex.extractAll('id:123, id:456', r'id:\\d+')", "['id:123', 'id:456']"],
      ["regex.extractAll('id:123', 'none')", '[]'],
    ],
    overloads: [
      overload(
        ['string', 'string'],
        'list(string)',
        (text, pattern) => extractAll(text, computedPattern(pattern)),
        extractedPattern(extractAll),
      ),
    ],
  },
  {
    name: 'regex.replace',
    doc: 'the string with the matches of a pattern replaced, all of them or a given number; `\\1` is the first group, `\\0` the whole match, `\\\\` a backslash',
    examples: [
      ["regex.replace('banana', 'a', 'x')", "'bxnxnx'"],
      ["regex.replace('banana', 'a', 'x', 1)", "'bxnana'"],
      ["regex.replace('foo bar', '(fo)o (ba)r', r'\\2 \\1')", "'ba fo'"],
      ["regex.replace('test', '(.)', r'\\2')", 'error'],
    ],
    overloads: [
      overload(
        ['string', 'string', 'string'],
        'string',
        (text, pattern, replacement) => replace(text, computedPattern(pattern), replacement, -1),
        searchedPattern((text, pattern, replacement: string) => replace(text, pattern, replacement, -1)),
      ),
      overload(
        ['string', 'string', 'string', 'int'],
        'string',
        (text, pattern, replacement, count) => replace(text, computedPattern(pattern), replacement, count),
        searchedPattern(replace),
      ),
    ],
  },
];

/** The whole match, or its only group; undefined if that group is empty or did not match. */
function extracted({ groups }: Match): string | undefined {
  return groups.length > 1 ? groups[1] || undefined : groups[0];
}

function extract(text: string, pattern: Pattern): Optional {
  if (pattern.groups > 1) fail('too_many_groups');
  for (const match of pattern.matchesIn(text)) return Optional.of(extracted(match));
  return NONE;
}

function extractAll(text: string, pattern: Pattern): readonly string[] {
  if (pattern.groups > 1) fail('too_many_groups');
  return [...pattern.matchesIn(text)].map(extracted).filter((part) => part !== undefined);
}

function replace(text: string, pattern: Pattern, replacement: string, count: Int): string {
  if (count === 0) return text;
  const template = replacement.split(/(\\.?)/su);
  const done = new TextBuilder();
  let replaced = 0;
  let end = 0;
  for (const match of pattern.matchesIn(text)) {
    done.add(text.slice(end, match.start));
    fill(done, template, match);
    end = match.end;
    replaced++;
    if (replaced === count) break;
  }
  done.add(text.slice(end));
  return done.build();
}

/**
 * Adds the replacement of a match. Every second piece of `template` is a backslash with the character after it, which
 * fails unless it is a group of the pattern or a backslash.
 */
function fill(done: TextBuilder, template: readonly string[], { groups }: Match): void {
  template.forEach((piece, index) => {
    if (index % 2 === 0 || piece === '\\\\') {
      done.add(index % 2 === 0 ? piece : '\\');
      return;
    }
    const group = /^\\[0-9]$/.test(piece) ? Number(piece[1]) : groups.length;
    done.add(group < groups.length ? (groups[group] ?? '') : fail('bad_replacement'));
  });
}
