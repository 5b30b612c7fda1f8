import { documentSchema } from '../../policy/language/json-schema.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `lictor schema`: a JSON Schema of the documents of every kind. */
export async function schema(terminal: Terminal): Promise<ExitCode> {
  terminal.stdout.write(`${JSON.stringify(documentSchema(), null, 2)}\n`);
  return EXIT.fine;
}
