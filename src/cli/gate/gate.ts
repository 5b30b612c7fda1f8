import { setTimeout as pause } from 'node:timers/promises';
import { thousands } from '../../diagnostic/thousands.ts';
import { formatDuration } from '../../policy/language/duration.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import { askPrometheus } from './ask-prometheus.ts';
import type { GetText } from './candidate-page.ts';
import { type Counts, judged } from './counts.ts';
import type { GateOptions } from './flags.ts';
import { humanReport, jsonReport } from './report.ts';
import { type World, watchSidecars } from './watch-sidecars.ts';

/** Longest time for an answer, milliseconds, and its longest text, bytes. */
const TIMEOUT = 5000;
const MOST_BYTES = 4 * 1024 * 1024;
/** Time between two lines of progress, milliseconds. */
const PROGRESS = 60_000;

const WORLD: World = {
  get: getText,
  clock: () => performance.now(),
  pause: async (milliseconds) => {
    await pause(milliseconds);
  },
};

/** `lictor gate`: waits while sidecars judge a candidate, and fails if it decides too much in another way. */
export async function gate(
  options: GateOptions,
  terminal: Terminal,
  world: World = WORLD,
): Promise<ExitCode> {
  const { status, prometheus } = options;
  if (status.length === 0 && prometheus === undefined) {
    complain(terminal, 'gate', 'name the sidecars by `--status`, or a Prometheus by `--prometheus`');
    return EXIT.usage;
  }
  const result =
    prometheus === undefined
      ? await watchSidecars(options, world, progressOf(options, terminal))
      : await askPrometheus({ ...options, prometheus }, world);
  const isColoured = isColourful(terminal.stdout, terminal.environment);
  terminal.stdout.write(options.output === 'json' ? jsonReport(result) : humanReport(result, isColoured));
  return result.problems.length === 0 ? EXIT.fine : EXIT.fails;
}

function progressOf(options: GateOptions, { stderr }: Terminal): (elapsed: number, counts: Counts) => void {
  let next = PROGRESS;
  return (elapsed, counts) => {
    if (elapsed < next) return;
    next += PROGRESS;
    const minutes = Math.floor(elapsed / PROGRESS);
    const { newly_allowed: allowed, newly_denied: denied } = counts;
    const found = `${thousands(judged(counts))} judged, ${allowed} newly allowed, ${denied} newly denied`;
    stderr.write(`${minutes}m of ${formatDuration(options.for)}: ${found}\n`);
  };
}

async function getText(url: string): ReturnType<GetText> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT), redirect: 'error' });
  const decoder = new TextDecoder();
  let text = '';
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MOST_BYTES) throw new Error('the answer is too long');
  }
  return { status: response.status, text };
}
