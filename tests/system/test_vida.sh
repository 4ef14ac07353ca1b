#!/usr/bin/env bash
# The life of an acta, end to end: sin acta and its copy, two images, corrections,
# reopenings and identifications, through every daemon, read as a stranger reads.
# uso: test_vida.sh BIN
set -u
bin=$1
here=$(dirname "$(readlink -f "$0")")
. "$here/lib/night_test.sh"
test_begin vida
"$here/test_vida.py" elige "$work/eleccion" || die "no se pudo hacer la elección"
NIGHT_OPERATORS=12
night_create "$work/noche" "$bin" "$work/eleccion" >"$work/crea.log" 2>&1 ||
    die "no se pudo preparar la noche: $(tail -3 "$work/crea.log")"
# The last four people are of coordinacion, and of nothing else.
sed -i '/id: 10\(09\|10\|11\|12\)$/,/etapas/ s/etapas: .*/etapas: [coordinacion]/' \
    "$NIGHT_DIR/operadores.yaml"
night_start_all || die "un proceso no arrancó"
timeout 200 "$here/test_vida.py" vive "$NIGHT_DIR" || die "la vida de un acta no es la esperada"
"$bin/prep" libro verifica --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_lectura)" \
    --topologia "$NIGHT_DIR/topologia.yaml" || fail "el libro no verifica"
hash="SELECT md5(string_agg(a::text, '' ORDER BY id)) FROM acta a"
before=$(night_psql postgres -c "$hash")
"$bin/prep" reproyecta --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_dueno)" \
    --topologia "$NIGHT_DIR/topologia.yaml" >/dev/null || fail "no reproyecta"
[ "$before" = "$(night_psql postgres -c "$hash")" ] || fail "el libro da otros renglones"
# The last corte again, whole, from the ledger alone: the same bytes.
night_term publica-1
while night_alive publica-1; do sleep 0.05; done
last=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["numero"])' \
    "$NIGHT_DIR/publica/corte.json")
"$bin/prep-publica" --config "$NIGHT_DIR/config/publica-1.yaml" --republica "$last" \
    --salida "$work/otra" 2>"$work/republica.log" || fail "no republica: $(tail -1 "$work/republica.log")"
cmp "$NIGHT_DIR/publica/corte.json" "$work/otra/corte.json" || fail "otro corte.json"
night_stop_all || fail "no se detuvo en orden"
no_errors "$NIGHT_DIR"
test_end
