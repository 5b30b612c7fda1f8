import type { Readable } from 'node:stream';
import { quoted } from '../../diagnostic/suggest.ts';
import { LogReader } from '../../sidecar/audit/log-reader.ts';
import { logsInTime } from '../../sidecar/audit/logs-in-time.ts';
import { openLog } from '../../sidecar/audit/plain-log.ts';
import { readRecord } from '../../sidecar/audit/read-record.ts';
import { WhatIf } from '../../tools/limits/what-if.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import { openValidFolder } from '../terminal/valid-folder.ts';
import { LIMIT_ACTIONS } from './actions.ts';
import type { LimitsOptions } from './flags.ts';
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
  const logs = options.log.map(
    (path) => new LogReader(path, () => openLog(path, terminal.directory, input), readRecord),
  );
  for await (const batch of logsInTime(logs))
    for (const { record, log } of batch) await whatIf.add(record, log);
  for (const { name, problem, unread } of logs) {
    if (problem !== undefined) return usage(problem);
    if (unread === undefined) continue;
    const { count, line } = unread;
    const lines = `${count} ${count === 1 ? 'line' : 'lines'}`;
    terminal.stderr.write(`note: ${lines} of \`${name}\` left out; line ${line} ${unread.problem}\n`);
  }
  const result = whatIf.result();
  if (result.records === 0) return usage('the logs hold no record');
  terminal.stdout.write(
    options.output === 'json'
      ? jsonReport(result, options)
      : humanReport(result, options, isColourful(terminal.stdout, terminal.environment)),
  );
  return EXIT.fine;
}
