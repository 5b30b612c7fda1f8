import { COLOUR_FLAG, type CompletedVerb, type Proposals } from './completed-verb.ts';

/** Completion script of bash 3.2 and later, without the package bash-completion. */
export function bashScript(verbs: readonly CompletedVerb[]): string {
  const names = verbs.map(({ name }) => name).join(' ');
  return `# Completion of lictor for bash. Load it with: source <(lictor completion bash)

_lictor_propose() {
  case "$1" in
    files) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$2")) ;;
    folders) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$2")) ;;
    *) COMPREPLY=($(compgen -W "$1" -- "$2")) ;;
  esac
}

_lictor() {
  local IFS=$' \\t\\n' word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" verb='' value='' each
  COMPREPLY=()
  # Bash makes three words of --flag=value.
  if [[ $word == '=' ]]; then word=''
  elif [[ $before == '=' ]]; then before="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $each == ${COLOUR_FLAG.name} || $each == '=' ]]; then value=after
    elif [[ -n $value ]]; then value=''
    elif [[ $each != -* ]]; then verb=$each; break
    fi
  done
  if [[ -z $verb ]]; then
    if [[ -n $value ]]; then ${propose(COLOUR_FLAG.proposals)}
    else _lictor_propose '${names} ${COLOUR_FLAG.name} --help --version' "$word"
    fi
    return
  fi
  case "$verb $before" in
${verbs.flatMap(valueCases).join('\n')}
  esac
  if [[ $word == -* ]]; then
    case "$verb" in
${verbs.map(flagCase).join('\n')}
    esac
    return
  fi
  case "$verb" in
${verbs.flatMap(argumentCase).join('\n')}
  esac
}

complete -F _lictor lictor
`;
}

function valueCases({ name, flags }: CompletedVerb): readonly string[] {
  return flags.flatMap(({ name: flag, value, proposals }) =>
    value === undefined ? [] : [`    '${name} ${flag}') ${propose(proposals)}; return ;;`],
  );
}

function flagCase({ name, flags }: CompletedVerb): string {
  return `      ${name}) ${propose(flags.map((flag) => flag.name))} ;;`;
}

function argumentCase({ name, argument, second }: CompletedVerb): readonly string[] {
  if (argument.length === 0) return [];
  if (second === undefined || typeof argument === 'string') return [`    ${name}) ${propose(argument)} ;;`];
  const after = argument.map((word) => `'${name} ${word}'`).join(' | ');
  return [
    `    ${name}) case "$verb $before" in`,
    `      ${after}) ${propose(second)} ;;`,
    `      *) ${propose(argument)} ;;`,
    '    esac ;;',
  ];
}

/** A file name can have spaces, so that its lines alone are told apart. */
function propose(proposals: Proposals): string {
  if (proposals.length === 0) return ':';
  if (typeof proposals === 'string') return `IFS=$'\\n'; _lictor_propose ${proposals} "$word"`;
  return `IFS=$' \\t\\n'; _lictor_propose '${proposals.join(' ')}' "$word"`;
}
