import type { ExpressionWork } from '../../cel/expression-work.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import type { CompiledPolicy, PolicySet } from '../../engine/set/policy-set.ts';
import type { ValidExpression } from '../compile/expressions.ts';
import type { CompiledExpressions, WrittenPolicy } from '../compile/policy-compiler.ts';
import type { PolicyTestDocument } from '../compile/policy-test.ts';
import type { PolicyDocument } from '../language/document.ts';

/** A folder without errors, as written and as compiled. */
export interface LintInput {
  readonly documents: readonly PolicyDocument[];
  readonly written: readonly WrittenPolicy[];
  readonly compiled: readonly CompiledExpressions[];
  readonly policies: ReadonlyMap<string, CompiledPolicy>;
  readonly issuers: ReadonlyMap<string, Issuer | undefined>;
  /** The policy set that the folder becomes, for the confirmation of examples by the engine. */
  readonly set: UnrevisedSet;
  readonly tests: readonly PolicyTestDocument[];
  readonly expressions: readonly ValidExpression[];
  /** Names of policies that are shadow policies in some Environment. */
  readonly shadowed: ReadonlySet<string>;
  readonly options: LintOptions;
  /** Work on expressions; default: all of it is done. */
  readonly work?: ExpressionWork | undefined;
}

/** A policy set before the revision of its bytes is known. */
export type UnrevisedSet = Omit<PolicySet, 'revision' | 'revisionText'>;

export interface LintOptions {
  /** True to report policies without tests even in a folder without any test. */
  readonly isStrict: boolean;
  /** Milliseconds since 1970, to find rules that have expired or are about to. */
  readonly now: number;
}
