#!/bin/sh
# AgentOp Studio @VERSION@ for @TARGET@. Its first start unpacks it into ~/.cache/agentop; from then on it starts there.
# Behind this script, as tar.gz: Deno and the program.
hash=@HASH@
bytes=@BYTES@

fail() {
  echo "agentop: Cannot unpack $0: $1. Try: $2" >&2
  exit 2
}

# Where none of these is there, only gzip's own sum is checked.
sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum
  elif command -v shasum >/dev/null 2>&1; then shasum -a 256
  elif command -v openssl >/dev/null 2>&1; then openssl dgst -sha256 -r
  else cat >/dev/null && echo "$hash"; fi
}

is_there() { [ -s "$1/program/main.js" ] && [ -s "$1/deno" ] && [ -s "$1/agentop" ]; }

# Answered by one look: below /tmp others could change what they own between two.
is_ours() {
  # shellcheck disable=SC2012,SC2046
  set -- $(ls -ldn "$1" 2>/dev/null)
  case ${1-} in drwx------ | drwx------[.@]) [ "$3" = "$(id -u)" ] ;; *) return 1 ;; esac
}

# What a first start that was killed has left.
sweep() {
  for it in "$1"/new.*; do
    pid=${it##*/new.}
    if [ -d "$it" ] && ! kill -0 "${pid%%.*}" 2>/dev/null; then rm -rf "$it"; fi
  done
}

# Other versions go, unless a process runs from there, a Jupyter kernel is started from there, or nobody can tell.
sweep_versions() {
  if [ -r /proc/self/cmdline ]; then running=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\000' ' ')
  else running=$(ps -A -ww -o args= 2>/dev/null); fi
  [ -n "$running" ] || return 0
  kernels=$(cat "${JUPYTER_DATA_DIR:-/nowhere}/kernels"/*/kernel.json \
    "${XDG_DATA_HOME:-${HOME-}/.local/share}/jupyter/kernels"/*/kernel.json \
    "${HOME-}/Library/Jupyter/kernels"/*/kernel.json 2>/dev/null)
  for it in "$1"/*; do
    case ${it##*/} in "$hash" | *[!0-9a-f]*) continue ;; esac
    case $running$kernels in *"$it/"*) continue ;; esac
    rm -rf "$it"
  done
}

# Into a folder beside, which then takes the right name: nobody ever sees a half. Sets `why` where that fails.
unpack() {
  mkdir -p "$1" 2>/dev/null || { why="$1 cannot be made"; return 1; }
  [ -O "$1" ] || { why="$1 belongs to somebody else"; return 1; }
  sweep "$1"
  new=$(mktemp -d "$1/new.$$.XXXXXX" 2>/dev/null) || { why="$1 cannot be written"; return 1; }
  said=$(tail -c "$bytes" "$0" | gzip -dc 2>/dev/null | LC_ALL=C tar xof - -C "$new" 2>&1) || {
    why="$1 cannot take its @SPACE@ MB (${said%%
*})"
    rm -rf "$new"
    return 1
  }
  "$new/deno" --version >/dev/null 2>&1
  case $? in
    0) ;;
    126) why="no program may start in $1" ;;
    *) why="its Deno does not start here, it is for @TARGET@" ;;
  esac
  [ -z "$why" ] || { rm -rf "$new"; return 1; }
  # Another first start may have been quicker: then its folder stays, and this one's goes.
  if [ -L "$1/$hash" ] || { [ -d "$1/$hash" ] && ! is_there "$1/$hash"; }; then rm -rf "${1:?}/$hash"; fi
  mv "$new" "$1/$hash" 2>/dev/null
  rm -rf "$new" "${1:?}/$hash/${new##*/}"
  is_there "$1/$hash" || { why="$1/$hash cannot be written"; return 1; }
  if [ -L "$1/$hash" ] || [ ! -O "$1/$hash" ]; then why="$1/$hash belongs to somebody else"; return 1; fi
  sweep_versions "$1"
}

first_start() {
  temporary=${TMPDIR:-/tmp}/agentop-$(id -u)
  if is_ours "$temporary" && is_there "$temporary/$hash"; then
    here=$temporary/$hash
    return
  fi
  mask=$(umask)
  umask 077
  if [ ! -f "$0" ] || [ ! -r "$0" ]; then fail "its file cannot be read" "start it by its path"; fi
  for it in tail gzip tar mktemp; do
    command -v "$it" >/dev/null 2>&1 || fail "the program $it is missing" "install $it"
  done
  case $(tail -c "$bytes" "$0" | sha256) in
    "$hash"*) ;;
    *) fail "the file is damaged, or was changed" "download it again" ;;
  esac
  trap 'rm -rf "${new:-/nowhere}"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  [ ! -t 2 ] || printf 'agentop: unpacking, only this once …' >&2
  why=
  if [ -z "$cache" ] || ! unpack "$cache"; then
    first=${why:-HOME is not set}
    why=
    mkdir "$temporary" 2>/dev/null
    is_ours "$temporary" || fail "$first, and $temporary cannot be used" "XDG_CACHE_HOME=FOLDER"
    unpack "$temporary" || fail "$first; $why" "XDG_CACHE_HOME=FOLDER"
    here=$temporary/$hash
  fi
  [ ! -t 2 ] || printf '\r\033[K' >&2
  trap - EXIT HUP INT TERM
  umask "$mask"
}

case ${XDG_CACHE_HOME-} in
  /*) cache=$XDG_CACHE_HOME/agentop ;;
  *) case ${HOME-} in /*) cache=$HOME/.cache/agentop ;; *) cache= ;; esac ;;
esac
here=$cache/$hash
# shellcheck disable=SC3067
if [ -z "$cache" ] || [ ! -O "$here" ] || ! is_there "$here"; then first_start; fi
exec "$here/agentop" "$@"
exit 126
