import { nearest } from '../../diagnostic/suggest.ts';
import { type FlagSource, isRepeatable } from '../../flag/read-flags.ts';
import { SETTINGS } from './settings.ts';

/** Variable that names the configuration file, as `--config` does. */
export const CONFIG_VARIABLE = 'LICTOR_CONFIG';

/** The environment variable of a setting: `drain-timeout` is `LICTOR_DRAIN_TIMEOUT`. */
export function variableOf(setting: string): string {
  return `LICTOR_${setting.toUpperCase().replaceAll('-', '_')}`;
}

/** The settings in an environment; an empty variable is none. Repeatable ones are separated by commas. */
export function settingsOfEnvironment(environment: NodeJS.ProcessEnv): FlagSource {
  const texts: Record<string, string | readonly string[]> = {};
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const text = environment[variableOf(name)];
    if (text === undefined || text === '') continue;
    texts[name] = isRepeatable(setting) ? text.split(',').map((part) => part.trim()) : text;
  }
  return { texts, nameOf: variableOf };
}

/**
 * Variables with the prefix of settings that are not settings, with the nearest setting. They deserve a warning
 * only: Kubernetes itself puts variables such as `LICTOR_SERVICE_HOST` into containers.
 */
export function unknownSettings(environment: NodeJS.ProcessEnv): readonly string[] {
  const known = [...Object.keys(SETTINGS).map(variableOf), CONFIG_VARIABLE];
  return Object.keys(environment).flatMap((name) => {
    if (!name.startsWith('LICTOR_') || known.includes(name)) return [];
    const near = nearest(name, known);
    return [`${name} is not a setting${near === undefined ? '' : `; did you mean ${near}?`}`];
  });
}
