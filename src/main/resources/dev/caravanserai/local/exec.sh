# Runs a program beside a container's first process: stands outside of the container's pid namespace and waits for its
# child in it. nsenter could do that, but stops with a child that is stopped, and then never hears of its end.
# Arguments: terminal|pipes, working directory, the program and its arguments. Descriptor 3 is stderr, with a terminal its own.
exec 4>&2
box_ctty=--ctty
if [ "$1" = pipes ]; then box_ctty= && exec 3>&2; fi
exec 2>/dev/null
cd "$2" || no "chdir to cwd (\"$2\") failed: no such directory"
shift 2
find_program "$1"
echo ok >&3
(exec /usr/bin/setsid $box_ctty -- "$@" 2>&4 3>&- 4>&-)
exit $?
