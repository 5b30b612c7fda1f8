# Prints what zsh proposes for each line, and `---` after it: zsh -f proposals.zsh SCRIPT LINE...
# An interactive zsh in a pseudo-terminal loads the script, and its function `compadd` notes each match in a file.
zmodload zsh/zpty
script=$1
shift
home=$(mktemp -d)
cat > $home/.zshrc <<END
PROMPT=
autoload -U compinit
compinit -u -D
source ${(q)script}
compadd() {
  if [[ \${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    local -a noted
    builtin compadd -A noted "\$@"
    print -rl -- \$noted >> $home/matches
  fi
  builtin compadd "\$@"
}
zle -C find complete-word _main_complete
propose() { : > $home/matches; zle find; BUFFER=; print '<end>' }
zle -N propose
zle-line-init() { print '<ready>' }
zle -N zle-line-init
bindkey '^I' propose
END
export ZDOTDIR=$home
zpty shell zsh -d -i
# What is typed before the line editor reads it can be lost.
zpty -r shell output '*<ready>*'
for line in "$@"; do
  zpty -w -n shell "$line"$'\t'
  zpty -r shell output '*<end>*'
  sort -u $home/matches
  print -- ---
done
zpty -d shell
rm -rf $home
