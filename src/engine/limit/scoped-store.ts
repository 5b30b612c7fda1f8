import type { LimitStore, Take, Taken } from './limit.ts';

/**
 * A store that counts local limits by `local` and shared ones by `shared`. The local ones of a request are taken first,
 * since they cost nothing, and get theirs back if a shared one refuses.
 */
export function createScopedStore(local: LimitStore, shared: LimitStore): LimitStore {
  const storeOf = ({ limit }: Take): LimitStore => (limit.shared === undefined ? local : shared);

  return {
    take: (take, now) => storeOf(take).take(take, now),
    takeAll(takes, now) {
      const [ofProcess, ofAll] = parted(takes);
      if (ofAll.length === 0) return local.takeAll(takes, now);
      if (ofProcess.length === 0) return shared.takeAll(takes, now);
      const first = local.takeAll(ofProcess, now);
      if (first instanceof Promise)
        return first.then((late) => takeShared(takes, ofProcess, ofAll, late, now));
      return takeShared(takes, ofProcess, ofAll, first, now);
    },
    giveBack(takes, now) {
      const [ofProcess, ofAll] = parted(takes);
      if (ofProcess.length > 0) local.giveBack(ofProcess, now);
      if (ofAll.length > 0) shared.giveBack(ofAll, now);
    },
  };

  function takeShared(
    takes: readonly Take[],
    ofProcess: readonly Take[],
    ofAll: readonly Take[],
    first: readonly (Taken | undefined)[],
    now: number,
  ): ReturnType<LimitStore['takeAll']> {
    if (!areTaken(first)) return inOrder(takes, ofProcess, first, ofAll, []);
    const second = shared.takeAll(ofAll, now);
    if (second instanceof Promise) return second.then((late) => concluded(late));
    return concluded(second);

    function concluded(answers: readonly (Taken | undefined)[]): readonly (Taken | undefined)[] {
      if (!areTaken(answers)) local.giveBack(ofProcess, now);
      return inOrder(takes, ofProcess, first, ofAll, answers);
    }
  }
}

function parted(takes: readonly Take[]): readonly [local: readonly Take[], shared: readonly Take[]] {
  return [
    takes.filter(({ limit }) => limit.shared === undefined),
    takes.filter(({ limit }) => limit.shared !== undefined),
  ];
}

export function areTaken(answers: readonly (Taken | undefined)[]): boolean {
  return answers.every((taken) => taken?.allowed === true);
}

/** The answers of both stores in the order of the takes. */
function inOrder(
  takes: readonly Take[],
  ofProcess: readonly Take[],
  first: readonly (Taken | undefined)[],
  ofAll: readonly Take[],
  second: readonly (Taken | undefined)[],
): readonly (Taken | undefined)[] {
  return takes.map((take) =>
    take.limit.shared === undefined ? first[ofProcess.indexOf(take)] : second[ofAll.indexOf(take)],
  );
}
