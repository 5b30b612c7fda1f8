import { documentSchema } from '../../policy/language/json-schema.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `lictor schema`: prints a JSON Schema of all kinds of documents. */
export async function schema(terminal: Terminal): Promise<ExitCode> {
  terminal.stdout.write(`${JSON.stringify(documentSchema(), null, 2)}\n`);
  return EXIT.fine;
}
