import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { type ProofResult, proveRecord } from '../../tools/audit/prove-record.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { AuditCall } from './call.ts';
import type { AuditOptions } from './flags.ts';
import { logSources } from './log-sources.ts';

/** `lictor audit prove DECISION_ID --log FILE`: prints a proof that a record is in a log. Exit code 1 if it is not. */
export async function prove(call: AuditCall): Promise<ExitCode> {
  const { paths, terminal, input, usage } = call;
  const options: AuditOptions = call.options;
  const [id, ...more] = paths;
  if (id === undefined || more.length > 0) return usage('name one decision id, and the logs with --log');
  if (options.log.length === 0) return usage('--log: name the log of the decision');
  let result: ProofResult;
  try {
    result = await proveRecord(logSources({ paths: options.log, terminal, input }), id);
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    return usage(code === 'ENOENT' ? 'a log does not exist' : `a log cannot be read: ${errorMessage(error)}`);
  }
  if (result.problem !== undefined) {
    usage(result.problem);
    return EXIT.fails;
  }
  if (options.out === undefined) terminal.stdout.write(result.text);
  else await writeFile(resolve(terminal.directory, options.out), result.text);
  return EXIT.fine;
}
