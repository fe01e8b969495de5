# Executes another program in a container. This process stays outside of the container's pid namespace and waits for its
# child inside. (nsenter could do that, but it stops together with a stopped child and then misses the child's end.)
# Arguments: terminal, pipes or plain (no namespaces), working directory, the program and its arguments.
# Descriptor 3 is stderr; with a terminal it is a separate descriptor.
exec 4>&2
box_kind=$1 box_before="/usr/bin/setsid --ctty"
if [ "$1" != terminal ]; then box_before=/usr/bin/setsid && exec 3>&2; fi
exec 2>/dev/null
cd "$2" || no "chdir to cwd (\"$2\") failed: no such directory"
shift 2
find_program "$1"
echo ok >&3
exec 3>&-

# As in Kubernetes, an exec ends when its program has ended and no other process holds its output open.
held() {
  for box_fd in /proc/[0-9]*/fd/*; do
    case $box_fd in "/proc/$box_me/"*) continue ;; esac
    if [ "$box_fd" -ef /proc/self/fd/1 ] || [ "$box_fd" -ef /proc/self/fd/4 ]; then return 0; fi
  done
  return 1
}

(
  read -r box_me box_rest </proc/self/stat
  (exec 2>&4 4>&-; become "$@")
  box_code=$?
  while [ "$box_kind" = pipes ] && held; do /bin/sleep 0.1 || break; done
  exit $box_code
)
exit $?
