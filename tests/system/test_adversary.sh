#!/usr/bin/env bash
# A hostile peer on the line of a live prep-acopio: see adversary.c.
# uso: test_adversary.sh BIN ADVERSARY [SEMILLA]
set -u
bin=$1 adversary=$2 seed=${3:-$RANDOM}
. "$(dirname "$0")/lib/night_test.sh"
test_begin adversary
echo "semilla $seed"
make_election "$work/eleccion" JUNTAS || die "no se pudo importar la elección"
night_create "$work/noche" "$bin" "$work/eleccion" >"$work/crea.log" 2>&1 ||
    die "no se pudo preparar la noche: $(tail -3 "$work/crea.log")"
night_start acopio-1
night_wait acopio-1 || die "prep-acopio no arrancó"
NIGHT_DIR=$NIGHT_DIR NIGHT_SEED=$seed NIGHT_CONNINFO=$(pg_conninfo "$NIGHT_DIR/pg") \
    "$adversary" || fail "adversary (semilla $seed)"
"$bin/prep" libro verifica --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_lectura)" \
    --topologia "$NIGHT_DIR/topologia.yaml" || fail "el libro no verifica"
night_stop_all || fail "no se detuvo en orden"
test_end
