#!/bin/bash
# Every event name that the code logs has its row in docs/EVENTOS.md, with the same
# priority, and no row is left of an event that nobody logs any more.
set -u
cd "$(dirname "$0")/.." || exit 1

folders=(acopio digitaliza captura verifica publica common tools)
known=$(mktemp) && used=$(mktemp) && trap 'rm -f "$known" "$used"' EXIT
failed=0

# log_warning("noun.participle", ...) may break the line after the parenthesis; lines
# written where the log cannot be used carry the whole text: <3>event=noun.participle.
# A name that travels in a variable called evento, through daemon_failed() or marked
# LOG_EVENT("...") may be logged with any priority.
code() {
    find "${folders[@]}" -name '*.c' -print0 | xargs -0 cat | tr '\n' ' '
}
{
    code | grep -oE 'log_(err|warning|info|debug)\( *"[^"]*"' |
        sed -E 's/^log_([a-z]+)\( *"([^"]*)"/\2 \1/'
    code | grep -oE '<[3467]>event=[a-z_.]+' |
        sed -E -e 's/^<3>event=(.*)/\1 err/; s/^<4>event=(.*)/\1 warning/' \
            -e 's/^<6>event=(.*)/\1 info/; s/^<7>event=(.*)/\1 debug/'
    code | grep -oE '\b(evento(\[\])? = |daemon_failed\( *|LOG_EVENT\( *)"[^"]*"' |
        sed -E 's/^[^"]*"([^"]*)"/\1 any/'
} | sort -u >"$used"

# | `noun.participle` | err, info | meaning | what to do |
while IFS='|' read -r _ name levels meaning cure _; do
    name=$(tr -d ' `' <<<"$name")
    for level in ${levels//,/ }; do
        echo "$name $level"
    done
    if [ -z "${meaning// /}" ] || [ -z "${cure// /}" ]; then
        echo "docs/EVENTOS.md: $name: falta el significado o qué hacer" >&2
        echo "vacio $name" >>"$used"
    fi
done < <(grep -E '^\| *`' docs/EVENTOS.md) | sort >"$known"

while read -r name level; do
    [ "$name" = vacio ] && failed=1 && continue
    if ! grep -qE '^[a-z_]+\.[a-z_]+$' <<<"$name"; then
        echo "event name '$name' ($level) is not noun.participle in lower case" >&2
        failed=1
    fi
    if [ "$level" = any ] && ! grep -q "^$name " "$known"; then
        echo "docs/EVENTOS.md: no row for event $name" >&2
        failed=1
    elif [ "$level" != any ] && ! grep -qxF "$name $level" "$known"; then
        echo "docs/EVENTOS.md: no row for event $name with priority $level" >&2
        failed=1
    fi
done <"$used"
while read -r name level; do
    if ! grep -qxF "$name $level" "$used" && ! grep -qxF "$name any" "$used"; then
        echo "docs/EVENTOS.md: $name ($level) is logged nowhere" >&2
        failed=1
    fi
done < <(sort -u "$known")
for name in $(cut -d' ' -f1,2 "$known" | sort | uniq -d | cut -d' ' -f1 | sort -u); do
    echo "docs/EVENTOS.md: $name is there twice with the same priority" >&2
    failed=1
done
[ "$failed" -eq 0 ] && echo "$(cut -d' ' -f1 "$used" | sort -u | wc -l) event names, all in docs/EVENTOS.md"
exit "$failed"
