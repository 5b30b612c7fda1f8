import type { AnySchema, Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { generatedLater, sameAs } from '../../recipe/recipe.ts';
import type { JsonValue } from '../request/attributes.ts';
import { jsonText } from '../request/json-value.ts';
import type { Rules } from './evaluation.ts';
import { addExactNumbers } from './exact-keywords.ts';
import { addFormats } from './formats.ts';
import { linearRegExp, type Pattern } from './pattern.ts';
import { Recent } from './recent.ts';
import { addReferences } from './references.ts';
import { addUnevaluated } from './unevaluated.ts';
import { addUniqueItems } from './unique-items.ts';

/** Code of the validator of one linked schema, without those that it refers to. */
export interface ValidatorCode {
  /** The schema, of which `values` has parts. */
  readonly schema: JsonValue;
  /** A function from the values that the code names to the validator. */
  readonly make: (...values: unknown[]) => unknown;
  /** Values that the code names. Some are placeholders, which each set of schemas with this code replaces. */
  readonly values: readonly unknown[];
}

const OPTIONS = {
  // The linked schema has no keyword that the library does not know.
  strict: false,
  // Otherwise `constructor` would count as a member of every object.
  ownProperties: true,
  allErrors: false,
  logger: false,
  // Another evaluation explains a denial.
  messages: false,
  addUsedSchema: false,
  meta: false,
  validateSchema: false,
  // Another keyword does that.
  unevaluated: false,
} as const satisfies Options;

/** Compiles linked schemas to code; what it has compiled before, also for other documents, it takes from there. */
export class CodeCompiler {
  readonly #patterns: Rules['patterns'];
  /** Undefined until a schema is compiled, so that nothing of it outlives the compiler. */
  #ajv: Ajv2020 | undefined;
  #source = '';

  /** `patterns` has those of all schemas, compiled. */
  constructor(patterns: Rules['patterns']) {
    this.#patterns = patterns;
  }

  codeOf(schema: JsonValue): ValidatorCode {
    const text = jsonText(schema);
    const known = KEPT.get(text);
    if (known !== undefined) return known;
    const { source, values } = this.#compile(schema);
    const code = { schema, values, make: generatedLater(['values'], source) };
    return KEPT.keep(text, code, text.length + source.length);
  }

  #compile(schema: JsonValue): { readonly source: string; readonly values: readonly unknown[] } {
    this.#ajv ??= this.#newAjv();
    this.#ajv.compile(schema as AnySchema);
    const { names, values, body } = split(this.#source, this.#ajv.scope.get());
    const source = `const [${names.join(', ')}] = values;\nconst self = undefined;\n${body}`;
    return { source, values };
  }

  #newAjv(): Ajv2020 {
    const process = (source: string): string => {
      this.#source = source;
      // The function of the library is not used.
      return 'return () => true';
    };
    const find = (pattern: string): Pattern & { toString: () => string } =>
      this.#patterns.get(pattern) ?? linearRegExp(pattern, 'u');
    const regExp = sameAs(Object.assign(find, { code: linearRegExp.code }), linearRegExp);
    // V8 optimizes the code as well, and the library takes half of its time for that.
    const ajv = new Ajv2020({ ...OPTIONS, code: { regExp, process, optimize: false } });
    // The class sets these for keywords that others replace here: their code is not needed.
    ajv.opts.unevaluated = false;
    ajv.opts.dynamicRef = false;
    addFormats(ajv);
    addUniqueItems(ajv);
    addExactNumbers(ajv);
    addUnevaluated(ajv);
    addReferences(ajv);
    return ajv;
  }
}

/** Values that generated code names, by the two parts of `scope.NAME[NUMBER]`. */
type Scope = Readonly<Record<string, readonly unknown[] | undefined>>;

/** Declaration of a value at the start of generated code. */
const DECLARATION = /const (\w+) = scope\.(\w+)\[(\d+)\];\s*/y;

function split(
  source: string,
  scope: Scope,
): { readonly names: readonly string[]; readonly values: readonly unknown[]; readonly body: string } {
  const names: string[] = [];
  const values: unknown[] = [];
  DECLARATION.lastIndex = 0;
  let at = 0;
  for (let found = DECLARATION.exec(source); found !== null; found = DECLARATION.exec(source)) {
    const [, name = '', prefix = '', number = ''] = found;
    names.push(name);
    values.push(scope[prefix]?.[Number(number)]);
    at = DECLARATION.lastIndex;
  }
  return { names, values, body: inParentheses(source.slice(at)) };
}

/** A function in parentheses is compiled at once, and not by its first call, which a request waits for. */
function inParentheses(body: string): string {
  return body.replace(/^return (function[^]*\})\s*;?\s*$/, 'return ($1);');
}

/** Most characters of code that are kept, and of the schemas beside it. */
const MAX_KEPT = 48_000_000;

/**
 * Code by the text of its schema. When a document is read again, nearly all of its schemas are as before, and compiling
 * takes most of the time.
 */
const KEPT = new Recent<ValidatorCode>(MAX_KEPT);
