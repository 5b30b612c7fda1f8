import type { Advice } from '../../diagnostic/advice.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { DocumentOf } from '../language/document.ts';
import { sourceOf } from '../language/document.ts';
import { suggestion } from '../language/fields.ts';
import type { FixturesSpec } from '../language/fixtures-document.ts';
import { inline, inPlace } from '../language/inline.ts';
import { type Located, report } from '../language/reader.ts';
import type { RequestSpec } from '../language/test-request.ts';
import { isPlainScalar } from '../yaml/quote.ts';
import type { Cursor } from '../yaml/tree.ts';
import { caller } from './compile-caller.ts';
import type { TestCaller } from './policy-test.ts';
import type { CompiledNames, Declared } from './test-names.ts';

/** A caller or request that a document declares. */
interface Fixture<T> {
  readonly value: T;
  readonly at: Cursor;
}

type Named<T> = ReadonlyMap<string, Fixture<T>>;

type KnownIssuers = Pick<CompiledNames, 'issuers' | 'usedIssuers' | 'incomplete'>;

/** The callers and requests of all TestFixtures of a folder, and which of them tests name. */
export class Fixtures {
  readonly #callers: Named<TestCaller>;
  readonly #requests: Named<RequestSpec>;
  readonly #used = new Set<Fixture<unknown>>();
  readonly #known: KnownIssuers;

  constructor(documents: readonly DocumentOf<'TestFixtures'>[], known: KnownIssuers) {
    this.#known = known;
    const specs = documents.flatMap(({ spec }) => spec ?? []);
    this.#callers = unique(
      specs.map(({ callers }) => compiledCallers(callers, known)),
      'caller',
    );
    this.#requests = unique(
      specs.map(({ requests }) => requests ?? new Map()),
      'request',
    );
  }

  /** The names that a test may use: its own and those of the fixtures, which must differ. */
  declaredBy({ callers, requests = new Map() }: Pick<FixturesSpec, 'callers' | 'requests'>): Declared {
    const own = { callers: compiledCallers(callers, this.#known), requests };
    reportTaken(own.callers, this.#callers, 'caller');
    reportTaken(own.requests, this.#requests, 'request');
    return {
      caller: (name) => this.#find(name, own.callers, this.#callers, 'caller'),
      request: (name) => this.#find(name, own.requests, this.#requests, 'request'),
    };
  }

  /** Reports fixtures that no test names. */
  warnOfUnused(): void {
    this.#warnOfUnused(this.#callers, 'caller');
    this.#warnOfUnused(this.#requests, 'request');
  }

  #warnOfUnused(fixtures: Named<unknown>, what: string): void {
    for (const [name, fixture] of fixtures) {
      if (this.#used.has(fixture)) continue;
      const { at } = fixture;
      const message = `no test names the ${what} \`${name}\``;
      report({ ...at, path: '' }, 'unused_fixture', message, 'name it in a test, or remove it', at.key);
    }
  }

  #find<T>(
    { value: name, at }: Located<string>,
    own: Named<T>,
    shared: Named<T>,
    what: string,
  ): T | undefined {
    const found = own.get(name) ?? shared.get(name);
    if (found !== undefined) {
      this.#used.add(found);
      return found.value;
    }
    const names = [...own.keys(), ...shared.keys()];
    // A part of the folder that could not be read may declare it.
    if (this.#known.incomplete && nearest(name, names) === undefined) return undefined;
    const help = () => ownHelp(name, at, what) ?? suggestion(name, names);
    return report(at, 'unknown_reference', `unknown ${what} \`${name}\``, help);
  }
}

/** Help for a principal in place of the name of a caller, and for `GET /x` in place of the name of a request. */
function ownHelp(name: string, at: Cursor, what: string): Advice | undefined {
  const own = inline(at);
  if (own === undefined) return undefined;
  if (what === 'caller') return /^spiffe:/i.test(name) ? inPlace(at, `{principal: ${own}}`) : undefined;
  const [, method, host, path] =
    /^(?:([A-Z]+)\s+)?(?:https?:\/\/([\w.:-]+))?(\/[^\s"'#,{}[\]]*)?$/.exec(name) ?? [];
  if (host === undefined && path === undefined) return undefined;
  const isWhole = host !== undefined;
  const fields = Object.entries({ method, host: host ?? '...', path }).flatMap(([field, value]) =>
    value === undefined ? [] : [`${field}: ${isPlainScalar(value, true) ? value : `"${value}"`}`],
  );
  const advice = inPlace(at, `{${fields.join(', ')}}`);
  return isWhole ? advice : { help: advice.help };
}

function compiledCallers(callers: FixturesSpec['callers'], known: KnownIssuers): Named<TestCaller> {
  return new Map(
    [...(callers ?? [])].map(([name, { value, at }]) => [
      name,
      { value: caller(name, value, at, known), at },
    ]),
  );
}

/** The fixtures of several documents; of two with one name, which is reported, the first. */
function unique<T>(documents: readonly Named<T>[], what: string): Named<T> {
  const all = new Map<string, Fixture<T>>();
  for (const fixtures of documents) {
    reportTaken(fixtures, all, what);
    for (const [name, fixture] of fixtures) if (!all.has(name)) all.set(name, fixture);
  }
  return all;
}

function reportTaken(names: Named<unknown>, shared: Named<unknown>, what: string): void {
  for (const [name, { at }] of names) {
    const earlier = shared.get(name);
    if (earlier === undefined) continue;
    const { file, line } = sourceOf(earlier.at);
    const message = `another ${what} has the name \`${name}\`, in TestFixtures at ${file}:${line}`;
    report(at, 'duplicate_name', message, 'use that one, or another name', at.key);
  }
}
