import { sourceOf } from '../language/document.ts';
import { label, suggestion } from '../language/fields.ts';
import { child, type Located, report } from '../language/reader.ts';
import type { MatrixEntry, MatrixSpec } from '../language/test-document.ts';
import { EXPECT_FIELDS, type ExpectSpec } from '../language/test-expect.ts';
import type { Cursor } from '../yaml/tree.ts';
import { expectation } from './compile-expectation.ts';
import type { Expectation } from './policy-test.ts';
import type { CompiledNames } from './test-names.ts';

/** An entry of `expect` or `byRequest`: an answer for all pairs of a name, or answers by the name of the other side. */
interface Entry {
  readonly all: Located<Expectation> | undefined;
  readonly byName: ReadonlyMap<string, Located<Expectation>>;
}

type Entries = ReadonlyMap<string, Entry>;

/** The expected answers of a matrix. Entries with names that the matrix does not list are reported. */
export class MatrixAnswers {
  readonly #byCaller: Entries;
  readonly #byRequest: Entries;
  readonly #others: Located<Expectation> | undefined;
  readonly #at: Cursor;
  /** Callers without any entry, which are reported once. */
  readonly #reported = new Set<string>();

  constructor(spec: MatrixSpec, at: Cursor, known: CompiledNames) {
    const { callers = [], requests = [], expect, byRequest, others } = spec;
    const answer = (value: ExpectSpec, of: Cursor) => ({ value: expectation(value, known), at: of });
    this.#byCaller = compiled(expect?.value, answer);
    this.#byRequest = compiled(byRequest?.value, answer);
    this.#others = others && answer(others, child(at, 'others') ?? at);
    this.#at = at;
    const listed = {
      callers: callers.map(({ value }) => value),
      requests: requests.map(({ value }) => value),
    };
    reportUnlisted(expect?.value, 'callers', 'requests', listed);
    reportUnlisted(byRequest?.value, 'requests', 'callers', listed);
  }

  /** The answer to a pair: its own, else that of its caller and its request, else `others`. */
  of(caller: string, request: string): Located<Expectation> | undefined {
    const row = this.#byCaller.get(caller);
    const column = this.#byRequest.get(request);
    const own = [row?.byName.get(request), column?.byName.get(caller)].filter(isDefined);
    const [first, second] = own.length > 0 ? own : [row?.all, column?.all].filter(isDefined);
    if (first !== undefined && second !== undefined && plain(first.value) !== plain(second.value)) {
      const { file, line } = sourceOf(first.at);
      const message = `the answer to \`${caller}\` × \`${request}\` differs from that at ${file}:${line}`;
      const help = `write the answer to this pair in \`expect\`: \`${caller}: {${request}: ...}\``;
      report(
        second.at,
        'conflicting_values',
        message,
        own.length > 0 ? 'keep one of them' : help,
        second.at.key,
      );
    }
    return first ?? this.#others ?? this.#missing(caller, request);
  }

  #missing(caller: string, request: string): undefined {
    const expect = child(this.#at, 'expect');
    const row = this.#byCaller.get(caller);
    // Answers that could not be read are reported already.
    const isUnread =
      child(this.#at, 'others') !== undefined ||
      isBroken(expect, caller, this.#byCaller) ||
      isBroken(child(this.#at, 'byRequest'), request, this.#byRequest);
    if (isUnread || this.#reported.has(caller)) return undefined;
    const at = expect ?? this.#at;
    const range = at.key ?? label(at);
    if (row !== undefined) {
      const message = `\`${caller}\` has no expectation for the request \`${request}\``;
      const help = `write \`${request}: allow\` or \`${request}: deny\`, or \`others: deny\` for the rest of the matrix`;
      return report(at, 'missing_field', message, help, range);
    }
    this.#reported.add(caller);
    const message = `the caller \`${caller}\` has no expectation`;
    const help = `write \`${caller}: allow\`, \`${caller}: deny\` or the fields of an \`expect\`, or \`others: deny\` for the rest of the matrix`;
    return report(at, 'missing_field', message, help, range);
  }
}

function compiled(
  entries: ReadonlyMap<string, Located<MatrixEntry>> | undefined,
  answer: (value: ExpectSpec, at: Cursor) => Located<Expectation>,
): Entries {
  return new Map(
    [...(entries ?? [])].map(([name, { value, at }]): [string, Entry] => {
      const byName = [...(value.byName ?? [])].map(
        ([inner, each]) => [inner, answer(each.value, each.at)] as const,
      );
      return [name, { all: value.expect && answer(value.expect, at), byName: new Map(byName) }];
    }),
  );
}

type Side = 'callers' | 'requests';

/** Reports names that the matrix does not list, whose answers would never be compared. */
function reportUnlisted(
  entries: ReadonlyMap<string, Located<MatrixEntry>> = new Map(),
  own: Side,
  other: Side,
  listed: Readonly<Record<Side, readonly string[]>>,
): void {
  const check = (name: string, at: Cursor, side: Side, near: readonly string[]): void => {
    if (listed[side].includes(name)) return;
    const message = `\`${name}\` is not in \`${side}\` of this matrix`;
    report(at, 'unknown_reference', message, () => suggestion(name, [...listed[side], ...near]), at.key);
  };
  for (const [name, { value, at }] of entries) {
    check(name, at, own, []);
    for (const [inner, each] of value.byName ?? []) check(inner, each.at, other, Object.keys(EXPECT_FIELDS));
  }
}

/** True if an entry is written and could not be read. */
function isBroken(at: Cursor | undefined, name: string, read: Entries): boolean {
  return at !== undefined && !read.has(name) && child(at, name) !== undefined;
}

/** A text that is equal for equal answers. */
function plain(answer: Expectation): string {
  return JSON.stringify(answer, (_, value: unknown) => (value instanceof Map ? [...value] : value));
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
