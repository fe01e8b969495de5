# What both scripts share. Their variables begin with box_, so that none of the container's is changed.
# Descriptor 3 takes one line: "ok" when the program starts, or "no" and why it does not.
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
  for box_folder in $PATH; do
    if [ -f "$box_folder/$1" ] && [ -x "$box_folder/$1" ]; then unset IFS; return; fi
  done
  no "exec: \"$1\": executable file not found in \$PATH"
}
