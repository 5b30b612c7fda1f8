import { joinLines } from '../../diagnostic/printable.ts';
import type { VerifierKey } from '../../tlog/note-key.ts';
import { type Proven, verifyProof } from '../../tools/audit/verify-proof.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { readInput } from '../terminal/read-input.ts';
import type { AuditCall } from './call.ts';

/** `lictor audit verify --proof FILE`: verifies a proof without the log, and prints its record. */
export async function verifyProofFile(
  path: string,
  keys: readonly VerifierKey[],
  witnessKeys: readonly VerifierKey[],
  { terminal, usage }: Pick<AuditCall, 'terminal' | 'usage'>,
): Promise<ExitCode> {
  if (keys.length === 0)
    return usage('--proof: requires --keys, since a proof without a signature proves nothing');
  const input = await readInput(path, terminal);
  if (input.problem !== undefined) return usage(`--proof: ${input.problem}`);
  const { proven, problem } = verifyProof(Buffer.from(input.bytes).toString(), keys, witnessKeys);
  if (proven === undefined) {
    usage(`--proof: \`${path}\` ${problem}`);
    return EXIT.fails;
  }
  terminal.stdout.write(`${joinLines(linesOf(proven))}\n`);
  return EXIT.fine;
}

function linesOf({ record, checkpoint, signer, witnesses }: Proven): readonly string[] {
  return [
    record,
    `the record is in the log ${checkpoint.origin}, whose tree of ${checkpoint.size} lines ${signer} has signed`,
    ...[...witnesses].map(
      ([name, seconds]) => `witness ${name} saw it at ${new Date(seconds * 1000).toISOString()}`,
    ),
  ];
}
