import { type FlagSource, isRepeatable, readFlags, sourceOf } from '../../flag/read-flags.ts';
import { parseDuration } from '../../policy/language/duration.ts';
import { packageVersion } from '../../sidecar/server/version.ts';
import { PASSED_SETTINGS, POD_OPTIONS, type PodOptions } from './options.ts';

/** Options of one injection. */
export interface Injection extends Omit<PodOptions, 'image'> {
  readonly image: string;
  /** Settings of `serve`, by name, with their texts; a setting that was not given is left to its default. */
  readonly settings: ReadonlyMap<string, readonly string[]>;
  /** Milliseconds from SIGTERM until the sidecar has ended, at the latest. */
  readonly drainTime: number;
}

export type InjectionResult =
  | { readonly injection: Injection; readonly problems?: undefined }
  | { readonly problems: readonly string[]; readonly injection?: undefined };

/** Names of all options. */
export const OPTION_NAMES: readonly string[] = [...Object.keys(POD_OPTIONS), ...Object.keys(PASSED_SETTINGS)];

/** Takes each option from the first source that has it, then the default. All problems are reported at once. */
export function readInjection(sources: readonly FlagSource[]): InjectionResult {
  const secrets = secretsInUrls(sources);
  // No other message may show the text of such an option.
  if (secrets.length > 0) return { problems: secrets };
  const read = readFlags(POD_OPTIONS, sources);
  const passed = readFlags(PASSED_SETTINGS, sources);
  const problems = [...(read.problems ?? []), ...(passed.problems ?? []), ...brokenRules(sources)];
  if (read.values === undefined || problems.length > 0) return { problems };
  const settings = passedTexts(sources);
  const drainTime = durationOf('drain-delay', settings) + durationOf('drain-timeout', settings);
  const image = read.values.image ?? `lictor:${packageVersion()}`;
  return { injection: { ...read.values, image, settings, drainTime } };
}

/** Options from texts by name, as annotations and `--set` have them; repeatable ones are separated by commas. */
export function optionSource(
  texts: ReadonlyMap<string, string>,
  nameOf: (option: string) => string,
): FlagSource {
  const entries = [...texts].map(([name, text]) => {
    const row = Object.hasOwn(PASSED_SETTINGS, name) ? PASSED_SETTINGS[name] : undefined;
    const isList = row !== undefined && isRepeatable(row);
    return [name, isList ? text.split(',').map((part) => part.trim()) : text] as const;
  });
  return { texts: Object.fromEntries(entries), nameOf };
}

/** Options with a URL, what in it may be a secret, and where that belongs. */
const URL_OPTIONS = [
  ['redis', /^[^/]*:\/\/[^/]*:[^/]*@/, '; name a Secret in `redis-secret`'],
  ['policies', /^git:[^:]*:[\s/\\]*[^/\\]*@/, '; name a Secret in `git-secret`'],
  ['otlp-endpoint', /^[^:]*:[\s/\\]*[^/\\]*@/, ''],
] as const;

/** Passwords in URLs. */
function secretsInUrls(sources: readonly FlagSource[]): readonly string[] {
  return URL_OPTIONS.flatMap(([name, secret, remedy]) => {
    const { texts, nameOf } = sourceOf(name, sources);
    if (!secret.test(String(texts[name] ?? ''))) return [];
    return [`${nameOf(name)}: the URL has a user or password, which is visible in the pod${remedy}`];
  });
}

/** Options without a meaning for policies of other origins. */
const GIT_OPTIONS = ['git-ref', 'git-path', 'git-secret', 'git-period', 'git-image'] as const;

/** Options that do not go together. */
function brokenRules(sources: readonly FlagSource[]): readonly string[] {
  const lacksRedis = textsOf('redis-secret', sources).length > 0 && textsOf('redis', sources).length === 0;
  const isForGit = textsOf('policies', sources)[0]?.startsWith('git:') === true;
  // A default of the cluster may name the Secret for those pods that take policies from git.
  const useless = isForGit ? [] : GIT_OPTIONS.filter((name) => sources[0]?.texts[name] !== undefined);
  const requires = (name: string, needed: string): string =>
    `${sourceOf(name, sources).nameOf(name)}: requires \`${needed}\``;
  return [
    ...(lacksRedis ? [requires('redis-secret', 'redis')] : []),
    ...useless.map((name) => requires(name, 'policies: git:URL')),
  ];
}

/** The settings of `serve` that were given. */
function passedTexts(sources: readonly FlagSource[]): ReadonlyMap<string, readonly string[]> {
  const given = Object.keys(PASSED_SETTINGS).map((name) => [name, textsOf(name, sources)] as const);
  return new Map(given.filter(([, texts]) => texts.length > 0));
}

/** The texts of an option, none if it was not given. */
function textsOf(name: string, sources: readonly FlagSource[]): readonly string[] {
  return [sourceOf(name, sources).texts[name] ?? []].flat();
}

/** Milliseconds of a setting that has been read, or of its default. */
function durationOf(name: string, settings: ReadonlyMap<string, readonly string[]>): number {
  const row = PASSED_SETTINGS[name];
  const byDefault = row?.value === undefined ? undefined : row.default;
  return parseDuration(settings.get(name)?.[0] ?? byDefault ?? '') ?? 0;
}
