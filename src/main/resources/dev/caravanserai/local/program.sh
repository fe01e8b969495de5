# What both scripts share. Their variables begin with box_; the container's environment comes in box_env_0, box_env_1 and
# so on, as NAME=value, and reaches the program only: a shell would drop some names, and others would change the shell.
# Descriptor 3 takes one line: "ok" when the program starts, or "no" and why it does not.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
no() { echo "no $*" >&3; exit 128; }

# Looks a program up as a container runtime does.
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

# Becomes the program, started through the words of $box_before and with no signal ignored.
become() {
  case $1 in *=*) set -- /usr/bin/nice -n 0 -- "$@" ;; esac # env would take its name for a variable
  box_names= box_values= box_n=0
  while [ $box_n -lt "$box_env" ]; do
    box_names="$box_names box_env_$box_n" box_values="$box_values \"\$box_env_$box_n\""
    box_n=$((box_n + 1))
  done
  eval "set -- $box_before $box_launch -- $box_values \"\$@\""
  [ $box_n = 0 ] || unset $box_names
  exec "$@"
}
