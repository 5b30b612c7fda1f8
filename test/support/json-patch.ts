/** An operation as a JSON Patch (RFC 6902) has it. */
interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** A copy of a value with a JSON Patch applied, as strictly as an API server: a place that does not exist is an error. */
export function applyPatch(value: unknown, operations: readonly Operation[]): unknown {
  const copy: { root: unknown } = { root: copyOf(value) };
  for (const operation of operations) apply(copy, operation);
  return copy.root;
}

function apply(copy: { root: unknown }, { op, path, value }: Operation): void {
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop();
  if (last === undefined) {
    copy.root = copyOf(value);
    return;
  }
  const at = parts.reduce<unknown>((found, part) => childOf(found, part, path), copy.root);
  if (Array.isArray(at)) {
    const index = Number(last);
    if (!(index >= 0 && index <= at.length - (op === 'add' ? 0 : 1)))
      throw new Error(`no place for ${op} ${path}`);
    at.splice(index, op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [copyOf(value)]));
    return;
  }
  const object = at as Record<string, unknown>;
  if (op !== 'add' && !Object.hasOwn(object, last)) throw new Error(`no place for ${op} ${path}`);
  if (op === 'remove') delete object[last];
  else object[last] = copyOf(value);
}

function childOf(value: unknown, part: string, path: string): unknown {
  const child = (value as Record<string, unknown> | undefined)?.[part];
  if (typeof child !== 'object' || child === null) throw new Error(`no place for ${path}`);
  return child;
}

/** Not `structuredClone`, whose objects have other prototypes than those of a test. */
function copyOf(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
