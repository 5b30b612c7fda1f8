import type { ValuesOf } from '../../flag/flag.ts';
import { type FlagSource, readFlags, sourceOf } from '../../flag/read-flags.ts';
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
  function auditOffAlone({ audit = [] }, nameOf) {
    const off = audit.filter(({ kind }) => kind === 'off');
    if (off.length === 0 || off.length === audit.length) return undefined;
    return `${nameOf('audit')}: \`off\` cannot be combined with other sinks`;
  },
];
