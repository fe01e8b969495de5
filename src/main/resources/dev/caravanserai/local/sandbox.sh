# Runs as PID 1 of a container's own mount and pid namespaces: mounts its root, then becomes its program.
# Arguments: layer folder, working directory, root|user, the program and its arguments.
# Answers one line on stdout: "ok <pid seen from the host>" or "no <reason>".
container_path=$PATH
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
layer=$1 dir=$2 who=$3
shift 3
exec 3>&1 4>&2 1>/dev/null 2>"$layer/why"
no() { echo "no $*" >&3; exit 128; }
why() { no "$1: $(tail -n 1 "$layer/why")"; }
read -r host_pid _ </proc/self/stat

mount -a -T "$layer/fstab" || why "cannot mount"
while read -r options target; do
  mount -o "remount,bind,$options" "$target" || why "cannot make $target read-only"
done <"$layer/readonly"
cd "$layer/root" && pivot_root . .host && umount -l /.host || no "cannot change the root"
cd "$dir" || no "chdir to cwd (\"$dir\") set in config.json failed"

case $1 in
*/*) found=; [ -e "$1" ] && found=$1 ;;
*)
  found=
  IFS=:
  for d in $container_path; do
    if [ -z "$found" ] && [ -f "$d/$1" ] && [ -x "$d/$1" ]; then found=$d/$1; fi
  done
  unset IFS
  [ -n "$found" ] || no "exec: \"$1\": executable file not found in \$PATH"
  ;;
esac
[ -n "$found" ] || no "exec: \"$1\": stat $1: no such file or directory"
[ -x "$found" ] && [ ! -d "$found" ] || no "exec: \"$1\": permission denied"
echo "ok $host_pid" >&3
exec 1>&3 2>&4 3>&- 4>&-
export PATH="$container_path"
if [ "$who" = root ]; then exec /usr/bin/setsid "$@"; fi
exec /usr/bin/setsid /usr/bin/setpriv --ambient-caps=-all --inh-caps=-all "$@"
