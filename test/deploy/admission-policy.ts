import { type CelEnv, CelScalar, celEnv, isCelList, isCelMap, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { JsonObject } from '../../src/engine/request/attributes.ts';

/** The parts of a MutatingAdmissionPolicy and of a ValidatingAdmissionPolicy that are evaluated here. */
export interface AdmissionPolicy {
  readonly spec: {
    readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
    readonly variables: readonly { readonly name: string; readonly expression: string }[];
    readonly mutations?: readonly { readonly jsonPatch: { readonly expression: string } }[];
    readonly validations?: readonly Validation[];
  };
}

interface Validation {
  readonly expression: string;
  readonly message: string;
  readonly messageExpression?: string;
}

/** An operation of RFC 6902. */
interface Addition {
  readonly op: 'add';
  readonly path: string;
  readonly value: unknown;
}

const ENVIRONMENT: CelEnv = celEnv({
  funcs: strings,
  variables: { object: CelScalar.DYN, variables: CelScalar.DYN },
});

/**
 * Policies of the API server, evaluated by a library for CEL. It types everything at run time, so an expression that
 * passes here may still be refused by the API server; `make test-kubernetes` sees that.
 */
export class PolicyEvaluation {
  readonly #policy: AdmissionPolicy;
  readonly #scope: Readonly<Record<string, unknown>>;

  constructor(policy: AdmissionPolicy, object: JsonObject) {
    this.#policy = policy;
    const variables: Record<string, unknown> = {};
    this.#scope = { object, variables };
    for (const { name, expression } of policy.spec.variables) {
      const { value, problem } = outcomeOf(expression, this.#scope);
      // As in the API server, a variable that fails is an error only where it is read.
      if (problem === undefined) variables[name] = value;
    }
  }

  /** True if the policy concerns the object. */
  matches(): boolean {
    return this.#policy.spec.matchConditions.every(
      ({ expression }) => evaluate(expression, this.#scope) === true,
    );
  }

  /** The object after all mutations. */
  mutated(): JsonObject {
    const copy = structuredClone(this.#scope['object']) as JsonObject;
    for (const { jsonPatch } of this.#policy.spec.mutations ?? []) {
      // A patch is a message type of the API server; here it is a map.
      const expression = jsonPatch.expression
        .replaceAll('JSONPatch{op: "add", path: ', '{"op": dyn("add"), "path": ')
        .replaceAll(', value: ', ', "value": ');
      for (const addition of plain(evaluate(expression, this.#scope)) as readonly Addition[])
        add(copy, addition);
    }
    return copy;
  }

  /** Message of each validation that fails. */
  refusals(): readonly string[] {
    const failed = (this.#policy.spec.validations ?? []).filter(
      ({ expression }) => evaluate(expression, this.#scope) !== true,
    );
    return failed.map(({ message, messageExpression }) =>
      messageExpression === undefined ? message : String(evaluate(messageExpression, this.#scope)),
    );
  }
}

function evaluate(expression: string, scope: Readonly<Record<string, unknown>>): unknown {
  const { value, problem } = outcomeOf(expression, scope);
  if (problem !== undefined) throw new Error(`${problem} in ${expression}`);
  return value;
}

type Plan = ReturnType<typeof plan>;
const plans = new Map<string, Plan>();

function planOf(expression: string): Plan {
  const known = plans.get(expression) ?? plan(ENVIRONMENT, parse(expression));
  plans.set(expression, known);
  return known;
}

function outcomeOf(
  expression: string,
  scope: Readonly<Record<string, unknown>>,
): { readonly value?: unknown; readonly problem?: string } {
  const result: unknown = planOf(expression)(scope as Parameters<Plan>[0]);
  return result instanceof Error ? { problem: result.message } : { value: result };
}

/** JSON of a value of CEL. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isCelList(value)) return [...value].map(plain);
  if (isCelMap(value))
    return Object.fromEntries(
      [...value].map(([key, each]) => [typeof key === 'string' ? key : JSON.stringify(key), plain(each)]),
    );
  return value;
}

/** `add` of RFC 6902, to an object or before a position of a list. */
function add(target: unknown, { path, value }: Addition): void {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  let at = target as Record<string, unknown>;
  for (const key of keys) {
    const next = at[key];
    if (typeof next !== 'object' || next === null) throw new Error(`${path} does not exist`);
    at = next as Record<string, unknown>;
  }
  if (Array.isArray(at)) at.splice(last === '-' ? at.length : Number(last), 0, value);
  else at[last] = value;
}
