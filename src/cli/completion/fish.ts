import { COLOUR_FLAG, type CompletedFlag, type CompletedVerb, type Proposals } from './completed-verb.ts';

/** Completion script of fish. */
export function fishScript(verbs: readonly CompletedVerb[]): string {
  return `# Completion of lictor for fish. Load it with: lictor completion fish | source

function __lictor_verb
    set -l words (commandline -opc)
    set -l value
    for word in $words[2..]
        if test "$word" = ${COLOUR_FLAG.name}
            set value after
            continue
        end
        if test -n "$value"
            set value
            continue
        end
        string match -q -- '-*' $word; and continue
        test "$word" = "$argv[1]"
        return
    end
    test -z "$argv[1]"
end

complete -c lictor -f
complete -c lictor -n __lictor_verb -l help -d 'print the help'
complete -c lictor -n __lictor_verb -l version -d 'print the version'
complete -c lictor -n __lictor_verb ${flagOf(COLOUR_FLAG)}
${verbs.map(verbLine).join('\n')}

${verbs.flatMap(linesOfVerb).join('\n')}
`;
}

function verbLine({ name, doc }: CompletedVerb): string {
  return `complete -c lictor -n __lictor_verb -a ${name} -d ${quote(doc)}`;
}

function linesOfVerb({ name, argument, second, flags }: CompletedVerb): readonly string[] {
  const start = `complete -c lictor -n '__lictor_verb ${name}'`;
  return [...argumentLines(name, argument, second), ...flags.map((flag) => `${start} ${flagOf(flag)}`)];
}

function argumentLines(name: string, argument: Proposals, second: Proposals | undefined): readonly string[] {
  if (argument.length === 0) return [];
  const line = (condition: string, proposals: Proposals): string =>
    `complete -c lictor -n '__lictor_verb ${name}${condition}' ${propose(proposals)}`;
  if (second === undefined || typeof argument === 'string') return [line('', argument)];
  const seen = `__fish_seen_subcommand_from ${argument.join(' ')}`;
  return [line(`; and not ${seen}`, argument), line(`; and ${seen}`, second)];
}

function flagOf({ name, doc, value, proposals }: CompletedFlag): string {
  const parts = [`-l ${name.slice(2)}`];
  if (value !== undefined) parts.push(proposals === 'files' ? '-r' : '-x');
  if (proposals.length > 0) parts.push(propose(proposals));
  return [...parts, `-d ${quote(doc)}`].join(' ');
}

function propose(proposals: Proposals): string {
  if (proposals === 'files') return '-F';
  if (proposals === 'folders') return "-a '(__fish_complete_directories)'";
  return `-a ${quote(proposals.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
