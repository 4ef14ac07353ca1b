#!/usr/bin/env bash
# The clock and the window, in official mode: nothing before the start, devices with wrong
# clocks, one last corte, and what comes too late.
# uso: test_reloj.sh BIN RELOJ.so
set -u
bin=$1 reloj=$2
here=$(dirname "$(readlink -f "$0")")
. "$here/lib/night_test.sh"
test_begin reloj
# Long enough before the start for everything to be up, even on a busy machine.
inicio=$(($(date +%s) + ${PREP_RELOJ_S:-30}))
fin=$((inicio + 20))
"$here/test_reloj.py" elige "$work/eleccion" $inicio $fin || die "no se pudo hacer la elección"
night_create "$work/noche" "$bin" "$work/eleccion" >"$work/crea.log" 2>&1 ||
    die "no se pudo preparar la noche: $(tail -3 "$work/crea.log")"
night_start_all || die "un proceso no arrancó"
[ "$(date +%s)" -lt $((inicio - 2)) ] || die "la máquina va muy lenta: dé PREP_RELOJ_S"

# A CATD with its clock off by so many seconds.
catd() {
    night_term acopio-catd-1
    while night_alive acopio-catd-1; do sleep 0.05; done
    LD_PRELOAD=$reloj RELOJ_S=$1 ASAN_OPTIONS=verify_asan_link_order=0:exitcode=99 \
        night_start acopio-catd-1
    night_wait acopio-catd-1
}
play() { timeout 100 "$here/test_reloj.py" "$1" "$NIGHT_DIR" $inicio $fin || die "$1"; }

play antes
catd 10800 && play adelantado
catd -300000000 && play otro_anio
catd 0 && play a_tiempo
play fin
play tarde
hash="SELECT md5(string_agg(a::text, '' ORDER BY id)) FROM acta a"
before=$(night_psql postgres -c "$hash")
"$bin/prep" reproyecta --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_dueno)" \
    --topologia "$NIGHT_DIR/topologia.yaml" >/dev/null || fail "no reproyecta"
[ "$before" = "$(night_psql postgres -c "$hash")" ] || fail "el libro da otros renglones"
"$bin/prep" libro verifica --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_lectura)" \
    --topologia "$NIGHT_DIR/topologia.yaml" >/dev/null || fail "el libro no verifica"
night_stop_all || fail "no se detuvo en orden"
no_errors "$NIGHT_DIR"
test_end
