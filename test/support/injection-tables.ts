import { WEBHOOK_METRICS } from '../../src/cli/webhook/counters.ts';
import type { Flag, Flags } from '../../src/flag/flag.ts';
import { PREFIX } from '../../src/tools/inject/names.ts';
import { RATIONALE } from '../../src/tools/inject/rationale.ts';
import { code, table } from './markdown.ts';

/** The parts of an injection, with the reason for each. */
export function injectionTable(): string {
  return table(
    ['part', 'why'],
    Object.entries(RATIONALE).map(([part, why]) => [part === 'mount' ? 'mount of Envoy' : code(part), why]),
  );
}

/** Options of pods, by annotation. */
export function podOptionTable(options: Flags): string {
  return table(
    ['annotation', 'value', 'default', 'meaning'],
    Object.entries(options).map(([name, flag]) => [
      code(`${PREFIX}${name}`),
      valueOf(flag),
      flag.value === undefined || flag.default === undefined ? '' : code(flag.default),
      flag.doc,
    ]),
  );
}

function valueOf(flag: Flag): string {
  if (flag.value === undefined) return code('true');
  return flag.choices === undefined
    ? code(flag.value.replace(/\.{3}$/, ',…'))
    : flag.choices.map(code).join(', ');
}

/** Metrics of the webhook. */
export function webhookMetricTable(): string {
  return table(
    ['metric', 'type', 'meaning'],
    Object.entries(WEBHOOK_METRICS).map(([name, { type, doc }]) => [code(name), type, doc]),
  );
}
