import { once } from 'node:events';
import { diagnose } from '../../diagnostic/collect.ts';
import { Lines } from '../../diagnostic/lines.ts';
import { renderDiagnostic } from '../../diagnostic/render.ts';
import { thousands } from '../../diagnostic/thousands.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { LogReader } from '../../sidecar/audit/log-reader.ts';
import { openLog } from '../../sidecar/audit/plain-log.ts';
import { RecordCounts } from '../../tools/audit/record-counts.ts';
import { createRecordFilter, type RecordFilter, readLogLine } from '../../tools/audit/record-filter.ts';
import { count } from '../terminal/count.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import type { AuditCall } from './call.ts';
import type { AuditOptions } from './flags.ts';
import { millisecondsOf } from './parsers.ts';
import { type RowForm, rowOf, rowWriter, USUAL_FIELDS } from './query-output.ts';

/** `lictor audit query LOG...`: prints or counts the records that an expression and a time select. */
export async function query(call: AuditCall): Promise<ExitCode> {
  const { paths, terminal, usage } = call;
  const options: AuditOptions = call.options;
  if (paths.length === 0) return usage('name the logs to query');
  const now = Date.now();
  const { filter, problems } = createRecordFilter({
    where: options.where,
    since: millisecondsOf(options.since, Number.NEGATIVE_INFINITY, now),
    until: millisecondsOf(options.until, Number.POSITIVE_INFINITY, now),
  });
  if (problems !== undefined) {
    terminal.stderr.write(rendered(options.where ?? '', problems, terminal));
    return EXIT.usage;
  }
  const sink = sinkOf(options);
  const progress = progressOn(terminal, filter);
  for (const path of paths) {
    const log = logOf(path, call);
    for await (const records of log.batches()) {
      await print(terminal, selectedText(records, filter, sink));
      progress();
    }
    if (log.problem !== undefined) return usage(log.problem);
    if (log.unread !== undefined) terminal.stderr.write(unreadNote(log));
  }
  await print(terminal, sink.end());
  if (filter.failed > 0)
    terminal.stderr.write(
      `note: --where could not judge ${count(filter.failed, 'record')}, which are left out: ${filter.failure}\n`,
    );
  return EXIT.fine;
}

type Log = LogReader<JsonObject | undefined>;

/** Lines of a chain that are not records come as undefined. */
function logOf(path: string, { terminal, input }: AuditCall): Log {
  return new LogReader(path, () => openLog(path, terminal.directory, input), readLogLine);
}

/** Receiver of selected records. */
interface RecordSink {
  /** Text to print. */
  add(record: JsonObject): string;
  end(): string;
}

function sinkOf(options: AuditOptions): RecordSink {
  const form: RowForm = options.output === 'human' ? 'table' : options.output;
  if (options.countBy !== undefined) return countingSink(options.countBy, form);
  if (form === 'json' && options.fields === undefined)
    return { add: (record) => `${JSON.stringify(record)}\n`, end: () => '' };
  const names = options.fields ?? USUAL_FIELDS;
  const fieldPaths = names.map((name) => name.split('.'));
  const rows = rowWriter(form, names);
  return { add: (record) => rows.add(rowOf(record, fieldPaths)), end: () => rows.end() };
}

function countingSink(names: readonly string[], form: RowForm): RecordSink {
  const counts = new RecordCounts();
  const fieldPaths = names.map((name) => name.split('.'));
  return {
    add(record) {
      counts.add(rowOf(record, fieldPaths));
      return '';
    },
    end() {
      const rows = rowWriter(form, ['count', ...names]);
      const texts = counts.sorted().map((group) => rows.add([group.count, ...group.values]));
      const others = counts.others > 0 ? rows.add([counts.others, ...names.map(() => '(others)')]) : '';
      return texts.join('') + others + rows.end();
    },
  };
}

function selectedText(
  records: readonly (JsonObject | undefined)[],
  filter: RecordFilter,
  sink: RecordSink,
): string {
  let text = '';
  for (const record of records) if (record !== undefined && filter.selects(record)) text += sink.add(record);
  return text;
}

/** Waits for a slow reader, so that memory does not grow with the result. */
async function print({ stdout }: Terminal, text: string): Promise<void> {
  if (text !== '' && !stdout.write(text)) await once(stdout, 'drain');
}

/** Milliseconds between two lines about the progress. */
const PROGRESS_INTERVAL = 2000;

function progressOn({ stderr }: Terminal, filter: RecordFilter): () => void {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < PROGRESS_INTERVAL) return;
    last = now;
    stderr.write(`${thousands(filter.records)} records read, ${thousands(filter.selected)} selected\n`);
  };
}

function unreadNote({ name, unread }: Log): string {
  if (unread === undefined) return '';
  return `note: ${count(unread.count, 'line')} of \`${name}\` left out; line ${unread.line} ${unread.problem}\n`;
}

function rendered(
  source: string,
  problems: NonNullable<ReturnType<typeof createRecordFilter>['problems']>,
  terminal: Terminal,
): string {
  const lines = new Lines(source);
  const colour = isColourful(terminal.stderr, terminal.environment);
  return problems
    .map(({ code, start, end, message, help }) => {
      const span = { file: '--where', start: lines.position(start), end: lines.position(end) };
      return `${renderDiagnostic(diagnose(code, span, message, help), lines, { colour })}\n`;
    })
    .join('\n');
}
