import { errorCode, errorMessage } from '../../diagnostic/system-error.ts';
import { type Verification, verifyLogs } from '../../tools/audit/verify-logs.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { AuditCall } from './call.ts';
import type { AuditOptions } from './flags.ts';
import { knownCheckpoints } from './known-checkpoints.ts';
import { logSources } from './log-sources.ts';
import { readKeys } from './read-keys.ts';
import { humanVerification, jsonVerification } from './verification-report.ts';
import { verifyProofFile } from './verify-proof.ts';

/** `lictor audit verify LOG...`: finds the first line of a log that is not as it was written. */
export async function verify(call: AuditCall): Promise<ExitCode> {
  const { paths, terminal, usage } = call;
  const options: AuditOptions = call.options;
  const { keys, problem } = await readKeys(options.keys, '--keys', terminal);
  if (problem !== undefined) return usage(problem);
  const witnesses = await readKeys(options.witnessKeys, '--witness-keys', terminal);
  if (witnesses.problem !== undefined) return usage(witnesses.problem);
  if (options.output === 'csv' || options.output === 'table')
    return usage(`--output: \`${options.output}\` is a form of \`audit query\`; write \`human\` or \`json\``);
  if (options.proof !== undefined) return await verifyProofFile(options.proof, keys, witnesses.keys, call);
  if (paths.length === 0) return usage('name the logs to verify');
  const { known, problem: unusable } = await knownCheckpoints(call, keys);
  if (unusable !== undefined) return usage(unusable);
  let verification: Verification;
  try {
    verification = await verifyLogs(logSources(call), { keys, witnessKeys: witnesses.keys, known });
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    return usage(code === 'ENOENT' ? 'a log does not exist' : `a log cannot be read: ${errorMessage(error)}`);
  }
  const report = options.output === 'json' ? jsonVerification : humanVerification;
  terminal.stdout.write(report(verification, keys.length > 0));
  return verification.faults.length === 0 ? EXIT.fine : EXIT.fails;
}
