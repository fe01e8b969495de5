# Shared by both scripts. Their variables begin with box_. The container's environment is passed as NAME=value in
# box_env_0 and box_more_0 (two halves), box_env_1 and so on, and set for the program only: a shell drops some names and
# is changed by others.
# Descriptor 3 gets one line: "ok" if the program starts, else "no" and the reason.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
no() { echo "no $*" >&3; exit 128; }

# Looks up a program like a container runtime.
find_program() {
  case $1 in
  */*)
    [ -e "$1" ] || no "exec: \"$1\": stat $1: no such file or directory"
    [ -x "$1" ] && [ ! -d "$1" ] || no "exec: \"$1\": permission denied"
    return ;;
  esac
  IFS=:
  for box_folder in $box_path; do
    if [ -f "$box_folder/$1" ] && [ -x "$box_folder/$1" ]; then unset IFS; return; fi
  done
  no "exec: \"$1\": executable file not found in \$PATH"
}

# Executes the program, prefixed by the words of $box_before and $box_drop, with the default action of all signals.
become() {
  case $1 in *=*) set -- /usr/bin/nice -n 0 -- "$@" ;; esac # env would read the name as a variable
  box_names= box_values= box_n=0
  while [ $box_n -lt "$box_env" ]; do
    box_names="$box_names box_env_$box_n box_more_$box_n"
    box_values="$box_values \"\$box_env_$box_n\$box_more_$box_n\""
    box_n=$((box_n + 1))
  done
  eval "set -- $box_before $box_drop $box_launch -- $box_values \"\$@\""
  [ $box_n = 0 ] || unset $box_names
  exec "$@"
}
