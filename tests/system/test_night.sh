#!/usr/bin/env bash
# A small election from first to last corte through every daemon, and what comes out
# equals what its institute published.
# uso: test_night.sh BIN
set -u
bin=$1
. "$(dirname "$0")/lib/night_test.sh"
test_begin night
make_election "$work/eleccion" AYUN JUNTAS || die "no se pudo importar la elección"
noche="$work/la noche #1 de 'ñ'" # a path is only a path
night_create "$noche" "$bin" "$work/eleccion" >"$work/crea.log" 2>&1 ||
    die "no se pudo preparar la noche: $(tail -3 "$work/crea.log")"
night_start_all || die "un proceso no arrancó"
timeout 240 "$bin/prep-simulacro" corre "$work/eleccion" \
    --config "$NIGHT_DIR/simulacro.yaml" --errores 5 --plazo 60 \
    >"$NIGHT_DIR/logs/corre.log" 2>&1 ||
    die "la noche no terminó: $(tail -3 "$NIGHT_DIR/logs/corre.log")"
grep -v ' corte [0-9]' "$NIGHT_DIR/logs/corre.log"
"$bin/prep-simulacro" compara "$base" "$NIGHT_DIR/publica" >"$work/compara.log" 2>&1 ||
    fail "lo publicado no es lo que publicó el instituto: $(tail -5 "$work/compara.log")"
"$NIGHT_ROOT/tests/system/oraculo/compara.py" --definicion "$work/eleccion" \
    --salida "$NIGHT_DIR/publica" --hechos libro -- psql -d "$(pg_conninfo "$NIGHT_DIR/pg")" ||
    fail "lo publicado no es lo que dice el libro, contado aparte"
"$bin/prep" libro verifica --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_lectura)" \
    --topologia "$NIGHT_DIR/topologia.yaml" || fail "el libro no verifica"
night_stop_all || fail "no se detuvo en orden"
no_errors "$NIGHT_DIR"
test_end
