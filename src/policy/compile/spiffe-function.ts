import { CONSTANT, type Cost } from '../../cel/library/cost.ts';
import { type FunctionDeclaration, method, overload, type Parsed } from '../../cel/library/function.ts';
import { Opaque } from '../../cel/value/boxed.ts';
import { spend } from '../../cel/value/budget.ts';
import { fail } from '../../cel/value/failure.ts';
import {
  compilePrincipal,
  matchesPrincipal,
  type PrincipalPattern,
} from '../../engine/identity/principal.ts';
import { MAX_ID_BYTES, parseSpiffe, SPIFFE_SCHEME } from '../../engine/identity/spiffe.ts';

/** What `spiffe(x)` makes of a text. One that is no SPIFFE ID matches nothing. */
class SpiffeText extends Opaque {
  readonly type = 'spiffe.ID';
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override equals(other: Opaque): boolean {
    return other instanceof SpiffeText && canonical(other.text) === canonical(this.text);
  }

  override toString(): string {
    return this.text;
  }
}

/** Trust domains, unlike paths, are compared without regard to case. What is no SPIFFE ID stays as it is. */
function canonical(text: string): string {
  const id = parseSpiffe(text);
  return id === undefined ? text : `${SPIFFE_SCHEME}${id.trustDomain}${id.path}`;
}

type SpiffePattern = PrincipalPattern & { readonly kind: 'spiffe' };

const HELP = "as in `mtls.principals`: `'spiffe://acme.example/ns/shop/sa/*'`";

function parsePattern(text: string): Parsed & { readonly value?: SpiffePattern } {
  const { pattern, problem } = compilePrincipal(text);
  if (problem !== undefined) return { problem, help: HELP };
  if (pattern.kind === 'spiffe') return { value: pattern };
  return { problem: `\`${text}\` does not begin with \`spiffe://\``, help: HELP };
}

/** A pattern that another part of the request brings fails where it is none. */
function computedPattern(text: string): SpiffePattern {
  return parsePattern(text).value ?? fail('bad_pattern');
}

function matches(id: unknown, pattern: SpiffePattern): boolean {
  const { text } = id as SpiffeText;
  spend(stepsOf(text.length, pattern.source.length));
  return matchesPrincipal(pattern, text);
}

/** Segments of the pattern meet segments of the ID. */
function stepsOf(n: number, m: number): number {
  return Math.floor((Math.min(n, MAX_ID_BYTES) * Math.min(m, MAX_ID_BYTES)) / 256);
}

const MATCHED: Cost = {
  text: 'n · m/256',
  steps: stepsOf,
  size: () => 0,
  payment: 'within',
};

/** The ID is as large as the text that it is made of. */
const MADE: Cost = { ...CONSTANT, size: (n) => n };

/** `spiffe(x).matches(pattern)`: patterns of SPIFFE IDs as `mtls.principals` has them. */
export const SPIFFE_FUNCTIONS: readonly FunctionDeclaration[] = [
  {
    name: 'spiffe',
    doc: 'a text as a SPIFFE ID; a text that is none matches no pattern',
    examples: [["spiffe('spiffe://acme.example/a') == spiffe('spiffe://acme.example/b')", 'false']],
    overloads: [
      overload(['string'], 'spiffe.ID', (text) => new SpiffeText(text), { cost: MADE, isTotal: true }),
    ],
  },
  {
    name: 'matches',
    doc: 'whether a SPIFFE ID is one that a pattern names: `*` stands for a part of one segment or all of it, `**` for any number of segments',
    examples: [
      [
        "spiffe('spiffe://acme.example/ns/shop/sa/web').matches('spiffe://acme.example/ns/shop/sa/*')",
        'true',
      ],
      ["spiffe('spiffe://acme.example/ns/shop/sa/web').matches('spiffe://acme.example/*')", 'false'],
      ["spiffe('CN=web').matches('spiffe://acme.example/**')", 'false'],
    ],
    overloads: [
      method(['spiffe.ID', 'string'], 'bool', (id, pattern) => matches(id, computedPattern(pattern)), {
        cost: MATCHED,
        literal: { at: 1, parse: parsePattern, run: matches },
      }),
    ],
  },
];
