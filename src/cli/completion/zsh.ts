import { COLOUR_FLAG, type CompletedFlag, type CompletedVerb, type Proposals } from './completed-verb.ts';

/** Completion script of zsh, for a file of `fpath` or to be sourced after `compinit`. */
export function zshScript(verbs: readonly CompletedVerb[]): string {
  return `#compdef lictor
# Completion of lictor for zsh. Load it with: source <(lictor completion zsh)

_lictor() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '(- *)--help[print the help]' '(- *)--version[print the version]' ${quote(flagSpec(COLOUR_FLAG))} '1: :->verb' '*:: :->words'
  case $state in
    verb)
      local -a verbs=(
${verbs.map(({ name, doc }) => `        ${quote(`${name}:${doc}`)}`).join('\n')}
      )
      _describe -t verbs verb verbs ;;
    words)
      case $line[1] in
${verbs.map(verbCase).join('\n')}
      esac ;;
  esac
}

if [[ $funcstack[1] == _lictor ]]; then _lictor "$@"; else compdef _lictor lictor; fi
`;
}

function verbCase({ name, argument, second, flags }: CompletedVerb): string {
  const specs = [...flags.map(flagSpec), ...argumentSpecs(argument, second)];
  const lines = specs.map((spec) => `            ${quote(spec)}`).join(' \\\n');
  return `        ${name})\n          _arguments \\\n${lines} ;;`;
}

function argumentSpecs(argument: Proposals, second: Proposals | undefined): readonly string[] {
  if (argument.length === 0) return [];
  if (second === undefined) return [`*: :${actionOf(argument)}`];
  return [`1: :${actionOf(argument)}`, `2: :${actionOf(second)}`];
}

function flagSpec({ name, doc, value, proposals, isRepeatable }: CompletedFlag): string {
  const start = isRepeatable ? '*' : '';
  const shown = doc.replaceAll(/[[\]\\:]/g, '\\$&');
  return value === undefined
    ? `${start}${name}[${shown}]`
    : `${start}${name}=[${shown}]:${value}:${actionOf(proposals)}`;
}

function actionOf(proposals: Proposals): string {
  if (proposals === 'files') return '_files';
  if (proposals === 'folders') return '_directories';
  return proposals.length === 0 ? ' ' : `(${proposals.join(' ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
