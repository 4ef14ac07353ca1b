#!/usr/bin/env bash
# The systemd units are accepted by systemd, sandboxed as promised, and every user and
# folder that they name exists in sysusers.d and tmpfiles.d.
# uso: test_units.sh BIN
set -u
bin=${1:?uso: test_units.sh BIN}
root=$(cd "$(dirname "$0")/../.." && pwd)
units=$root/deploy/systemd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() { echo "FALLA: $*" >&2; failed=1; }

command -v systemd-analyze >/dev/null ||
    { echo "FALLA: no hay systemd-analyze (apt-get install systemd)" >&2; exit 1; }

# The programs are not installed here: verify the same units with the ones just built.
cp -r "$units"/. "$work"
sed -i "s#^ExecStart=/usr/bin/#ExecStart=$bin/#" "$work"/*.service
count=0
for unit in "$work"/*.service "$work"/*.target; do
    name=$(basename "$unit")
    count=$((count + 1))
    out=$(systemd-analyze verify --man=no "$unit" 2>&1) && [ -z "$out" ] ||
        fail "$name: systemd-analyze verify: $out"
    case $name in *.target) continue ;; esac
    # 0 is a sealed box, 10 an open door; most of Debian's services are above 9.
    out=$(systemd-analyze security --offline=true --threshold=15 "$unit" 2>&1) ||
        fail "$name: systemd-analyze security: $(echo "$out" | tail -1)"
    user=$(sed -n 's/^User=//p' "$unit")
    grep -Eq "^u $user +- " "$root/deploy/sysusers.d/prep.conf" ||
        fail "$name: sysusers.d no crea el usuario «$user»"
    [ "$user" = "${name%.service}" ] || fail "$name: corre como «$user», no como él mismo"
    for path in $(sed -n 's/^ReadWritePaths=//p' "$unit"); do
        grep -Eq "^d $path +" "$root/deploy/tmpfiles.d/prep.conf" ||
            fail "$name: tmpfiles.d no crea $path"
    done
done
[ "$count" -eq 9 ] || fail "se esperaban 9 unidades y hay $count"
# Both files are read by the programs that will use them.
out=$(systemd-sysusers --dry-run --root="$work" "$root/deploy/sysusers.d/prep.conf" 2>&1) ||
    fail "systemd-sysusers: $out"
mkdir -p "$work/etc"
systemd-sysusers --root="$work" "$root/deploy/sysusers.d/prep.conf" >"$work/out" 2>&1 ||
    fail "systemd-sysusers: $(cat "$work/out")"
out=$(systemd-tmpfiles --create --root="$work" "$root/deploy/tmpfiles.d/prep.conf" 2>&1) ||
    fail "systemd-tmpfiles: $out"
[ -d "$work/var/lib/prep/imagenes" ] || fail "tmpfiles.d no creó /var/lib/prep/imagenes"
# The settings to start from: all at once on one machine, and understood by their daemon,
# which then misses the files that they name.
ports=$(sed -n 's/^escucha: *//p' "$root"/deploy/config/*.yaml | sort)
[ "$ports" = "$(uniq <<<"$ports")" ] || fail "deploy/config: dos escuchan en el mismo puerto"
for config in "$root"/deploy/config/*.yaml; do
    name=prep-$(basename "$config" .yaml)
    [ -e "$units/$name.service" ] || fail "$config: no hay una unidad $name.service"
    out=$("$bin/$name" --config "$config" --check 2>&1) && fail "$config: --check sin nada que revisar"
    grep -qF "$config" <<<"$out" && fail "$config: $out"
done
[ "$failed" -eq 0 ] && echo "units: $count unidades limpias"
exit "$failed"
