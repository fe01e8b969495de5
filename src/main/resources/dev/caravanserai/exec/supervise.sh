# Runs one command in a container, exactly as asked for on standard input: what a caller gives is
# never part of this text, so nothing of it is parsed as shell and nothing of it is in a URL.
# Values come as lines: "+" a line that more lines follow, "=" the last line; ":" is as "+", once
# in a while, so that long values are not copied with every line.
# First line out: the mark and the process id, which is also the session id. When the command
# could not be started, the second is the mark with "!", then why. Only shell builtins are used.
__cs_nl='
'
__cs_read() {
  __cs_v= __cs_some=
  while IFS= read -r __cs_l; do
    case $__cs_l in
      +*) __cs_some=$__cs_some${__cs_l#?}$__cs_nl ;;
      :*) __cs_v=$__cs_v$__cs_some${__cs_l#?}$__cs_nl; __cs_some= ;;
      *) __cs_v=$__cs_v$__cs_some${__cs_l#?}; return 0 ;;
    esac
  done
  exit 125
}
__cs_fail() {
  trap - EXIT
  printf '%s! %s\n' "$__cs_mark" "$1"
  exit 127
}
__cs_check() {
  case $1 in
    '') __cs_fail 'exec: "": executable file not found in $PATH' ;;
    */*)
      __cs_p=$1
      [ -e "$1" ] || __cs_fail "exec: \"$1\": stat $1: no such file or directory"
      [ -d "$1" ] && __cs_fail "exec: \"$1\": is a directory"
      [ -x "$1" ] || __cs_fail "exec: \"$1\": permission denied"
      return ;;
  esac
  __cs_why='executable file not found in $PATH'
  __cs_rest=${PATH-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}:
  while [ -n "$__cs_rest" ]; do
    __cs_p=${__cs_rest%%:*}
    __cs_p=${__cs_p:-.}/$1
    __cs_rest=${__cs_rest#*:}
    if [ -f "$__cs_p" ]; then
      [ -x "$__cs_p" ] && return
      __cs_why='permission denied'
    fi
  done
  __cs_fail "exec: \"$1\": $__cs_why"
}
__cs_exec() {
  if [ -n "$BASH_VERSION" ]; then
    # Bash neither returns nor runs the trap when exec fails in a part of a pipe.
    shopt -s execfail
    IFS= read -r -n 255 __cs_l <"$__cs_p"
    case $__cs_l in
      '#!'*)
        __cs_l=${__cs_l#??}
        __cs_l=${__cs_l#"${__cs_l%%[! ]*}"}
        __cs_l=${__cs_l%% *}
        [ -x "$__cs_l" ] || __cs_fail "exec: \"$1\": the interpreter $__cs_l: no such file or directory" ;;
    esac
  fi 2>/dev/null
  trap '__cs_fail "exec: \"$1\": the system could not execute it"' EXIT
  exec "$@"
  __cs_fail "exec: \"$1\": the system could not execute it"
}
__cs_go() {
  if [ -z "$__cs_long" ]; then
    __cs_exec "$@"
  fi
  {
    printf '%s' "$__cs_long" | { exec 5<&0 <&4 4<&-; __cs_exec "$@" 2>&3 3>&-; }
  } 4<&0 3>&2 2>/dev/null
  exit $?
}
__cs_start() {
  if [ -n "$__cs_dir" ]; then
    [ -e "$__cs_dir" ] || __cs_fail "chdir to cwd (\"$__cs_dir\"): no such file or directory"
    [ -d "$__cs_dir" ] || __cs_fail "chdir to cwd (\"$__cs_dir\"): not a directory"
    CDPATH= cd -- "$__cs_dir" >/dev/null 2>&1 || __cs_fail "chdir to cwd (\"$__cs_dir\"): permission denied"
  fi
  __cs_check "$1"
  __cs_go "$@"
}
__cs_fed() {
  # Input that the command left is read: a server that closes upon unread input resets the
  # connection, and the exit code is lost with it.
  ( __cs_start "$@" ) 2>&3 3>&-
  __cs_code=$?
  exec 3>&-
  if [ -n "$__cs_cat" ]; then "$__cs_cat"; else while IFS= read -r __cs_l; do :; done; fi >/dev/null
  exit $__cs_code
}
__cs_read
__cs_mark=$__cs_v
printf '%s %s\n' "$__cs_mark" "$$"
__cs_in=none __cs_cat= __cs_dir= __cs_long=
set --
while __cs_read; do
  case $__cs_v in
    i) __cs_read; __cs_in=$__cs_v; __cs_cat=$(command -v cat) ;;
    e) __cs_read; __cs_name=$__cs_v; __cs_read; export "$__cs_name=$__cs_v" ;;
    d) __cs_read; __cs_dir=$__cs_v ;;
    s) __cs_read; __cs_long=$__cs_v ;;
    a) __cs_read; set -- "$@" "$__cs_v" ;;
    h) __cs_head=$(command -v head) || __cs_fail 'this image has no head, which feeds standard input on this cluster' ;;
    r) break ;;
    *) exit 125 ;;
  esac
done
case $__cs_in in
  none) exec </dev/null; __cs_start "$@" ;;
  all) __cs_fed "$@" 3>&2 2>/dev/null ;;
  *)
    { "$__cs_head" -c "$__cs_in" | __cs_fed "$@"; } 3>&2 2>/dev/null
    exit $? ;;
esac
