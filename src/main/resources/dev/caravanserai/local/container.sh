# The first process of a container: builds the root file system in a new mount namespace, then executes the program.
# Arguments: root|user|none (no namespaces), a folder for the container, the host name, the working directory, the number of
# hidden paths, the number of mounts, the hidden paths, for each mount ro|rw, source and target, then the program and its
# arguments. Descriptor 3 is stdout.
#
# The root is a tmpfs. The host's folders are bound read-only; the folders in .own belong to the container. A folder of
# the host in which a mount point has to be created is replaced by a tmpfs with the same content.
box_who=$1 box_layer=$2 box_host=$3 box_dir=$4 box_hidden=$5 box_mounts=$6
shift 6
exec 3>&1 4>&2 1>/dev/null 2>"$box_layer/why" 5<"$box_layer/why"
read -r box_pid box_rest box_rest box_parent box_rest </proc/self/stat
why() { no "$1: $(tail -n 1 <&5)"; }

# Makes the mounts at and below a folder read-only. Other options are repeated, as a user namespace must not drop them.
read_only() {
  while read -r box_rest box_rest box_rest box_rest box_at box_options box_rest; do
    while :; do
      case $box_at in
      *\\040*) box_at="${box_at%%\\040*} ${box_at#*\\040}" ;;
      *) break ;;
      esac
    done
    case $box_at/ in
    "$1"/proc/* | "$1"/sys/* | "$1"/dev/* | "$1"/tmp/* | "$1"/run/* | "$1"/home/* | "$1"/root/*) ;;
    "$1"/*)
      [ ! -e "$box_at" ] || mount -o "remount,bind,ro${box_options#r?}" "$box_at" ||
        why "cannot make $box_at read-only" ;;
    esac
  done </proc/self/mountinfo
}

# Creates mount points in the current folder for all that another folder contains, and prints the fstab that binds it.
fill() {
  box_from=$1
  set --
  for box_child in "$box_from"/* "$box_from"/.[!.]*; do
    box_name=${box_child##*/}
    case $box_name in *[[:space:]\\]*) continue ;; esac
    if [ -h "$box_child" ] || [ ! -e "$box_child" ] || [ -e "$box_name" ]; then continue; fi
    if [ -d "$box_child" ]; then set -- "$@" "$box_name"; else : >"$box_name"; fi
    echo "$box_child $box_name none rbind 0 0"
  done
  [ $# = 0 ] || mkdir -- "$@"
  find "$box_from/" -maxdepth 1 -type l -exec cp -P -t . {} +
}

open_up() {
  set -- "$(cd "$1" && pwd -P)"
  [ "$1" -ef "/.ro$1" ] && mount -t tmpfs -o mode=755 none /.new && cd /.new &&
    fill "/.ro$1" >/.own/fstab && mount -a -T /.own/fstab && cd / && mount --move /.new "$1"
}

# Creates a folder if it is missing.
place() {
  [ ! -d "$1" ] || return 0
  case $1/ in
  /dev/* | /sys/* | /proc/* | /.ro/* | /.own/* | /.new/* | /.volumes/*) no "cannot mount at $1: it belongs to the host" ;;
  esac
  set -- "$1" "${1%/*}"
  place "${2:-/}"
  mkdir -- "$1" || { open_up "${2:-/}" && mkdir -- "$1"; } || why "cannot mount at $1"
}

# Binds an empty folder or file over a path of the host. Must precede fill, which copies these mounts.
hide() {
  box_empty=.own/empty
  [ -d ".ro$1" ] || box_empty=/dev/null
  [ ! -e ".ro$1" ] || mount --bind "$box_empty" ".ro$1" || why "cannot hide $1"
}

bind_volumes() {
  box_n=0
  while [ $box_n -lt "$box_mounts" ]; do
    mkdir ".volumes/$box_n" && mount --rbind "$2" ".volumes/$box_n" || why "cannot mount at $3"
    [ "$1" = rw ] || read_only "$PWD/.volumes/$box_n"
    shift 3
    box_n=$((box_n + 1))
  done
}

place_volumes() {
  box_n=0
  while [ $box_n -lt "$box_mounts" ]; do
    case $3 in
    / | /proc | /proc/* | /bin | /sbin | /lib | /lib64 | /usr | /usr/bin | /usr/sbin | /usr/lib | /usr/lib64)
      no "cannot mount at $3: containers of the local cluster need the files of this machine there" ;;
    esac
    place "$3"
    mount --move "/.volumes/$box_n" "$3" || why "cannot mount at $3"
    rmdir "/.volumes/$box_n"
    shift 3
    box_n=$((box_n + 1))
  done
}

# Creates the devices that a container of Kubernetes has, if this is root. Everybody else can change nothing in the folder
# of the host, which is used then. Prints the fstab. The device ptmx finds its terminals in the folder pts beside it.
devices() {
  if [ "$box_who" = root ]; then
    mount -t tmpfs -o mode=755 none dev && mkdir dev/pts dev/shm && ln -s /proc/self/fd dev/fd &&
      ln -s fd/0 dev/stdin && ln -s fd/1 dev/stdout && ln -s fd/2 dev/stderr &&
      { mknod -m 666 dev/ptmx c 5 2 || ln -s pts/ptmx dev/ptmx; } || why "cannot make /dev"
    for box_name in null zero full random urandom tty; do : >"dev/$box_name"; done
    for box_name in null zero full random urandom tty pts; do
      [ ! -e "/dev/$box_name" ] || echo "/dev/$box_name dev/$box_name none bind 0 0"
    done
  else
    echo "/dev dev none rbind 0 0"
  fi
  [ ! -d /dev/shm ] || echo ".own/shm dev/shm none bind 0 0"
}

build_root() {
  (umask 022 && cd "$box_layer" && mkdir -p root own/home own/root own/empty own/run/systemd/resolve &&
    mkdir -m 1777 own/tmp own/shm own/vartmp) &&
    mount -t tmpfs -o mode=755 none "$box_layer/root" && cd "$box_layer/root" &&
    mkdir proc sys dev tmp run home root .host .ro .own .new .volumes &&
    mount --rbind / .ro && mount --bind "$box_layer/own" .own || why "cannot make a root"
  read_only "$PWD/.ro"
  box_n=$box_hidden
  while [ $box_n -gt 0 ]; do
    hide "$1"
    shift
    box_n=$((box_n - 1))
  done
  {
    fill .ro
    for box_own in tmp run home root; do echo ".own/$box_own $box_own none bind 0 0"; done
    echo "proc proc proc defaults 0 0"
    devices
    [ ! -d /var/tmp ] || echo ".own/vartmp var/tmp none bind 0 0"
    [ ! -d /run/systemd/resolve ] || echo ".ro/run/systemd/resolve run/systemd/resolve none rbind 0 0"
  } >"$box_layer/fstab"
  mount -a -T "$box_layer/fstab" || why "cannot mount"
  # Root of a user namespace must take all of /sys.
  if [ "$box_who" != root ] || ! { mount --bind /sys sys && mount -o remount,bind,ro sys; }; then
    mount --rbind /sys sys || why "cannot mount /sys"
    [ "$box_who" != root ] || read_only "$PWD/sys"
  fi
  bind_volumes "$@"
  pivot_root . .host && cd / && umount -l /.host || why "cannot change the root"
  place_volumes "$@"
  place "$box_dir"
  hostname "$box_host"
  umount -l /.ro /.own && rmdir /.host /.ro /.own /.new /.volumes || why "cannot leave the host"
  cd "$box_dir" || no "chdir to cwd (\"$box_dir\") set in config.json failed"
}

if [ "$box_who" != none ]; then
  # If the parent was killed before setpriv took effect, nothing would end this process.
  [ "$box_parent" = "$box_wait" ] || exit 137
  build_root "$@"
fi
shift $((box_hidden + 3 * box_mounts))
find_program "$1"
echo "ok $box_pid" >&3
exec 1>&3 2>&4 3>&- 4>&- 5<&-
box_before=/usr/bin/setsid
[ "$box_who" != user ] || box_before="$box_before /usr/bin/setpriv --ambient-caps=-all --inh-caps=-all"
become "$@"
