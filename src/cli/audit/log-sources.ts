import { openLog, plainLog } from '../../sidecar/audit/plain-log.ts';
import type { LogSource } from '../../tools/audit/verify-logs.ts';
import { STANDARD_INPUT } from '../terminal/standard-input.ts';
import type { AuditCall } from './call.ts';

/** The logs of a call: files, plain or compressed, or standard input. */
export function logSources({
  paths,
  terminal,
  input,
}: Pick<AuditCall, 'paths' | 'terminal' | 'input'>): readonly LogSource[] {
  return paths.map((path) => ({
    name: path,
    open: () => plainLog(openLog(path, terminal.directory, input)),
    isOnce: path === STANDARD_INPUT,
  }));
}
