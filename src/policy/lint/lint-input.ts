import type { Issuer } from '../../engine/identity/issuer.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import type { ValidExpression } from '../compile/expressions.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import type { PolicyTestDocument } from '../compile/policy-test.ts';

/** A folder that compiles, as an author wrote it. */
export interface LintInput {
  readonly written: readonly WrittenPolicy[];
  readonly policies: ReadonlyMap<string, CompiledPolicy>;
  readonly issuers: ReadonlyMap<string, Issuer | undefined>;
  readonly tests: readonly PolicyTestDocument[];
  readonly expressions: readonly ValidExpression[];
  /** Names of policies that only shadow in some Environment. */
  readonly shadowed: ReadonlySet<string>;
  readonly options: LintOptions;
}

/** How closely a folder is looked at. */
export interface LintOptions {
  /** Ask for tests also where the folder has none at all. */
  readonly isStrict: boolean;
  /** Milliseconds since 1970, for what has ended or is about to. */
  readonly now: number;
}
