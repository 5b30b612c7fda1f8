import { nearest } from '../../diagnostic/suggest.ts';
import { parseDuration } from '../../policy/language/duration.ts';
import { LOG_LEVELS, type LogLevel } from '../telemetry/logging.ts';
import { parseAddress } from '../transport/address.ts';
import { FLAGS, type Flag, type FlagName } from './flags.ts';

/** What `serve` runs with, every default filled in. Durations in milliseconds. */
export interface Configuration {
  readonly policies: string;
  readonly environment: string | undefined;
  readonly listen: string;
  readonly admin: string;
  readonly revision: string | undefined;
  readonly requireRevision: boolean;
  readonly transport: 'grpc-js';
  readonly audit: readonly AuditTarget[];
  readonly tls:
    | { readonly cert: string; readonly key: string; readonly clientCa: string | undefined }
    | undefined;
  readonly deadline: number;
  readonly maxInflight: number;
  readonly xfccTrustedHops: number;
  readonly drainTimeout: number;
  readonly logLevel: LogLevel;
}

export type AuditTarget = { readonly kind: 'stdout' } | { readonly kind: 'file'; readonly path: string };

/** Settings as they were written: a repeatable one is a list, a switch `true` or `false`. */
export type Settings = Readonly<Partial<Record<FlagName, string | readonly string[] | boolean>>>;

export type ConfigurationResult =
  | { readonly configuration: Configuration; readonly problems?: undefined }
  | { readonly problems: readonly string[]; readonly configuration?: undefined };

/** One place that settings come from; `from` names a setting the way its user wrote it. */
export interface SettingsSource {
  readonly settings: Settings;
  readonly from: (name: FlagName) => string;
}

/** Reads `LICTOR_*` out of an environment. `LICTOR_AUDIT` separates several sinks by commas. */
export function settingsOfEnvironment(environment: NodeJS.ProcessEnv): SettingsSource {
  const settings: Record<string, string | readonly string[]> = {};
  for (const name of flagNames()) {
    const text = environment[variableOf(name)];
    if (text === undefined || text === '') continue;
    settings[name] = isRepeatable(name) ? text.split(',').map((part) => part.trim()) : text;
  }
  return { settings, from: variableOf };
}

/**
 * Variables that begin like a setting and are none, with the one that was meant where a near one exists. They are
 * worth a warning only: an orchestrator puts variables such as `LICTOR_SERVICE_HOST` into containers by itself.
 */
export function strangersOfEnvironment(environment: NodeJS.ProcessEnv): readonly string[] {
  const known = [...flagNames().map(variableOf), 'LICTOR_CONFIG'];
  return Object.keys(environment).flatMap((name) => {
    if (!name.startsWith('LICTOR_') || known.includes(name)) return [];
    const near = nearest(name, known);
    return [`${name} is no setting${near === undefined ? '' : `; did you mean ${near}?`}`];
  });
}

/** The environment variable of a flag: `drain-timeout` is `LICTOR_DRAIN_TIMEOUT`. */
export function variableOf(name: FlagName): string {
  return `LICTOR_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Takes each setting from the first source that has it, then the default. All mistakes are reported at once. */
export function configure(sources: readonly SettingsSource[]): ConfigurationResult {
  const problems: string[] = [];
  const read = <T>(name: FlagName, parse: (text: string) => T | Problem): T | undefined => {
    const written = sources.find(({ settings }) => settings[name] !== undefined);
    const flag: Flag = FLAGS[name];
    const raw = written?.settings[name] ?? flag.default;
    if (raw === undefined) return undefined;
    const parsed = parse(String(raw));
    if (!(parsed instanceof Problem)) return parsed;
    problems.push(`${written?.from(name) ?? `--${name}`}: \`${String(raw)}\` ${parsed.text}`);
    return undefined;
  };
  const audit = readAudit(sources, problems);
  const cert = read('tls-cert', plain);
  const key = read('tls-key', plain);
  const clientCa = read('tls-client-ca', plain);
  if ((cert === undefined) !== (key === undefined)) {
    problems.push('--tls-cert and --tls-key: one does not work without the other');
  }
  if (clientCa !== undefined && cert === undefined) {
    problems.push('--tls-client-ca: asks for --tls-cert and --tls-key as well');
  }
  const policies = read('policies', plain);
  const environment = read('environment', plain);
  const listen = read('listen', address);
  const admin = read('admin', address);
  const revision = read('revision', commit);
  const requireRevision = read('require-revision', onOrOff);
  const transport = read('transport', transportName);
  const deadline = read('deadline', duration);
  const maxInflight = read('max-inflight', count);
  const xfccTrustedHops = read('xfcc-trusted-hops', wholeNumber);
  const drainTimeout = read('drain-timeout', duration);
  const logLevel = read('log-level', level);
  if (
    problems.length > 0 ||
    policies === undefined ||
    listen === undefined ||
    admin === undefined ||
    transport === undefined ||
    deadline === undefined ||
    maxInflight === undefined ||
    xfccTrustedHops === undefined ||
    drainTimeout === undefined ||
    logLevel === undefined
  ) {
    return { problems };
  }
  const tls = cert === undefined || key === undefined ? undefined : { cert, key, clientCa };
  return {
    configuration: {
      policies,
      environment,
      listen,
      admin,
      revision,
      requireRevision: requireRevision ?? false,
      transport,
      audit,
      tls,
      deadline,
      maxInflight,
      xfccTrustedHops,
      drainTimeout,
      logLevel,
    },
  };
}

/** The second half of a sentence that begins with what the user wrote. */
class Problem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function readAudit(sources: readonly SettingsSource[], problems: string[]): readonly AuditTarget[] {
  const written = sources.find(({ settings }) => settings.audit !== undefined);
  const raw = written?.settings.audit ?? FLAGS.audit.default;
  const targets = [...new Set(Array.isArray(raw) ? raw.map(String) : [String(raw)])];
  if (targets.includes('off')) {
    if (targets.length > 1)
      problems.push(`${written?.from('audit') ?? '--audit'}: \`off\` stands alone or not at all`);
    return [];
  }
  return targets.map((target) => (target === 'stdout' ? { kind: 'stdout' } : { kind: 'file', path: target }));
}

function plain(text: string): string | Problem {
  return text === '' ? new Problem('is empty') : text;
}

function address(text: string): string | Problem {
  if (parseAddress(text) !== undefined) return text;
  if (text === 'unix:') return new Problem('lacks the path behind `unix:`');
  const port = /:(\d{1,5})$/.exec(text)?.[1] ?? '0';
  if (Number(port) > 65_535) return new Problem('has a port above 65535');
  return new Problem('is no address; write HOST:PORT, [IPV6]:PORT or unix:PATH');
}

function commit(text: string): string | Problem {
  const lower = text.toLowerCase();
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(lower)
    ? lower
    : new Problem('is no full commit id of 40 or 64 hex digits');
}

function onOrOff(text: string): boolean | Problem {
  if (text === 'true' || text === 'false') return text === 'true';
  return new Problem('is neither `true` nor `false`');
}

function transportName(text: string): 'grpc-js' | Problem {
  return text === 'grpc-js' ? text : new Problem('is no transport of this version; `grpc-js` is');
}

function level(text: string): LogLevel | Problem {
  const known = LOG_LEVELS.find((each) => each === text);
  return known ?? new Problem(`is no level; write one of ${LOG_LEVELS.join(', ')}`);
}

function duration(text: string): number | Problem {
  const parsed = parseDuration(text);
  return parsed === undefined || parsed <= 0
    ? new Problem('is no time above zero such as `500ms`, `1s` or `5m`')
    : parsed;
}

function count(text: string): number | Problem {
  const parsed = Number(text);
  return Number.isSafeInteger(parsed) && parsed > 0 ? parsed : new Problem('is no whole number above zero');
}

function wholeNumber(text: string): number | Problem {
  const parsed = Number(text);
  return Number.isSafeInteger(parsed) && parsed >= 0 ? parsed : new Problem('is no whole number');
}

function flagNames(): readonly FlagName[] {
  return Object.keys(FLAGS) as FlagName[];
}

function isRepeatable(name: FlagName): boolean {
  const flag: Flag = FLAGS[name];
  return flag.repeatable === true;
}
