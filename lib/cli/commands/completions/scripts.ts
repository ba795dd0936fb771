/**
 * What a shell needs to ask the program for completions. The program knows its own commands and values, so a script does not go
 * stale. No part of a question or an answer is run by the shell, and nothing but an answer is printed.
 *
 * An answer has a line on how to use it (`nothing`, `files` or `folders`, then `goes-on` where no blank follows), then a
 * candidate a line, with a tab and a description where there is one.
 *
 * @module
 */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A path is asked itself; a name may also be an alias or a function that was there before the script. */
const ASK = `_agentop_ask() {
  case "$1" in
    */*) "\${1/#\\~\\//$HOME/}" "\${@:2}" ;;
    *) agentop "\${@:2}" ;;
  esac
} 2>/dev/null </dev/null`;

/** Bash ends words at "=" and ":" too: it hands over the line, and what ends a word. Bash 3.2 has no \`compopt\`. */
const BASH = `# bash completion for agentop
${ASK}

_agentop() {
  local IFS=$'\\n' how="" line
  COMPREPLY=()
  {
    read -r how
    while read -r line; do COMPREPLY+=("\${line%%$'\\t'*}"); done
  } < <(_agentop_ask "\${COMP_WORDS[0]}" complete bash -- "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS")
  {
    case "$how" in
      files*) ;;
      folders*) compopt +o default -o dirnames ;;
      *) compopt +o default ;;
    esac
    [[ "$how" == *goes-on* ]] && compopt -o nospace
    compopt -o nosort
  } 2>/dev/null
  return 0
}

complete -o default -F _agentop agentop
`;

const ZSH = `#compdef agentop
# zsh completion for agentop
${ASK}

_agentop() {
  local -a answer offered space
  local line value about
  answer=("\${(@f)$(_agentop_ask "$words[1]" complete zsh -- "\${(@)words[2,CURRENT-1]}" "$QIPREFIX$PREFIX")}")
  for line in "\${(@)answer[2,-1]}"; do
    value="\${line%%$'\\t'*}" about="\${line:\${#value}+1}"
    value="\${\${value//\\\\/\\\\\\\\}//:/\\\\:}"
    offered+=("$value\${about:+:$about}")
  done
  [[ "$answer[1]" == *goes-on* ]] && space=(-S '')
  (( $#offered )) && _describe -V 'agentop' offered "\${(@)space}"
  case "$answer[1]" in
    files*) compset -P '*='; _files ;;
    folders*) compset -P '*='; _files -/ ;;
  esac
}

if [ "$funcstack[1]" = "_agentop" ]; then
  _agentop "$@"
else
  compdef _agentop agentop
fi
`;

const FISH = `# fish completion for agentop
function __agentop_answer
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program agentop
    string match -q '*/*' -- $words[1]; and set program $words[1]
    set -e words[1]
    set -l answer ($program complete fish -- $words "$current" 2>/dev/null </dev/null)
    set -l how $answer[1]
    set -e answer[1]
    set -q answer[1]; and printf '%s\\n' $answer
    set -l start (string match -r '^.*=' -- "$current")
    set -l path (string replace -r '^.*=' '' -- "$current")
    switch "$how"
        case 'files*'
            for it in (__fish_complete_path "$path")
                echo "$start$it"
            end
        case 'folders*'
            for it in (__fish_complete_directories "$path")
                echo "$start$it"
            end
    end
end

complete -c agentop -e
complete -c agentop -k -f -a '(__agentop_answer)'
`;

export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
