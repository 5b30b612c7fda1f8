import type { Issuer } from '../../identity/issuer.ts';
import type { SoundExpression } from '../expressions.ts';
import type { WrittenPolicy } from '../policy-compiler.ts';
import type { CompiledPolicy } from '../policy-set.ts';
import type { PolicyTestDocument } from '../policy-test.ts';

/** A folder that compiles, as an author wrote it. */
export interface Sound {
  readonly written: readonly WrittenPolicy[];
  readonly policies: ReadonlyMap<string, CompiledPolicy>;
  readonly issuers: ReadonlyMap<string, Issuer | undefined>;
  readonly tests: readonly PolicyTestDocument[];
  readonly expressions: readonly SoundExpression[];
  readonly options: AdviceOptions;
}

/** How closely a folder is looked at. */
export interface AdviceOptions {
  /** Ask for tests also where the folder has none at all. */
  readonly isStrict: boolean;
  /** Milliseconds since 1970, for what has ended or is about to. */
  readonly now: number;
}
