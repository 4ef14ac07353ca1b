#!/usr/bin/env bash
# Every program answers --help and --version, and refuses what it does not understand, in
# Spanish, saying where the help is.
# uso: test_opciones.sh BIN
set -u
bin=${1:?uso: test_opciones.sh BIN}
export ASAN_OPTIONS=${ASAN_OPTIONS:-exitcode=99}
failed=0 count=0
fail() { echo "FALLA: $*" >&2; failed=1; }

says() { # CODE TEXT PROGRAM ARGS...: ends with CODE and says TEXT; no English of getopt
    local code=$1 text=$2 out got program=$3; shift 3
    out=$("$bin/$program" "$@" 2>&1 </dev/null)
    got=$?
    [ $got -eq "$code" ] || fail "$program $*: terminó con $got y no con $code: $out"
    grep -qF -- "$text" <<<"$out" || fail "$program $*: no dice «$text»: $out"
    ! grep -qE '(invalid|unrecognized|requires an|ambiguous)' <<<"$out" ||
        fail "$program $*: contesta en inglés: $out"
    count=$((count + 1))
}

work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work" || exit 1
for program in "$bin"/prep "$bin"/prep-*; do
    program=$(basename "$program")
    case $program in prep-bench-*) continue ;; esac # for engineers, not installed
    says 0 "$program" "$program" --version
    says 0 "--" "$program" --help
    "$bin/$program" --help | awk 'length > 100 { bad = 1 } END { exit bad }' ||
        fail "$program --help: líneas de más de 100 columnas"
    says 64 "" "$program"
    says 64 "--no-existe" "$program" --no-existe
    case $program in prep | prep-simulacro) continue ;; esac
    says 64 "--help" "$program" --config
    says 64 "--help" "$program" --config a --check=si
    says 78 "no existe" "$program" --config "$work/nada.yaml"
    says 78 "no existe" "$program" --config "$work/nada.yaml" --check
done
says 64 "«llaves borra» no es" prep llaves borra
for order in importa corre compara; do
    says 0 "uso: prep-simulacro $order" prep-simulacro $order --help
    says 78 "vea prep-simulacro $order --help" prep-simulacro $order
    says 78 "vea prep-simulacro $order --help" prep-simulacro $order --no-existe
done
says 78 "vea prep-simulacro importa --help" prep-simulacro importa a --a
says 78 "vea prep-simulacro compara --help" prep-simulacro compara a b --diferencias
mkdir base publicado && : >publicado/corte.json
says 78 "al revés" prep-simulacro compara publicado base
[ "$failed" -eq 0 ] && echo "opciones: $count respuestas correctas"
exit "$failed"
