/** A setting with a wrong value, for the user. */
export class SettingError extends Error {}

/** Settings of the parts that start servers, all optional: `make bench PART=peers ROUNDS=5 SERVE='--transport grpc-js'`. */
export interface LoadSettings {
  /** Number of interleaved rounds. */
  readonly rounds: number;
  /** Measured seconds of each program in each round. */
  readonly seconds: number;
  /** Further flags of `lictor serve`. */
  readonly serve: readonly string[];
}

/** The settings in an environment. Rejects rounds that are not a whole number above 0. */
export function loadSettings(environment: NodeJS.ProcessEnv): LoadSettings {
  return {
    rounds: whole('ROUNDS', environment['ROUNDS'] ?? '3'),
    seconds: number('SECONDS_EACH', environment['SECONDS_EACH'] ?? '3'),
    serve: (environment['SERVE'] ?? '').split(/\s+/).filter((flag) => flag !== ''),
  };
}

/** The length of the part `hour` in minutes: `make bench PART=hour MINUTES=10`. */
export function minutesOf(environment: NodeJS.ProcessEnv): number {
  const minutes = whole('MINUTES', environment['MINUTES'] ?? '60');
  if (minutes > LONGEST) throw new SettingError(`MINUTES: \`${minutes}\` is above ${LONGEST}, a day`);
  return minutes;
}

/** Minutes of a day. */
const LONGEST = 1440;

function whole(name: string, text: string): number {
  const count = number(name, text);
  if (!Number.isSafeInteger(count)) throw new SettingError(`${name}: \`${text}\` is not a whole number`);
  return count;
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new SettingError(`${name}: \`${text}\` is not a number above 0`);
  return value;
}
