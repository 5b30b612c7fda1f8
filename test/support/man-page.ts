import { COLOUR } from '../../src/cli/terminal/colour.ts';
import { EXIT } from '../../src/cli/terminal/exit-code.ts';
import { usageOf } from '../../src/cli/terminal/flags.ts';
import { type Argument, HELP, type Verb } from '../../src/cli/terminal/verb.ts';
import { VERBS } from '../../src/cli/verbs.ts';
import type { Flag } from '../../src/flag/flag.ts';
import { CONFIG_VARIABLE, variableOf } from '../../src/sidecar/server/environment-variables.ts';
import { SETTINGS } from '../../src/sidecar/server/settings.ts';

const EXIT_CODES = {
  fine: 'Success.',
  fails: 'The answer is no: a mistake that check found, a failed case, a denied request.',
  usage: 'Wrong usage or configuration.',
  fault: 'An internal fault.',
  uncompiled: 'The policy folder has errors, so that the verb had nothing to work with.',
} as const satisfies Record<keyof typeof EXIT, string>;

const VARIABLES: readonly (readonly [string, string])[] = [
  ['NO_COLOR', 'Not empty: no colour.'],
  ['FORCE_COLOR', 'Not 0: colour, also if the output is not a terminal.'],
  ['XDG_CACHE_HOME', 'Folder for the failed cases of the last test run; ~/.cache if not set.'],
];

/** The manual page lictor(1), from the tables of verbs, flags and settings, in the macros of man(7). */
export function manPage(version: string): string {
  const sections = [
    `.TH LICTOR 1 "" "lictor ${escape(version)}" "User Commands"`,
    '.SH NAME',
    'lictor \\- machine-to-machine authorization as policy-as-code, beside every Envoy',
    '.SH SYNOPSIS',
    '.B lictor',
    '.I verb',
    '[\\fIargument\\fR ...] [\\fIflag\\fR ...]',
    '.SH DESCRIPTION',
    line('Lictor answers the authorization checks of Envoy from policies in git, YAML documents with CEL.'),
    line('The verbs serve such a folder, check it, test it and explain its decisions.'),
    line('Results go to standard output, progress and logs to standard error.'),
    line(`Every verb takes ${COLOUR.flag} (${COLOUR.choices.join(', ')}).`),
    '.SH VERBS',
    ...VERBS.flatMap(verbLines),
    `.SS lictor ${HELP.usage.replaceAll(/[[\]]/g, '')}`,
    line(sentence(HELP.doc)),
    '.SH EXIT STATUS',
    ...Object.entries(EXIT).flatMap(([name, code]) =>
      tagged(String(code), EXIT_CODES[name as keyof typeof EXIT]),
    ),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(([name, doc]) => tagged(name, doc)),
    ...tagged(CONFIG_VARIABLE, 'The file of --config, for serve.'),
    ...Object.keys(SETTINGS).flatMap((name) => tagged(variableOf(name), `Default of --${name} for serve.`)),
    '.SH SEE ALSO',
    '.BR envoy (1),',
    '.BR git (1)',
  ];
  return `${sections.join('\n')}\n`;
}

function verbLines({ name, doc, argument, flags, examples }: Verb): readonly string[] {
  const all: Argument[] = [];
  for (let each = argument; each !== undefined; each = each.next) all.push(each);
  return [
    `.SS lictor ${[name, ...all.map(({ usage }) => escape(usage))].join(' ')}`,
    line(sentence(doc)),
    ...all.flatMap((each) => ['.PP', line(`The argument ${each.usage} is ${plain(each.doc)}.`)]),
    ...Object.entries(flags).flatMap(([flag, row]) => tagged(usageOf(flag, row), meaningOf(row))),
    '.PP',
    'Examples:',
    '.PP',
    '.RS 4',
    '.nf',
    ...examples.map(line),
    '.fi',
    '.RE',
  ];
}

function meaningOf(flag: Flag): string {
  const notes = [
    flag.value === undefined || flag.choices === undefined ? '' : `One of: ${flag.choices.join(', ')}.`,
    flag.value === undefined || flag.default === undefined ? '' : `Default: ${flag.default}.`,
    flag.conflicts === undefined
      ? ''
      : `Not together with ${flag.conflicts.map((name) => `--${name}`).join(', ')}.`,
  ];
  return [sentence(flag.doc), ...notes].filter((each) => each !== '').join(' ');
}

function tagged(tag: string, text: string): readonly string[] {
  return ['.TP', `.B ${escape(tag)}`, line(text)];
}

/** A first word with capitals, such as gRPC, is a name and stays. */
function sentence(doc: string): string {
  return /^\w*[A-Z]/.test(doc) ? `${doc}.` : `${doc.charAt(0).toUpperCase()}${doc.slice(1)}.`;
}

function plain(text: string): string {
  return text.replaceAll('`', '');
}

/** A line of text: one that begins with a dot or an apostrophe would be a request. */
function line(text: string): string {
  return escape(text).replace(/^[.']/, '\\&$&');
}

function escape(text: string): string {
  return plain(text).replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq');
}
