import type { Cursor } from '../yaml/tree.ts';
import { placeOf } from './written-places.ts';

/** A text of a template that is the name of a parameter and nothing else. */
export interface ParameterText {
  readonly name: string;
  readonly at: Cursor;
}

/** Fields whose texts are expressions, or are looked at with them. */
const EXPRESSIONS: ReadonlySet<string> = new Set([
  'when',
  'cel',
  'key',
  'cost',
  'variables',
  'parameters',
  'respond',
  'message',
]);

/** The plain texts `params.NAME` of a template: `{param: NAME}` is written in their place. */
export function parameterTexts(at: Cursor, declared: ReadonlyMap<string, unknown>): readonly ParameterText[] {
  const { tree } = at;
  switch (tree.kind) {
    case 'list':
      return tree.items.flatMap((_, index) => within(placeOf(at, index), declared));
    case 'mapping':
      return [...tree.entries.keys()]
        .filter((name) => !EXPRESSIONS.has(name))
        .flatMap((name) => within(placeOf(at, name), declared));
    case 'scalar': {
      const [, name] = typeof tree.value === 'string' ? (/^params\.(\w+)$/.exec(tree.value) ?? []) : [];
      return name !== undefined && declared.has(name) ? [{ name, at }] : [];
    }
  }
}

function within(at: Cursor | undefined, declared: ReadonlyMap<string, unknown>): readonly ParameterText[] {
  return at === undefined ? [] : parameterTexts(at, declared);
}
