import { namedAll } from '../../recipe/recipe.ts';
import { optionalEntry } from '../interpret/semantics.ts';
import type { ListNode, MapNode, MessageNode } from '../syntax/tree.ts';
import { fail } from '../value/failure.ts';
import { MapBuilder } from '../value/map.ts';
import { allTotal, computed, type Emitted, type Emitter, type Locals } from './emitted.ts';

export function emitList(emitter: Emitter, node: ListNode, locals: Locals | undefined): Emitted {
  const optional = new Set(node.elements.filter(({ isOptional }) => isOptional).map(({ value }) => value));
  const parts = emitter.emitAll(
    node.elements.map(({ value }) => value),
    locals,
    (element, around) => {
      const part = emitter.emit(element, around);
      return optional.has(element) ? computed(`${emitter.code.helper(entries)}(${part.text})`) : part;
    },
  );
  const texts = parts.map(({ text }, at) => (node.elements[at]?.isOptional === true ? `...${text}` : text));
  return computed(`[${texts.join(', ')}]`, { isTotal: allTotal(parts) });
}

export function emitMap(emitter: Emitter, node: MapNode, locals: Locals | undefined): Emitted {
  const { code } = emitter;
  const map = code.fresh('t');
  code.line(`const ${map} = ${code.helper(newMap)}();`);
  for (const { key, value, isOptional } of node.entries) {
    const [name, entry] = emitter.emitAll([key, value], locals);
    const helper = code.helper(isOptional ? addOptional : addEntry);
    code.line(`${helper}(${map}, ${name?.text ?? ''}, ${entry?.text ?? ''});`);
  }
  return computed(`${map}.build()`);
}

export function emitMessage(emitter: Emitter, node: MessageNode, locals: Locals | undefined): Emitted {
  const { code, checked } = emitter;
  const optional = new Set(node.fields.filter(({ isOptional }) => isOptional).map(({ value }) => value));
  const parts = emitter.emitAll(
    node.fields.map(({ value }) => value),
    locals,
    (value, around) => {
      const part = emitter.emit(value, around);
      return optional.has(value) ? computed(`${code.helper(optionalEntry)}(${part.text})`) : part;
    },
  );
  const reference = checked.references[node.id];
  const texts = parts.map(({ text }) => text);
  emitter.isMetered = true;
  if (reference?.kind === 'message') {
    return computed(`${code.constant(reference.create)}(${texts.join(', ')})`);
  }
  for (const text of texts) code.line(`${text};`);
  return computed(`${code.helper(fail)}(${code.constant('unknown_name')})`);
}

export function newMap(): MapBuilder {
  return new MapBuilder();
}

/** The value of an optional in a list; empty if there is none. */
function entries(optional: unknown): readonly unknown[] {
  const value = optionalEntry(optional);
  return value === undefined ? [] : [value];
}

function addEntry(map: MapBuilder, key: unknown, value: unknown): void {
  map.add(key, value);
}

function addOptional(map: MapBuilder, key: unknown, value: unknown): void {
  const entry = optionalEntry(value);
  if (entry !== undefined) map.add(key, entry);
}

namedAll('cel', [newMap, entries, addEntry, addOptional]);
