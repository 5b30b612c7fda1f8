import type { JsonValue } from '../request/attributes.ts';
import type { BodyDenial } from '../schema/body-schema.ts';
import type { ParameterPlace, Style } from './styles.ts';
import type { ValueShape } from './value-shape.ts';

/** A schema that judges values. */
export interface ValueCheck {
  /** The denial of a body; undefined if it fits. */
  denial(body: JsonValue): BodyDenial | undefined;
  /** The expectation about `subject`, as a sentence; undefined if the value fits. */
  violation(value: JsonValue, subject: string): string | undefined;
}

/** A parameter of an operation, or a field of a form, compiled. */
export interface Parameter {
  /** As in the document; of a header in lower case. */
  readonly name: string;
  readonly place: ParameterPlace;
  readonly isRequired: boolean;
  readonly style: Style;
  readonly explode: boolean;
  /** True if the value may be empty, whatever the schema says (`allowEmptyValue`). */
  readonly allowsEmpty: boolean;
  /** `json`: the text is JSON (`content`). */
  readonly form: 'styled' | 'json' | 'text';
  readonly shape: ValueShape;
  /** Undefined: every value fits. */
  readonly check: ValueCheck | undefined;
  /** Names of the other query parameters, which are not members of an object that takes any. */
  readonly others: ReadonlySet<string>;
}

/** The parameter in a sentence. */
export function subjectOf({ name, place }: Pick<Parameter, 'name' | 'place'>): string {
  return place === 'cookie' ? `the cookie \`${name}\`` : `the ${NOUNS[place]} \`${name}\``;
}

const NOUNS = {
  path: 'path parameter',
  query: 'query parameter',
  header: 'header',
} as const;
