import { type CaseChanges, caseChanges } from './case-changes.ts';
import { isConfirmed } from './confirm.ts';
import { seedsOf } from './test-seeds.ts';
import { type TextChange, textChanges } from './text-changes.ts';
import { changedPolicies, pairsOf, type Version } from './version.ts';
import { findWitnesses, type Witnesses } from './witnesses.ts';

/** A change of policy in layers: the text, the requests of the tests, and requests made of the literals of both. */
export interface VersionChange {
  readonly text: readonly TextChange[];
  readonly cases: CaseChanges;
  readonly search: Witnesses;
}

/** Compares two versions. `now` is the time of all decisions that name no other, milliseconds since 1970. */
export async function compareVersions(before: Version, after: Version, now: number): Promise<VersionChange> {
  const pairs = pairsOf(before, after);
  const isChanged = changedPolicies(before, after);
  const search = await findWitnesses({
    pairs,
    isChanged,
    seeds: [...seedsOf(after), ...seedsOf(before)],
    now,
  });
  const witnesses: Witnesses['witnesses'][number][] = [];
  for (const witness of search.witnesses) {
    const pair = pairs.find(({ environment }) => environment === witness.environment);
    if (pair === undefined) continue;
    if (await isConfirmed(witness, pair, { issuers: search.issuers, now })) witnesses.push(witness);
  }
  return {
    text: textChanges(before, after),
    cases: await caseChanges(before, after, now),
    search: { ...search, witnesses },
  };
}
