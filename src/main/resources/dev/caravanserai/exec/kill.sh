# Ends all processes of one exec: those of its session, those that carry its mark in their
# environment, and what descends from them. TERM first, then KILL until none is left.
# Whoever was found once stays found, by process id and start time, when its parent has gone.
# Standard input: the exec's id, its session id (0 when unknown), the grace in tenths of a second.
# Last line out: "left", and how many would not go.
IFS= read -r id && IFS= read -r sid && IFS= read -r grace || exit 125
mark=CARAVANSERAI_EXEC_ID=$id
known=' '
# That of busybox reads a line up to the first NUL only, so it would see the first variable alone.
if printf 'a\0b' 2>/dev/null | grep -qsF b 2>/dev/null; then grep=1; else grep=; fi
marked() {
  marked=' '
  if [ -n "$grep" ]; then
    for f in $(grep -lsF "$mark" /proc/[0-9]*/environ 2>/dev/null); do
      f=${f#/proc/}
      marked="$marked${f%/environ} "
    done
    return
  fi
  for d in /proc/[0-9]*; do
    e=
    { while IFS= read -r l || [ -n "$l" ]; do e=$e$l; l=; done <"$d/environ"; } 2>/dev/null
    case $e in *"$mark"*) marked="$marked${d#/proc/} " ;; esac
  done
}
look() {
  marked
  found=' ' table=
  for d in /proc/[0-9]*; do
    p=${d#/proc/}
    s=
    { while IFS= read -r l; do s=$s$l; done <"$d/stat"; } 2>/dev/null
    [ -n "$s" ] || continue
    set -- ${s##*) }
    case $1 in Z | X) continue ;; esac
    [ "$p" = 1 ] && continue
    [ "$p" = "$$" ] && continue
    table="$table $p:$2:${20}"
    case $known in *" $p:${20} "*) found="$found$p "; continue ;; esac
    case $marked in *" $p "*) found="$found$p "; continue ;; esac
    if [ "$sid" != 0 ] && [ "$4" = "$sid" ]; then found="$found$p "; fi
  done
  more=1
  while [ -n "$more" ]; do
    more=
    for e in $table; do
      p=${e%%:*}
      case $found in *" $p "*) continue ;; esac
      e=${e#*:}
      case $found in *" ${e%%:*} "*) found="$found$p "; more=1 ;; esac
    done
  done
  for e in $table; do
    case $found in *" ${e%%:*} "*) known="$known${e%%:*}:${e##*:} " ;; esac
  done
  [ "$found" != ' ' ]
}
nap() { sleep 0.1 2>/dev/null || { sleep 1; n=$((n + 9)); }; }
if look; then
  kill -TERM $found 2>/dev/null
  n=0
  while look && [ "$n" -lt "$grace" ]; do
    nap
    n=$((n + 1))
  done
fi
n=0
while look && [ "$n" -lt 50 ]; do
  kill -STOP $found 2>/dev/null
  look
  kill -KILL $found 2>/dev/null
  look || break
  nap
  n=$((n + 1))
done
look
set -- $found
echo "left $#"
