import type { Readable } from 'node:stream';
import { quoted } from '../../diagnostic/suggest.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { AUDIT_ACTIONS, type AuditAction } from './actions.ts';
import type { AuditCall } from './call.ts';
import type { AuditOptions } from './flags.ts';
import { key } from './key.ts';
import { prove } from './prove.ts';
import { query } from './query.ts';
import { verify } from './verify.ts';
import { witness } from './witness.ts';

const ACTIONS = { verify, prove, query, key, witness } as const satisfies Record<
  AuditAction,
  (call: AuditCall) => Promise<ExitCode>
>;

/** `lictor audit ACTION`. */
export async function audit(
  action: string,
  paths: readonly string[],
  options: AuditOptions,
  terminal: Terminal,
  input: Readable,
): Promise<ExitCode> {
  const usage = (problem: string): ExitCode => {
    complain(terminal, 'audit', problem);
    return EXIT.usage;
  };
  const known = AUDIT_ACTIONS.find((each) => each === action);
  if (known === undefined) return usage(`unknown action \`${action}\`; write ${quoted(AUDIT_ACTIONS)}`);
  return await ACTIONS[known]({ paths, options, terminal, input, usage });
}
