import type { LimitStore, Take, Taken } from './limit.ts';

/**
 * A store that counts local limits by `local` and shared ones by `shared`. The local ones of a request are taken first,
 * since they cost nothing, and get theirs back if a shared one refuses.
 */
export function createScopedStore(local: LimitStore, shared: LimitStore): LimitStore {
  return {
    take: (take, now) => (isLocal(take) ? local : shared).take(take, now),
    takeAll: (takes, now) =>
      takeFromBoth(takes, isLocal, {
        first: (own) => local.takeAll(own, now),
        second: (others) => shared.takeAll(others, now),
        giveBack: (own) => local.giveBack(own, now),
      }),
    giveBack(takes, now) {
      const [own, others] = parted(takes, isLocal);
      if (own.length > 0) local.giveBack(own, now);
      if (others.length > 0) shared.giveBack(others, now);
    },
  };
}

function isLocal({ limit }: Take): boolean {
  return limit.shared === undefined;
}

type Answers = readonly (Taken | undefined)[];

/** Two ways to take, of which the first one can be undone. */
interface TwoWays {
  readonly first: (takes: readonly Take[]) => Answers | Promise<Answers>;
  readonly second: (takes: readonly Take[]) => Answers | Promise<Answers>;
  /** Gives back what the first one took. */
  readonly giveBack: (takes: readonly Take[]) => void;
}

/** Takes from all buckets or from none, some by the first way and the others by the second. Answers are in order. */
export function takeFromBoth(
  takes: readonly Take[],
  isOfFirst: (take: Take) => boolean,
  { first, second, giveBack }: TwoWays,
): Answers | Promise<Answers> {
  const [ofFirst, ofSecond] = parted(takes, isOfFirst);
  if (ofSecond.length === 0) return first(takes);
  if (ofFirst.length === 0) return second(takes);
  const inOrder = (own: Answers, others: Answers): Answers =>
    takes.map((take) => (isOfFirst(take) ? own[ofFirst.indexOf(take)] : others[ofSecond.indexOf(take)]));
  return after(first(ofFirst), (own) => {
    if (!areTaken(own)) return inOrder(own, []);
    return after(second(ofSecond), (others) => {
      if (!areTaken(others)) giveBack(ofFirst);
      return inOrder(own, others);
    });
  });
}

function after(
  answers: Answers | Promise<Answers>,
  next: (answers: Answers) => Answers | Promise<Answers>,
): Answers | Promise<Answers> {
  return answers instanceof Promise ? answers.then(next) : next(answers);
}

function parted(
  takes: readonly Take[],
  isOfFirst: (take: Take) => boolean,
): readonly [first: readonly Take[], second: readonly Take[]] {
  return [takes.filter(isOfFirst), takes.filter((take) => !isOfFirst(take))];
}

export function areTaken(answers: Answers): boolean {
  return answers.every((taken) => taken?.allowed === true);
}
