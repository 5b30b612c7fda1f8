import { CONSTANT, type Cost } from '../../cel/library/cost.ts';
import { type FunctionDeclaration, method, overload, type Parsed } from '../../cel/library/function.ts';
import { nameOverloads } from '../../cel/library/overload-names.ts';
import { Opaque } from '../../cel/value/boxed.ts';
import { spend } from '../../cel/value/budget.ts';
import { fail } from '../../cel/value/failure.ts';
import {
  canonicalPrincipal,
  compilePrincipal,
  matchesPrincipal,
  type PrincipalPattern,
} from '../../engine/identity/principal.ts';
import { MAX_ID_BYTES } from '../../engine/identity/spiffe.ts';
import { describeClass } from '../../recipe/recipe.ts';

/** The value of `spiffe(x)`. A text that is not a SPIFFE ID matches no pattern. */
class SpiffeText extends Opaque {
  readonly type = 'spiffe.ID';
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override equals(other: Opaque): boolean {
    return other instanceof SpiffeText && canonicalPrincipal(other.text) === canonicalPrincipal(this.text);
  }

  override toString(): string {
    return this.text;
  }
}

type SpiffePattern = PrincipalPattern & { readonly kind: 'spiffe' };

const HELP = "as in `mtls.principals`: `'spiffe://acme.example/ns/shop/sa/*'`";

function parsePattern(text: string): Parsed & { readonly value?: SpiffePattern } {
  const { pattern, problem } = compilePrincipal(text);
  if (problem !== undefined) return { problem, help: HELP };
  if (pattern.kind === 'spiffe') return { value: pattern };
  return { problem: `\`${text}\` does not start with \`spiffe://\``, help: HELP };
}

/** A pattern computed at run time; fails with `bad_pattern` if it is not valid. */
function computedPattern(text: string): SpiffePattern {
  return parsePattern(text).value ?? fail('bad_pattern');
}

function matches(id: unknown, pattern: SpiffePattern): boolean {
  const { text } = id as SpiffeText;
  spend(stepsOf(text.length, pattern.source.length));
  return matchesPrincipal(pattern, text);
}

/**
 * Steps of a match, for an ID of `n` and a pattern of `m` characters: each segment of one may meet each of the other.
 */
function stepsOf(n: number, m: number): number {
  return Math.floor((Math.min(n, MAX_ID_BYTES) * Math.min(m, MAX_ID_BYTES)) / 256);
}

const MATCH: Cost = {
  text: 'n · m/256',
  steps: stepsOf,
  size: () => 0,
  payment: 'within',
};

/** A constant number of steps, for an ID of the size of its text. */
const CONVERSION: Cost = { ...CONSTANT, size: (n) => n };

/** `spiffe(x).matches(pattern)`, with the patterns of `mtls.principals`. */
export const SPIFFE_FUNCTIONS: readonly FunctionDeclaration[] = [
  {
    name: 'spiffe',
    doc: 'a text as a SPIFFE ID; a text that is not a SPIFFE ID matches no pattern',
    examples: [["spiffe('spiffe://acme.example/a') == spiffe('spiffe://acme.example/b')", 'false']],
    overloads: [
      overload(['string'], 'spiffe.ID', (text) => new SpiffeText(text), { cost: CONVERSION, isTotal: true }),
    ],
  },
  {
    name: 'matches',
    doc: 'true if a SPIFFE ID matches a pattern: `*` matches part of one segment or all of it, `**` any number of segments',
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
        cost: MATCH,
        literal: { at: 1, parse: parsePattern, run: matches },
      }),
    ],
  },
];

nameOverloads('spiffe', SPIFFE_FUNCTIONS);
describeClass(
  'cel.SpiffeText',
  SpiffeText.prototype,
  ({ text }) => [text],
  (text: string) => new SpiffeText(text),
);
