# Runs one command in a container, exactly as standard input asks for it. What a caller gives is never part of this text
# and so never part of a URL.
# Lines in: a mark; the byte 255; the length of the request in blocks of 4 KiB, 0 for a short one; the request; the mark. The request assigns
# variables and defines two functions, __cs_vars and __cs_args, which run their arguments followed by NAME=VALUE words and
# by the program with its arguments. Each value in it is one word in single quotes, in which a shell changes nothing.
# The program starts through env(1) with the container's own environment, as the kernel has it, and that of the request:
# a shell would drop names such as a.b and change others such as RANDOM.
# First line on standard output: the mark and the process id, which is also the session id. On standard error all up to
# the mark is not the program's; the mark and "!" precede why it was not started.
{ set +aefnuvxC; } 2>/dev/null
IFS= read -r __cs_mark && IFS= read -r __cs_sep && IFS= read -r __cs_blocks || exit 125
printf '%s %s\n' "$__cs_mark" "$$"
__cs_path=$PATH
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
__cs_nl='
'
__cs_text= __cs_in=none __cs_dir= __cs_long=
__cs_fail() {
  trap - EXIT
  printf '%s! %s\n' "$__cs_mark" "$1" >&2
  exit 127
}
__cs_look() {
  __cs_why='executable file not found in $PATH' __cs_rest=$2:
  while [ -n "$__cs_rest" ]; do
    __cs_p=${__cs_rest%%:*}
    __cs_p=${__cs_p:-.}/$1
    __cs_rest=${__cs_rest#*:}
    if [ -f "$__cs_p" ]; then
      [ -x "$__cs_p" ] && return
      __cs_why='permission denied'
    fi
  done
  false
}
# Shells, and the C library of env, run a file of an unknown format as a script of sh.
__cs_check() {
  case $__cs_prog in
    '') __cs_why='executable file not found in $PATH'; false ;;
    */*)
      __cs_p=$__cs_prog
      if [ ! -e "$__cs_p" ]; then __cs_why="stat $__cs_p: no such file or directory"; false
      elif [ -d "$__cs_p" ]; then __cs_why='is a directory'; false
      else __cs_why='permission denied'; [ -x "$__cs_p" ]; fi ;;
    *) __cs_look "$__cs_prog" "$__cs_path" ;;
  esac || __cs_fail "exec: \"$__cs_prog\": $__cs_why"
  [ -r "$__cs_p" ] || return 0
  # Dash has no -n and reads a program byte by byte up to its first newline: not those of the system.
  { IFS= read -r -n 255 __cs_l <"$__cs_p"; } 2>/dev/null
  if [ $? -gt 1 ]; then
    case $__cs_p in /bin/* | /sbin/* | /usr/bin/* | /usr/sbin/*) return ;; esac
    IFS= read -r __cs_l <"$__cs_p"
  fi
  case $__cs_l in
    '#!'*)
      __cs_l=${__cs_l#??}
      __cs_l=${__cs_l#"${__cs_l%%[! ]*}"}
      __cs_l=${__cs_l%% *}
      [ -x "$__cs_l" ] || __cs_fail "exec: \"$__cs_prog\": the interpreter $__cs_l: no such file or directory" ;;
    ?ELF* | MZ* | PK*) ;;
    *) __cs_fail "exec: \"$__cs_prog\": exec format error" ;;
  esac
}
__cs_export() {
  for __cs_l in "$@"; do
    case ${__cs_l%%=*} in
      [0-9]* | *[!A-Za-z0-9_]*) __cs_fail "a variable named ${__cs_l%%=*} needs env and tr, which this image does not have" ;;
    esac
    export "$__cs_l"
  done
}
__cs_exec() {
  [ -z "$BASH_VERSION" ] || shopt -s execfail
  trap '__cs_fail "exec: \"$__cs_prog\": $__cs_why"' EXIT
  __cs_why='argument list too long: arguments and environment are more than this container takes'
  printf '%s\n' "$__cs_mark" >&2
  exec "$@"
  __cs_fail "exec: \"$__cs_prog\": $__cs_why"
}
__cs_shell() { "$@" sh -c 'exec "$@"' sh; }
__cs_go() {
  __cs_file=$__cs_p
  if __cs_look tr "$PATH" && __cs_all=$("$__cs_p" '\000' '\377' </proc/$$/environ 2>/dev/null) && __cs_look env "$PATH"; then
    IFS=$__cs_sep LC_ALL=C
    set -f
    for __cs_l in $__cs_all; do
      case ${__cs_l%%=*} in
        '' | PATH | IFS | OPTIND | __cs_* | [0-9]* | *[!A-Za-z0-9_]*) ;;
        *) command unset "${__cs_l%%=*}" ;;
      esac
    done 2>/dev/null
    # Where env and this shell are one program (busybox), it may prefer what it has itself to what PATH names.
    if [ "$__cs_p" -ef /proc/$$/exe ] && ! [ "$__cs_file" -ef "$__cs_p" ]; then
      case $(command -v "$__cs_prog") in */*) ;; *) __cs_prog=$__cs_file ;; esac
    fi
    case $__cs_prog in
      *=*) __cs_vars __cs_shell __cs_args __cs_exec "$__cs_p" -i -- $__cs_all ;;
      *) __cs_vars __cs_args __cs_exec "$__cs_p" -i -- $__cs_all ;;
    esac
  fi
  __cs_vars __cs_export
  __cs_args __cs_exec
}
__cs_start() {
  if [ -n "$__cs_dir" ]; then
    [ -e "$__cs_dir" ] || __cs_fail "chdir to cwd (\"$__cs_dir\"): no such file or directory"
    [ -d "$__cs_dir" ] || __cs_fail "chdir to cwd (\"$__cs_dir\"): not a directory"
    CDPATH= cd -- "$__cs_dir" >/dev/null 2>&1 || __cs_fail "chdir to cwd (\"$__cs_dir\"): permission denied"
  fi
  __cs_check
  [ -n "$__cs_long" ] || __cs_go
  {
    printf '%s' "$__cs_long" | { exec 5<&0 <&4 4<&-; __cs_go 2>&3 3>&-; }
  } 4<&0 3>&2 2>/dev/null
  exit $?
}
__cs_fed() {
  # Input that the command left is read: a server that closes upon unread input resets the connection, and the exit code
  # is lost with it.
  ( __cs_start ) 2>&3 3>&-
  __cs_code=$?
  exec 3>&-
  if __cs_look cat "$PATH"; then "$__cs_p"; else while IFS= read -r __cs_l; do :; done; fi >/dev/null
  exit $__cs_code
}
# A shell reads byte by byte; head may read more than it is told to, dd does not.
if [ "$__cs_blocks" -gt 0 ] && __cs_look dd "$PATH"; then
  __cs_text=$("$__cs_p" bs=4096 count="$__cs_blocks" iflag=fullblock 2>/dev/null)
fi
while IFS= read -r __cs_l || exit 125; do
  [ "$__cs_l" != "$__cs_mark" ] || break
  __cs_text=$__cs_text$__cs_l$__cs_nl
done
eval "$__cs_text"
case $__cs_in in
  none) exec </dev/null; __cs_start ;;
  all) __cs_fed 3>&2 2>/dev/null ;;
  *)
    __cs_look head "$PATH" || __cs_fail 'this image has no head, which feeds standard input on this cluster'
    { "$__cs_p" -c "$__cs_in" | __cs_fed; } 3>&2 2>/dev/null
    exit $? ;;
esac
