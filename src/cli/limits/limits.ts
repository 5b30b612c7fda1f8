import type { Readable } from 'node:stream';
import { quoted } from '../../diagnostic/suggest.ts';
import { WhatIf } from '../../tools/limits/what-if.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import { openValidFolder } from '../terminal/valid-folder.ts';
import { LIMIT_ACTIONS } from './actions.ts';
import type { LimitsOptions } from './flags.ts';
import { readLog, type Unread } from './read-log.ts';
import { humanReport, jsonReport } from './what-if-report.ts';

/** `lictor limits what-if DIR`: prints what the limits of the folder would have done to recorded traffic. */
export async function limits(
  action: string,
  dir: string,
  options: LimitsOptions,
  terminal: Terminal,
  input: Readable,
): Promise<ExitCode> {
  const usage = (problem: string, code: ExitCode = EXIT.usage): ExitCode => {
    complain(terminal, 'limits', problem);
    return code;
  };
  if (!LIMIT_ACTIONS.some((each) => each === action))
    return usage(`unknown action \`${action}\`; write ${quoted(LIMIT_ACTIONS)}`);
  const folder = await openValidFolder(dir, terminal, options.environment ?? '');
  if ('problem' in folder) return usage(folder.problem, folder.code);
  const whatIf = new WhatIf(folder.set, options.replicas);
  const unread: Unread[] = [];
  for (const path of options.log) {
    whatIf.beginLog();
    const read = await readLog(path, terminal, input, (record) => whatIf.add(record));
    if (read.problem !== undefined) return usage(read.problem);
    if (read.unread !== undefined) unread.push(read.unread);
  }
  for (const { path, count, line, problem } of unread)
    terminal.stderr.write(
      `note: ${count} ${count === 1 ? 'line' : 'lines'} of \`${path}\` left out; line ${line} ${problem}\n`,
    );
  const result = whatIf.result();
  if (result.records === 0) return usage('the logs hold no record');
  terminal.stdout.write(
    options.output === 'json'
      ? jsonReport(result, options)
      : humanReport(result, options, isColourful(terminal.stdout, terminal.environment)),
  );
  return EXIT.fine;
}
