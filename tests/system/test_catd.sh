#!/usr/bin/env bash
# Two CATD workers and their two services while people register sobres and a scanner
# drops images: each process and PostgreSQL are killed in turn, again and again. At the
# end every answer given is in the ledger once, and every image is whole on disk.
# uso: test_catd.sh BIN [ACOPIOS [IMAGENES [VUELTAS]]]
set -u
bin=$1 acopios=${2:-2000} imagenes=${3:-400} rounds=${4:-5}
. "$(dirname "$0")/lib/night_test.sh"
catd=$(dirname "$0")/catd.py
test_begin catd
daemons="acopio-1 digitaliza-1 acopio-catd-1 digitaliza-catd-1"
python3 "$catd" eleccion "$work/eleccion" 4000 || die "no se pudo hacer la elección"
night_create "$work/noche" "$bin" "$work/eleccion" >"$work/noche.log" 2>&1 ||
    die "no se pudo preparar la noche: $(tail -3 "$work/noche.log")"
night=$NIGHT_DIR
entrada=$night/digitaliza-catd-1/entrada
sobre=http://127.0.0.1:$(night_port acopio-catd-1)
imagen=http://127.0.0.1:$(night_port digitaliza-catd-1)
read -r _ token <"$night/fichas.txt"

same() { # WHAT WANT GOT
    [ "$2" = "$3" ] || fail "$1: se esperaba $2 y hay $3"
}
sql() { night_psql postgres -c "$1"; }

# ---- --check says yes before the start, and no when something is missing
for name in $daemons; do
    "$bin/$(night_program "$name")" --config "$night/config/$name.yaml" --check \
        >/dev/null 2>"$work/check.log" ||
        fail "--check de $name: $(cat "$work/check.log")"
done
sed 's/^servicio:.*/servicio: nadie/' "$night/config/acopio-catd-1.yaml" >"$work/malo.yaml"
"$bin/prep-acopio-catd" --config "$work/malo.yaml" --check 2>"$work/check.log" &&
    fail "--check aceptó un servicio que no existe"
grep -q 'servicio: nadie' "$work/check.log" || fail "--check no nombra el servicio que falta"
sed "s/^llave:.*/llave: ${night//\//\\/}\/llaves\/digitaliza-1.llave/" \
    "$night/config/acopio-1.yaml" >"$work/malo.yaml"
"$bin/prep-acopio" --config "$work/malo.yaml" --check 2>/dev/null &&
    fail "--check aceptó la llave de otro"

# ---- the deaths
for name in $daemons; do night_start "$name"; done
for name in $daemons; do night_wait "$name" || die "$name no arrancó"; done
python3 "$catd" acopios "$night" "$sobre" "$token" "$acopios" &
people=$!
python3 "$catd" imagenes "$night" "$entrada" "$imagenes" &
scanner=$!
test_cleanup_extra() { kill $people $scanner 2>/dev/null; }
deaths=0
for ((round = 0; round < rounds; round++)); do
    for victim in $daemons postgres; do
        sleep 0.1$((RANDOM % 10))
        if [ "$victim" = postgres ]; then
            night_pg_kill
            sleep 0.2
            night_pg_start || die "PostgreSQL no volvió"
        else
            night_kill "$victim"
            night_start "$victim"
        fi
        deaths=$((deaths + 1))
        # A service that found no database at its start is started again.
        for name in $daemons; do night_alive "$name" || night_start "$name"; done
    done
done
for ((i = 0; i < 20; i++)); do
    for name in $daemons; do night_alive "$name" || night_start "$name"; done
    sleep 0.1
done
wait $people || fail "los acopios no terminaron"
wait $scanner || fail "el escáner no terminó"
python3 "$catd" espera "$sobre" 60 || fail "quedan acopios sin acuse"
python3 "$catd" espera "$imagen" 120 || fail "quedan imágenes sin acuse"
sleep 2.5 # a file that inotify missed is found by the scan
python3 "$catd" espera "$imagen" 60 || fail "quedan imágenes sin acuse"

for name in $daemons; do
    "$bin/$(night_program "$name")" --config "$night/config/$name.yaml" --check \
        >/dev/null 2>"$work/check.log" ||
        fail "--check de $name, que trabaja: $(cat "$work/check.log")"
done
python3 "$catd" rapido "$sobre" "$token" 100 || fail "respuestas lentas"

# ---- nothing lost, nothing doubled
same "acopios" "$acopios" "$(sql "SELECT count(*) FROM libro WHERE tipo = 17")"
same "imágenes" "$imagenes" "$(sql "SELECT count(*) FROM libro WHERE tipo = 18")"
same "actas con imagen" "$imagenes" \
    "$(sql "SELECT count(DISTINCT acta) FROM libro WHERE tipo = 18")"
same "imágenes repetidas" $((imagenes / 100)) \
    "$(sql "SELECT count(*) FROM libro WHERE tipo = 21")"
same "filas con acopio" "$acopios" "$(sql "SELECT count(*) FROM acta WHERE acopio_ms IS NOT NULL")"
sql "SELECT emisor, secuencia, encode(hash, 'hex'), acta FROM libro WHERE tipo = 17" \
    >"$work/libro.txt"
sql "SELECT id, encode(imagen_sha256, 'hex') FROM acta WHERE imagen_sha256 IS NOT NULL" \
    >"$work/actas.txt"
python3 - "$night" "$work" "$entrada" <<'PY' || fail "lo guardado no es lo prometido"
import glob, hashlib, json, os, sys
night, work, entrada = sys.argv[1:]
ledger = {(l[1], l[2]): int(l[3]) for l in (x.strip().split("|") for x in open(work + "/libro.txt"))}
for one in json.load(open(night + "/acopios.json")).values():
    assert ledger.pop((str(one["secuencia"]), one["hash"])) == one["acta"], one
assert not ledger, "acopios que nadie pidió"
rows = dict(x.strip().split("|") for x in open(work + "/actas.txt"))
made = json.load(open(night + "/imagenes.json"))
assert rows == made, "las actas no tienen sus imágenes"
files = {os.path.basename(f): f for f in glob.glob(night + "/imagenes/??/*")}
assert set(files) == {h + ".png" for h in made.values()}, "imágenes de más o de menos"
for name, path in files.items():
    assert hashlib.sha256(open(path, "rb").read()).hexdigest() == name[:64], path
assert not [f for _, _, files in os.walk(night + "/imagenes/parcial") for f in files], "quedan parciales"
assert not [f for f in os.listdir(entrada) if f.endswith(".png")], "quedan en la entrada"
assert not os.listdir(entrada + "/enviadas"), "quedan en enviadas"
assert not os.listdir(entrada + "/rechazadas"), "hay rechazadas"
hechas = [f for f in os.listdir(entrada + "/hechas") if f.endswith(".png")]
assert len(hechas) == len(made), "no todas están hechas"
PY
"$bin/prep" libro verifica --base "$(pg_conninfo "$night/pg" prep_lectura)" \
    --topologia "$night/topologia.yaml" >"$work/verifica.log" 2>&1 ||
    fail "prep libro verifica: $(cat "$work/verifica.log")"

# ---- every err line is one of those that a dead database explains
errors=$(grep -h '^<3>\|AddressSanitizer\|runtime error' "$night"/logs/*.log |
    grep -v 'event=base.perdida\|event=arranque.fallido.*PREP_ERR_UNAVAILABLE')
[ -z "$errors" ] || fail "errores en las bitácoras: $(echo "$errors" | head -5)"
night_stop_all || fail "no todos se detuvieron en orden"
echo "$acopios acopios, $imagenes imágenes, $deaths muertes"
test_end
