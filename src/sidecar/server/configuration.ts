import type { ValuesOf } from '../../flag/flag.ts';
import { type FlagSource, readFlags, sourceOf } from '../../flag/read-flags.ts';
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
  function auditOffAlone({ audit = [] }, nameOf) {
    const off = audit.filter(({ kind }) => kind === 'off');
    if (off.length === 0 || off.length === audit.length) return undefined;
    return `${nameOf('audit')}: \`off\` cannot be combined with other sinks`;
  },
];
