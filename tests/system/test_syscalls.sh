#!/usr/bin/env bash
# Every system call that a daemon makes in a night is one that its systemd sandbox lets
# through: the units cannot be tried without booting systemd, so the calls are traced
# and compared with the SystemCallFilter that the units share.
# uso: test_syscalls.sh BIN
set -u
bin=$1
. "$(dirname "$0")/lib/night_test.sh"
ASAN_OPTIONS=detect_leaks=0 # its search for leaks is itself a tracer
test_begin syscalls
command -v strace >/dev/null || die "no hay strace (apt-get install strace)"

members() { # SET: the calls of a set of systemd, its own sets expanded
    local name
    systemd-analyze syscall-filter "$1" | sed -n 's/^ \+\([@a-z0-9_-]\+\).*/\1/p' |
        while read -r name; do
            case $name in @*) members "$name" ;; *) echo "$name" ;; esac
        done
}
sandbox=$NIGHT_ROOT/deploy/systemd/prep-.service.d/10-aislamiento.conf
allowed=$(sed -n 's/^SystemCallFilter=\([^~].*\)/\1/p' "$sandbox")
denied=$(sed -n 's/^SystemCallFilter=~//p' "$sandbox")
[ -n "$allowed" ] && [ -n "$denied" ] || die "$sandbox: no tiene SystemCallFilter"
for set in $allowed; do members "$set"; done | sort -u >"$work/allowed"
for set in $denied; do members "$set"; done | sort -u >"$work/denied"
# systemd adds @default to any list; the sanitizers ask for `personality`.
{ comm -23 "$work/allowed" "$work/denied"; members @default; echo personality; } |
    sort -u >"$work/filter"
[ "$(wc -l <"$work/filter")" -gt 200 ] || die "systemd-analyze no dice qué hay en @system-service"

make_election "$work/eleccion" JUNTAS || die "no se pudo importar la elección"
night_create "$work/noche" "$bin" "$work/eleccion" >"$work/crea.log" 2>&1 ||
    die "no se pudo preparar la noche: $(tail -3 "$work/crea.log")"
# SQLite gives its files to their owner, and only when it runs as root.
[ "$(id -u)" -eq 0 ] && as_root=fchown || as_root=none

# -D: the daemon stays our own child, with its own pid.
NIGHT_WRAP="strace -D -f -qq -o $work/%.trace"
night_start_all || die "un proceso no arrancó"
timeout 120 "$bin/prep-simulacro" corre "$work/eleccion" \
    --config "$NIGHT_DIR/simulacro.yaml" --errores 10 >"$NIGHT_DIR/logs/corre.log" 2>&1 ||
    fail "la noche no terminó: $(tail -3 "$NIGHT_DIR/logs/corre.log")"
night_stop_all || fail "no se detuvo en orden"
for name in $(night_names); do
    grep -o '^[0-9]* *[a-z0-9_]*(' "$work/$name.trace" | grep -o '[a-z0-9_]*(' | tr -d '(' |
        sort -u >"$work/$name.calls"
    [ "$(wc -l <"$work/$name.calls")" -gt 30 ] || fail "$name: casi no hay llamadas que ver"
    outside=$(comm -23 "$work/$name.calls" "$work/filter" | grep -vx "$as_root" | tr '\n' ' ')
    [ -z "$outside" ] || fail "$name usa llamadas que su unidad prohíbe: $outside"
done
test_end
