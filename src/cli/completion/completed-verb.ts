import type { Flag } from '../../flag/flag.ts';
import { isRepeatable } from '../../flag/read-flags.ts';
import { COLOUR } from '../terminal/colour.ts';
import { type Argument, HELP, type Verb } from '../terminal/verb.ts';

/** Proposals for a word: files and folders, folders, or some words. */
export type Proposals = 'files' | 'folders' | readonly string[];

/** A verb as a completion script needs it. */
export interface CompletedVerb {
  readonly name: string;
  readonly doc: string;
  readonly argument: Proposals;
  /** Proposals after a word of `argument`; undefined if there is one argument, or a list of the same. */
  readonly second: Proposals | undefined;
  readonly flags: readonly CompletedFlag[];
}

export interface CompletedFlag {
  /** With the two dashes. */
  readonly name: string;
  readonly doc: string;
  /** Placeholder of the value; undefined for a switch. */
  readonly value: string | undefined;
  readonly proposals: Proposals;
  readonly isRepeatable: boolean;
}

/** Before a verb or after it. */
export const COLOUR_FLAG: CompletedFlag = {
  name: COLOUR.flag,
  doc: plain(COLOUR.doc),
  value: COLOUR.value,
  proposals: COLOUR.choices,
  isRepeatable: false,
};

/** All verbs, `help` included, each with `--help`. */
export function completedVerbs(verbs: readonly Verb[]): readonly CompletedVerb[] {
  const names = verbs.map(({ name }) => name);
  const help: CompletedVerb = {
    name: HELP.name,
    doc: HELP.doc,
    argument: names,
    second: undefined,
    flags: [],
  };
  return [...verbs.map(completedVerb), help];
}

/** A doc without the marks of code, which a shell would show or run. */
function plain(doc: string): string {
  return doc.replaceAll('`', '');
}

function completedVerb({ name, doc, argument, flags }: Verb): CompletedVerb {
  return {
    name,
    doc: plain(doc),
    argument: proposalsOf(argument),
    second: argument?.next && proposalsOf(argument.next),
    flags: [
      ...Object.entries(flags).map(([flag, row]) => completedFlag(flag, row)),
      COLOUR_FLAG,
      {
        name: '--help',
        doc: 'print the help of this verb',
        value: undefined,
        proposals: [],
        isRepeatable: false,
      },
    ],
  };
}

function proposalsOf(argument: Argument | undefined): Proposals {
  return argument?.completes ?? [];
}

function completedFlag(name: string, flag: Flag): CompletedFlag {
  return {
    name: `--${name}`,
    doc: plain(flag.doc),
    value: flag.value?.replaceAll(/[^\w=]+/g, ' ').trim(),
    proposals: valuesOf(flag),
    isRepeatable: isRepeatable(flag),
  };
}

function valuesOf(flag: Flag): Proposals {
  if (flag.value === undefined) return [];
  if (flag.choices !== undefined) return flag.choices;
  if (flag.value.startsWith('FILE')) return 'files';
  return flag.value.startsWith('DIR') ? 'folders' : [];
}
