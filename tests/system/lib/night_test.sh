# night_test.sh - what the tests of whole nights share. Source it after setting `bin`.
#
#   test_begin NAME        a folder of its own ($work), removed at the end if all is well
#   test_end               status 0 only if nothing failed
#   fail TEXT              notes a failure and goes on;  die TEXT  stops
#   make_election DIR [ELECCION...]   the election and facts of tests/data, imported, or
#                          only those elections; the published base is then $base
#   no_errors DIR          no log of that night has an err line
#   facts DIR              kinds and numbers of facts in the ledger of the open night
#   bases DIR              name and hash of every file of the official databases

. "$(dirname "${BASH_SOURCE[0]}")/../../../deploy/local/night.sh"
campeche=$NIGHT_ROOT/tests/data/ieec_campeche_2021_cortes/campeche_2021_cortes.zip
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=0:exitcode=99}
failures=0
nights=()

fail() { echo "FALLA: $*" >&2; failures=$((failures + 1)); }
die() { fail "$*"; exit 1; }

test_begin() {
    test_name=$1
    work=$(mktemp -d "${TMPDIR:-/tmp}/prep-$1.XXXXXX") || exit 1
    chmod 755 "$work"
    trap test_cleanup EXIT
    trap 'exit 130' INT TERM HUP
}

test_cleanup() {
    local code=$? night
    trap - EXIT
    for night in "$work"/*/simulacro.yaml; do
        [ -f "$night" ] || continue
        NIGHT_DIR=$(dirname "$night")
        night_destroy >/dev/null 2>&1
    done
    declare -F test_cleanup_extra >/dev/null && test_cleanup_extra
    [ $failures -eq 0 ] || code=1
    if [ $code -eq 0 ]; then
        rm -rf "$work"
    else
        echo "$test_name: las bitácoras quedan en $work" >&2
    fi
    exit $code
}

test_end() {
    [ $failures -eq 0 ] || { echo "$test_name: $failures fallas" >&2; exit 1; }
    echo "$test_name: bien, en $SECONDS s"
    exit 0
}

# The published base, or only the given elections of it, as an importable path in $base.
make_base() {
    local cut
    base=$campeche
    [ $# -gt 0 ] || return 0
    mkdir -p "$work/todo" && (cd "$work/todo" && cmake -E tar xf "$campeche") || return 1
    for election in "$@"; do
        for cut in "$work/todo"/*; do
            mkdir -p "$work/base/$(basename "$cut")"
            mv "$cut/$election" "$work/base/$(basename "$cut")/" || return 1
        done
    done
    rm -rf "$work/todo"
    base=$work/base
}

make_election() {
    local to=$1
    shift
    make_base "$@" &&
        "$bin/prep-simulacro" importa "$base" --a "$to" >"$work/importa.log" 2>&1
}

no_errors() {
    local found
    found=$(grep -H '^<3>\|AddressSanitizer\|runtime error\|assert' "$1"/logs/*.log)
    [ -z "$found" ] || fail "hay errores en las bitácoras: $(echo "$found" | head -5)"
}

facts() {
    night_psql postgres -c "SELECT tipo, count(*), count(DISTINCT (acta, hash)),
        count(DISTINCT acta) FROM libro WHERE tipo IN (18, 19, 20, 21, 22, 24)
        GROUP BY tipo ORDER BY tipo"
}

bases() { (cd "$1/publica/bases" && find . -type f | sort | xargs sha256sum); }
