import type { JsonValue } from '../request/attributes.ts';
import type { BodyDenial, BodyError } from './body-schema.ts';
import { Evaluation, type Rules, type SchemaError } from './evaluation.ts';

/** Maximum characters of a pointer in a denial, and of its sentence. */
const MAX_POINTER = 200;
const MAX_DETAIL = 600;
/** Schemas that are evaluated to find the errors of one body, after which those found so far are shown. */
const MAX_STEPS = 50_000;

/** Thrown when the errors of a body take too many steps. */
class Enough extends Error {
  override readonly name = 'Enough';
}

/** The denial of a body that does not fit the schema of a name, with the first errors in it. */
export function violation(rules: Rules, name: string, value: JsonValue): BodyDenial {
  const errors = errorsOf(rules, name, value).map(
    ({ pointer, message }): BodyError => ({
      pointer: cut(pointer, MAX_POINTER),
      detail: cut(message, MAX_DETAIL),
    }),
  );
  if (errors.length === 0) return { reason: 'schema_violation', detail: 'the body does not fit the schema' };
  const detail = errors.map((each) => `${subject(each.pointer)} ${each.detail}`).join('; ');
  return { reason: 'schema_violation', detail: cut(detail, MAX_DETAIL), errors };
}

function errorsOf(rules: Rules, name: string, value: JsonValue): readonly SchemaError[] {
  const errors: SchemaError[] = [];
  let steps = 0;
  const spend = (): void => {
    steps += 1;
    if (steps > MAX_STEPS) throw new Enough();
  };
  try {
    new Evaluation(rules, spend).findErrors(name, value, errors);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return errors;
}

function subject(pointer: string): string {
  return pointer === '' ? 'the body' : `\`${pointer}\``;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}
