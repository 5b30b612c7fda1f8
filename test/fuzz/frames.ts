import { seeded } from '../support/seeded.ts';
import { mutate, pieces } from './frame-mutations.ts';
import { FrameRun, type Reply } from './frame-run.ts';
import { SEQUENCES } from './frame-sequences.ts';
import { methodsThat } from './frame-target.ts';

export interface MutationOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Called from time to time with the number of rounds so far. */
  readonly onStep?: (rounds: number) => void;
}

/** Numbers of sequences by what the server has done; one may count several times. */
export interface Outcomes {
  /** With an answer, which denies. */
  readonly denied: number;
  /** With RST_STREAM. */
  readonly reset: number;
  /** With nothing of these: an error status, or the rest did not arrive. */
  readonly other: number;
  /** With GOAWAY, by its code. */
  readonly goAway: ReadonlyMap<string, number>;
}

const STEP = 1000;

/** Sends mutated sequences to a server that denies everything. Throws for an allow, a fault, or something that is left. */
export async function runMutations({ rounds, seed, onStep }: MutationOptions): Promise<Outcomes> {
  const random = seeded(seed);
  const run = new FrameRun(methodsThat('deny'));
  const goAway = new Map<string, number>();
  let [denied, reset, other] = [0, 0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const bytes = mutate(SEQUENCES, random);
    const reply = await told(round, seed, bytes, () => run.reply(pieces(bytes, random)));
    if (reply.denied > 0) denied += 1;
    if (reply.reset !== undefined) reset += 1;
    if (reply.goAway !== undefined) goAway.set(reply.goAway, (goAway.get(reply.goAway) ?? 0) + 1);
    if (reply.denied === 0 && reply.reset === undefined && reply.goAway === undefined) other += 1;
    if ((round + 1) % STEP === 0) onStep?.(round + 1);
  }
  return { denied, reset, other, goAway };
}

/** The reply; an error has the bytes, so that it can be repeated alone. */
async function told(round: number, seed: number, bytes: Buffer, reply: () => Promise<Reply>): Promise<Reply> {
  try {
    const found = await reply();
    if (found.allowed > 0) throw new Error('a check was allowed that the policies deny');
    return found;
  } catch (cause) {
    const place = `round ${String(round)} of seed ${String(seed)}`;
    throw new Error(`${place}: ${String(cause)}: ${bytes.toString('base64')}`, { cause });
  }
}
