import type { CompletedFlag, CompletedVerb, Proposals } from './completed-verb.ts';

/** Completion script of fish. */
export function fishScript(verbs: readonly CompletedVerb[]): string {
  return `# Completion of lictor for fish. Load it with: lictor completion fish | source

function __lictor_verb
    set -l words (commandline -opc)
    for word in $words[2..]
        string match -q -- '-*' $word; and continue
        test "$word" = "$argv[1]"
        return
    end
    test -z "$argv[1]"
end

complete -c lictor -f
complete -c lictor -n __lictor_verb -l help -d 'print the help'
complete -c lictor -n __lictor_verb -l version -d 'print the version'
${verbs.map(verbLine).join('\n')}

${verbs.flatMap(linesOfVerb).join('\n')}
`;
}

function verbLine({ name, doc }: CompletedVerb): string {
  return `complete -c lictor -n __lictor_verb -a ${name} -d ${quote(doc)}`;
}

function linesOfVerb({ name, argument, flags }: CompletedVerb): readonly string[] {
  const start = `complete -c lictor -n '__lictor_verb ${name}'`;
  const words = argument.length === 0 ? [] : [`${start} ${propose(argument)}`];
  return [...words, ...flags.map((flag) => `${start} ${flagOf(flag)}`)];
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
