import type { JsonValue } from '../../../engine/request/attributes.ts';
import { entriesOf, listOf, member, textOf } from '../json-reads.ts';
import { listShape, mappingShape, namedShape, type Shape, textShape, textsShape } from '../shape.ts';
import { isAuthorizationPolicy } from './istio-documents.ts';

const ACTIONS = ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'];

const TEXTS: Shape = (value, path) => (value === null ? undefined : textsShape(value, path));

/** Fields of a source or operation: those without an equivalent are told apart when the rule is translated. */
const FIELDS = withOne(
  namedShape(TEXTS),
  (value) => entriesOf(value).some(([, texts]) => listOf(texts).length > 0),
  'has no values',
);

const CONDITION = withOne(
  mappingShape({ key: textShape, values: TEXTS, notValues: TEXTS }),
  (value) => listOf(member(value, 'values')).length + listOf(member(value, 'notValues')).length > 0,
  'has no values',
);

const RULES = listShape(
  mappingShape({ from: partsShape('source'), to: partsShape('operation'), when: listShape(CONDITION) }),
);

/** A list of at least one source or operation. */
function partsShape(name: string): Shape {
  const part = withOne(
    mappingShape({ [name]: FIELDS }),
    (value) => member(value, name) !== undefined,
    `has no \`${name}\``,
  );
  return withOne(listShape(part), (value) => listOf(value).length > 0, 'is empty');
}

/** A shape whose values also have what Istio asks for: without it a part would hold for every request. */
function withOne(shape: Shape, has: (value: JsonValue) => boolean, problem: string): Shape {
  return (value, path) => shape(value, path) ?? (has(value) ? undefined : `\`${path}\` ${problem}`);
}

/** The first part of an AuthorizationPolicy that Istio does not accept, as a sentence about the file. */
export function problemOfIstio(document: JsonValue): string | undefined {
  if (!isAuthorizationPolicy(document)) return undefined;
  const spec = member(document, 'spec');
  const action = member(spec, 'action');
  const rules = member(spec, 'rules');
  const problem =
    action !== undefined && !ACTIONS.includes(textOf(action))
      ? '`spec.action` is not a known action'
      : rules === undefined
        ? undefined
        : RULES(rules, 'spec.rules');
  const name = textOf(member(member(document, 'metadata'), 'name'));
  return problem && `has an AuthorizationPolicy, \`${name}\`, that Istio does not accept: ${problem}`;
}
