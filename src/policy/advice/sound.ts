import type { Issuer } from '../../identity/issuer.ts';
import type { PolicyDocument } from '../document.ts';
import type { SoundExpression } from '../expressions.ts';
import type { PolicySpec, RuleDocument } from '../policy-document.ts';
import type { CompiledPolicy } from '../policy-set.ts';
import type { PolicyTestDocument } from '../policy-test.ts';
import type { Cursor } from '../reader.ts';

/** A folder that compiles, as an author wrote it. */
export interface Sound {
  readonly documents: readonly PolicyDocument[];
  readonly policies: ReadonlyMap<string, CompiledPolicy>;
  readonly issuers: ReadonlyMap<string, Issuer | undefined>;
  readonly tests: readonly PolicyTestDocument[];
  readonly expressions: readonly SoundExpression[];
  /** Ask for tests also where the folder has none at all. */
  readonly strict: boolean;
}

/** A policy with where it stands. */
export interface WrittenPolicy {
  readonly name: string;
  readonly nameAt: Cursor;
  readonly spec: PolicySpec;
  readonly at: Cursor;
  readonly rules: readonly RuleDocument[];
}
