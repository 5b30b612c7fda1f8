import { type Command, InvalidArgumentError, Option } from 'commander';

export interface TestOptions {
  readonly filter?: string;
  readonly allowEmpty: boolean;
  readonly output: 'human' | 'json' | 'junit' | 'github';
  readonly onlyFailed: boolean;
  readonly seed?: number;
  readonly update: boolean;
  readonly watch: boolean;
  readonly coverage: boolean;
  readonly coverageOutput?: string;
  readonly minCoverage?: number;
  readonly mutate: boolean;
  readonly since?: string;
  readonly minMutation?: number;
  /** Seconds. */
  readonly mutationTime: number;
}

/** What `lictor test` can be told. */
export function addTestFlags(command: Command): Command {
  return command
    .option('--filter <text>', 'only cases whose name holds this text')
    .option('--only-failed', 'only the cases that failed when they were run last', false)
    .option('--allow-empty', 'a folder without tests is fine', false)
    .option('--seed <number>', 'shuffle the cases, the same way for the same number', wholeNumber)
    .option('--update', 'write the snapshots anew instead of comparing with them', false)
    .addOption(
      new Option('--watch', 'stay, and run again what a change touches')
        .default(false)
        .conflicts(['coverage', 'coverageOutput', 'minCoverage', 'mutate', 'since', 'minMutation']),
    )
    .addOption(
      new Option('--output <form>', 'how to print')
        .choices(['human', 'json', 'junit', 'github'])
        .default('human'),
    )
    .option('--coverage', 'tell which rules and conditions the cases reach', false)
    .option('--coverage-output <file>', 'write that to a .lcov, .html or .json file', coverageFile)
    .option('--min-coverage <percent>', 'fail when less is covered', percentage)
    .option('--mutate', 'change the policies in small ways, and tell which changes no case notices', false)
    .option('--since <revision>', 'mutate only the policies that changed since this commit')
    .option('--min-mutation <percent>', 'fail when less of the changes are noticed', percentage)
    .option('--mutation-time <seconds>', 'stop mutating after so long', wholeNumber, 300);
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

function percentage(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 100) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 100.');
}

function coverageFile(text: string): string {
  if (/\.(lcov|info|html|json)$/.test(text)) return text;
  throw new InvalidArgumentError('The name must end in .lcov, .html or .json.');
}
