import type { ValuesOf } from '../../flag/flag.ts';
import { type FlagSource, readFlags, sourceOf } from '../../flag/read-flags.ts';
import { formatDuration } from '../../policy/language/duration.ts';
import type { FromCommit } from '../../policy/source/load-policy-set.ts';
import { SETTINGS, type SettingName } from './settings.ts';

/** Settings that `serve` runs with, defaults included. Durations in milliseconds. */
export type Configuration = ValuesOf<typeof SETTINGS>;

export type ConfigurationResult =
  | { readonly configuration: Configuration; readonly problems?: undefined }
  | { readonly problems: readonly string[]; readonly configuration?: undefined };

/** Takes each setting from the first source that has it, then the default. All problems are reported at once. */
export function configure(sources: readonly FlagSource[]): ConfigurationResult {
  const read = readFlags(SETTINGS, sources);
  const nameOf = (setting: SettingName): string => sourceOf(setting, sources).nameOf(setting);
  const broken = RULES.flatMap((rule) => rule(read.values ?? read.valid, nameOf) ?? []);
  if (read.values !== undefined && broken.length === 0) return { configuration: read.values };
  return { problems: [...(read.problems ?? []), ...broken] };
}

/** The way in which `serve` reads policies out of a commit; undefined if it reads the files of the work tree. */
export function fromCommitOf({
  fromCommit,
  fromWorkTree,
  requireRevision,
}: Pick<Configuration, 'fromCommit' | 'fromWorkTree' | 'requireRevision'>): FromCommit | undefined {
  if (fromWorkTree) return undefined;
  if (fromCommit) return 'always';
  return requireRevision ? 'if-known' : undefined;
}

/** Rule about several settings together; returns the problem if it is broken. */
type Rule = (
  configuration: Partial<Configuration>,
  nameOf: (setting: SettingName) => string,
) => string | undefined;

/** Settings without a meaning if there is no Redis, and without a default. */
const REDIS_FLAGS = [
  ['redisPasswordFile', 'redis-password-file'],
  ['redisCa', 'redis-ca'],
  ['redisCert', 'redis-cert'],
  ['redisKey', 'redis-key'],
] as const;

const RULES: readonly Rule[] = [
  function certificateWithKey({ tlsCert, tlsKey }) {
    if ((tlsCert === undefined) === (tlsKey === undefined)) return undefined;
    return '--tls-cert and --tls-key: each requires the other';
  },
  function clientCaWithCertificate({ tlsClientCa, tlsCert }) {
    if (tlsClientCa === undefined || tlsCert !== undefined) return undefined;
    return '--tls-client-ca: requires --tls-cert and --tls-key';
  },
  function commitOrWorkTree({ fromCommit = false, fromWorkTree = false }, nameOf) {
    if (!fromCommit || !fromWorkTree) return undefined;
    return `${nameOf('from-commit')}: cannot be combined with ${nameOf('from-work-tree')}`;
  },
  function socketGroupWithSocket({ socketGroup, listen = '' }, nameOf) {
    if (socketGroup === undefined || listen.startsWith('unix:')) return undefined;
    return `${nameOf('socket-group')}: requires \`--listen unix:PATH\``;
  },
  function redisFlagsWithRedis(configuration, nameOf) {
    if (configuration.redis !== undefined) return undefined;
    const without = REDIS_FLAGS.find(([member]) => configuration[member] !== undefined);
    return without && `${nameOf(without[1])}: requires ${nameOf('redis')}`;
  },
  function redisTlsWithTls({ redis, redisCa, redisCert }, nameOf) {
    if (redis === undefined || redis.tls || (redisCa === undefined && redisCert === undefined))
      return undefined;
    const flag = redisCa === undefined ? 'redis-cert' : 'redis-ca';
    return `${nameOf(flag)}: requires TLS, such as \`${nameOf('redis')} rediss://HOST:6379\``;
  },
  function redisCertificateWithKey({ redisCert, redisKey }) {
    if ((redisCert === undefined) === (redisKey === undefined)) return undefined;
    return '--redis-cert and --redis-key: each requires the other';
  },
  function redisPasswordInSecret({ redis, redisPasswordFile }, nameOf) {
    const name = nameOf('redis');
    if (redis?.password === undefined) return undefined;
    if (redisPasswordFile !== undefined)
      return `${nameOf('redis-password-file')}: cannot be combined with a password in the URL of ${name}`;
    if (!name.startsWith('--')) return undefined;
    return `${name}: has a password, which all users of the machine can read; write it to a file for --redis-password-file, or the URL to LICTOR_REDIS`;
  },
  function redisTimeoutBelowDeadline({ redis, redisTimeout = 0, deadline = Infinity }, nameOf) {
    if (redis === undefined || redisTimeout < deadline) return undefined;
    const [wait, most] = [redisTimeout, deadline].map(formatDuration);
    return `${nameOf('redis-timeout')}: \`${wait}\` is not shorter than ${nameOf('deadline')} (\`${most}\`): each check that waits for Redis would be denied`;
  },
  function chainWithKey({ auditChain = false, auditKey }, nameOf) {
    if (auditChain === (auditKey !== undefined)) return undefined;
    return `${nameOf('audit-chain')} and ${nameOf('audit-key')}: each requires the other`;
  },
  function chainWithSink({ auditChain = false, audit = [] }, nameOf) {
    const sinks = new Set(audit.map((each) => (each.kind === 'file' ? `file ${each.path}` : each.kind)));
    if (!auditChain || (sinks.size === 1 && !sinks.has('off'))) return undefined;
    return `${nameOf('audit-chain')}: requires a single sink in ${nameOf('audit')}, stdout or a file`;
  },
  function witnessWithChain({ auditChain = false, auditWitness = [] }, nameOf) {
    if (auditChain || auditWitness.length === 0) return undefined;
    return `${nameOf('audit-witness')}: requires ${nameOf('audit-chain')}`;
  },
  function auditOffAlone({ audit = [] }, nameOf) {
    const off = audit.filter(({ kind }) => kind === 'off');
    if (off.length === 0 || off.length === audit.length) return undefined;
    return `${nameOf('audit')}: \`off\` cannot be combined with other sinks`;
  },
];
