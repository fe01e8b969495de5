# Runs as PID 1 of a container's own mount and pid namespaces: builds its root, then becomes its program.
# Arguments: layer folder, working directory, number of mounts, then (source target rw|ro) each, then the program and its arguments.
# Answers one line on stdout: "ok <pid seen from the host>" or "no <reason>".
container_path=$PATH
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec 3>&1 4>&2 1>/dev/null 2>"$1/why"
no() { echo "no $*" >&3; exit 128; }
why() { no "$1: $(tail -n 1 "$layer/why")"; }
read -r host_pid _ </proc/self/stat
layer=$1 dir=$2 mounts=$3
shift 3
r=$layer/root
ours=" / "
mkdir -p "$r" "$layer/upper" "$layer/work" "$layer/tmp"
chmod 1777 "$layer/tmp"

# A folder of ours with the host's entries bound into it.
skeleton() {
  mount -t tmpfs -o mode=755 none "$r$1" || why "cannot mount a tmpfs"
  for e in "$2"/* "$2"/.[!.]*; do
    n=${e##*/}
    if [ -L "$e" ]; then cp -P "$e" "$r$1/$n"
    elif [ -d "$e" ]; then mkdir "$r$1/$n"; case $e in /proc | /tmp | /lost+found) ;; *) mount --rbind "$e" "$r$1/$n" ;; esac
    elif [ -f "$e" ]; then : >"$r$1/$n"; mount --bind "$e" "$r$1/$n"
    fi
  done
}
# Makes a mount point without creating anything on the host.
place() {
  [ -e "$r$1" ] && return
  local parent=${1%/*}
  if [ -n "$parent" ]; then place "$parent"; fi
  if [ -z "$layered" ]; then
    case $ours in *" ${parent:-/} "*) ;; *) skeleton "$parent" "$parent"; ours="$ours$parent " ;; esac
    ours="$ours$1 "
  fi
  if [ "$2" = file ]; then : >"$r$1"; else mkdir "$r$1"; fi || why "cannot make $1"
}

mount --make-rprivate / || why "cannot make the mounts private"
layered=
if mount -t overlay -o "lowerdir=/,upperdir=$layer/upper,workdir=$layer/work" none "$r"; then
  layered=yes
  mount --rbind /dev "$r/dev" && mount --rbind /sys "$r/sys" && mount --rbind /run "$r/run" || why "cannot bind /dev, /sys, /run"
else
  skeleton "" ""
fi
mount -t proc proc "$r/proc" || why "cannot mount /proc"
mount --bind "$layer/tmp" "$r/tmp" || why "cannot bind /tmp"
while [ "$mounts" -gt 0 ]; do
  if [ -d "$1" ]; then place "$2"; else place "$2" file; fi
  mount --rbind "$1" "$r$2" || why "cannot mount at $2"
  if [ "$3" = ro ]; then mount -o remount,bind,ro "$r$2" || why "cannot make $2 read-only"; fi
  shift 3
  mounts=$((mounts - 1))
done
place "$dir"
place /.host
cd "$r" && pivot_root . .host && umount -l /.host || why "cannot change the root"
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
PATH=$container_path
export PATH
if [ "$(/usr/bin/id -u)" = 0 ]; then exec /usr/bin/setsid "$@"; fi
exec /usr/bin/setsid /usr/bin/setpriv --ambient-caps=-all --inh-caps=-all "$@"
