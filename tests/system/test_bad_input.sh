#!/usr/bin/env bash
# What a mistake in a file says, and what a missing database or a full disk does.
#
# First, each daemon is given each kind of broken file: it must name the file, the line,
# the value and the cure, exit with an error, and open nothing. Then a night plays while
# the database goes away and each disk fills up in turn: acknowledgements stop, the log
# says why, and work resumes by itself when there is room, with nothing lost.
# uso: test_bad_input.sh BIN     (root: it mounts small file systems)
set -u
bin=$1
. "$(dirname "$0")/lib/night_test.sh"
test_begin bad_input
[ "$(id -u)" -eq 0 ] || die "hace falta ser root para montar discos pequeños"
make_election "$work/eleccion" JUNTAS || die "no se pudo importar la elección"

# ---- broken files

night_create "$work/rota" "$bin" "$work/eleccion" >"$work/crea.log" 2>&1 ||
    die "no se pudo preparar la noche: $(tail -3 "$work/crea.log")"
rm "$NIGHT_DIR/eleccion"
cp -r "$work/eleccion" "$NIGHT_DIR/eleccion"
d=$NIGHT_DIR
for part in config llaves eleccion; do cp -r "$d/$part" "$work/buena-$part"; done
cp "$d/topologia.yaml" "$d/operadores.yaml" "$work"

heal() {
    local part
    for part in config llaves eleccion; do
        rm -rf "${d:?}/$part"
        cp -r "$work/buena-$part" "$d/$part"
    done
    cp "$work/topologia.yaml" "$work/operadores.yaml" "$d"
}

line_of() { grep -n -- "$1" "$2" | head -1 | cut -d: -f1; }

# refused NAME WHAT TEXT...: with --check and without it
refused() {
    local name=$1 what=$2 how code text log=$work/negado.log
    shift 2
    for how in --check ''; do
        timeout 20 "$bin/$(night_program "$name")" --config "$d/config/$name.yaml" \
            $how >"$log" 2>&1
        code=$?
        case $code in
        0) fail "$name, $what: aceptado $how" ;;
        124) fail "$name, $what: arrancó" ;;
        esac
        ! grep -q 'event=servicio.iniciado' "$log" || fail "$name, $what: arrancó"
        grep -q 'Sanitizer\|runtime error' "$log" && fail "$name, $what: $(cat "$log")"
        for text in "$@"; do
            grep -qF -- "$text" "$log" ||
                fail "$name, $what $how: no dice «$text»: $(cat "$log")"
        done
    done
}

accepted() {
    local name log=$work/negado.log
    for name in $(night_names); do
        timeout 20 "$bin/$(night_program "$name")" --config "$d/config/$name.yaml" \
            --check >"$log" 2>&1 || fail "$name: no acepta lo correcto: $(cat "$log")"
    done
}

accepted
for name in $(night_names); do
    config=$d/config/$name.yaml
    echo "sobra: 3" >>"$config"
    refused "$name" "un campo de más" "$config:$(line_of sobra: "$config")" sobra
    heal
    sed -i '/^llave:/d' "$config"
    refused "$name" "un campo de menos" "$config:" llave
    heal
    printf 'definicion: [\n' >"$config"
    refused "$name" "YAML roto" "$config:"
    heal
    rm "$config"
    refused "$name" "sin configuración" "$config"
    heal
    chmod 644 "$d/llaves/$name.llave"
    refused "$name" "llave legible por otros" "$d/llaves/$name.llave" 0644 chmod
    heal
    rm "$d/llaves/$name.llave"
    refused "$name" "sin llave" "$d/llaves/$name.llave"
    heal
    head -c 100 "$work/buena-llaves/$name.llave" >"$d/llaves/$name.llave"
    refused "$name" "llave cortada" "$d/llaves/$name.llave"
    heal
    "$bin/prep" llaves crea --nombre "$name" --salida "$work/otras-$name" >/dev/null
    cp "$work/otras-$name/$name.llave" "$d/llaves/$name.llave"
    refused "$name" "llave que la topología no declara" "$name"
    heal
    other=captura-1
    [ "$name" != captura-1 ] || other=verifica-1
    sed -i "s#llaves/$name.llave#llaves/$other.llave#" "$config"
    refused "$name" "la llave de otro proceso" "$other"
    heal
    sed -i 's/etapa: captura$/etapa: capturra/' "$d/topologia.yaml"
    refused "$name" "etapa desconocida" \
        "$d/topologia.yaml:$(line_of capturra "$d/topologia.yaml")" capturra verifica
    heal
    sed -i 's/^modo: .*/modo: ensayo/' "$d/eleccion/definicion.yaml"
    refused "$name" "modo desconocido" \
        "definicion.yaml:$(line_of 'modo: ensayo' "$d/eleccion/definicion.yaml")" \
        ensayo simulacro
    heal
    sed -i 's/^proceso: .*/proceso: OTRO-2030/' "$d/eleccion/definicion.yaml"
    refused "$name" "la definición de otro proceso" OTRO-2030
    heal
done
for name in acopio-catd-1 captura-1 verifica-1 publica-1; do
    sed -i '0,/token_sha256: ./s//token_sha256: z/' "$d/operadores.yaml"
    refused "$name" "operadores con un hash malo" \
        "$d/operadores.yaml:$(line_of 'token_sha256: z' "$d/operadores.yaml")"
    heal
done
# A definition that changed after the catalogue was loaded is another election.
sed -i 's/^cadencia_s: .*/cadencia_s: 777/' "$d/eleccion/definicion.yaml"
for name in acopio-1 digitaliza-1 captura-1 verifica-1 publica-1; do
    refused "$name" "definición distinta de la cargada" definicion
done
heal
accepted
night_psql postgres -c "DELETE FROM proceso" >/dev/null
for name in acopio-1 digitaliza-1 captura-1 verifica-1 publica-1; do
    refused "$name" "base sin catálogo" "prep catalogo carga"
done
night_pg_stop
for name in acopio-1 digitaliza-1 captura-1 verifica-1 publica-1; do
    timeout 20 "$bin/$(night_program "$name")" --config "$d/config/$name.yaml" --check \
        >"$work/negado.log" 2>&1 && fail "$name: acepta una base que no está"
    grep -q PostgreSQL "$work/negado.log" || fail "$name: no dice que falta PostgreSQL"
done
night_destroy
echo "archivos rotos: $SECONDS s"

# ---- faults in the middle of a night

disks=()
disk() { # PATH SIZE: what is there moves to a file system of that size
    mv "$1" "$1.antes" && mkdir "$1" &&
        mount -t tmpfs -o "size=$2" prep-prueba "$1" &&
        chown --reference="$1.antes" "$1" && chmod --reference="$1.antes" "$1" &&
        cp -a "$1.antes/." "$1" && rm -rf "$1.antes" || die "no se pudo montar $1"
    disks+=("$1")
}
test_cleanup_extra() {
    local path
    kill "${player:-}" 2>/dev/null
    for path in "${disks[@]}"; do umount -l "$path"; done
}
fill() {
    dd if=/dev/zero of="$1/relleno" bs=4k 2>/dev/null
    sync -f "$1"
    [ -e "$1/relleno" ] || die "no se pudo llenar $1"
}
free() { rm -f "$1/relleno"; }

said() { grep -c "event=$2 " "$(night_log "$1")"; } # NAME EVENT: how many times
wait_said() {                                       # NAME EVENT TIMES [SECONDS]
    local ticks=$((${4:-20} * 20))
    while [ "$(said "$1" "$2")" -lt "$3" ]; do
        ticks=$((ticks - 1))
        [ $ticks -gt 0 ] || { fail "$1 no dijo $2 ($3 veces)"; return 1; }
        sleep 0.05
    done
}
token() { head -1 "$NIGHT_DIR/fichas.txt" | cut -d' ' -f2; }
post() { # NAME PATH BODY: the HTTP code; the answer stays in $work/respuesta
    curl -s -m 60 -o "$work/respuesta" -w '%{http_code}' -H "Authorization: Bearer $(token)" \
        -d "$3" "http://127.0.0.1:$(night_port "$1")$2"
}
pending() { # NAME FIELD
    curl -s -m 10 "http://127.0.0.1:$(night_port "$1")/estado" |
        grep -o "\"$2\":[0-9]*" | cut -d: -f2
}
wait_pending() { # NAME FIELD VALUE
    local ticks=600
    while [ "$(pending "$1" "$2")" != "$3" ]; do
        ticks=$((ticks - 1))
        [ $ticks -gt 0 ] || { fail "$1: $2 es $(pending "$1" "$2") y no $3"; return 1; }
        sleep 0.05
    done
}
size() { night_psql postgres -c "SELECT tamano FROM libro_cabeza"; }
wait_size() { # EVENTS
    local ticks=400
    while [ "$(size)" -ne "$1" ] && [ $ticks -gt 0 ]; do
        ticks=$((ticks - 1))
        sleep 0.05
    done
    expect "hechos en el libro" "$1" "$(size)"
}
expect() { # WHAT WANTED FOUND
    [ "$2" = "$3" ] || fail "$1: se esperaba $2 y fue $3: $(cat "$work/respuesta" 2>/dev/null)"
}
acopio() { echo "{\"solicitud\":\"prueba-$1\",\"acta\":$1,\"mecanismo\":0,\"documento\":0,\"sin_acta\":0}"; }

night_create "$work/noche" "$bin" "$work/eleccion" >"$work/crea.log" 2>&1 ||
    die "no se pudo preparar la noche: $(tail -3 "$work/crea.log")"
night_pg_stop
base_disk=$(pg_home "$NIGHT_DIR/pg")
disk "$base_disk" 300m
night_pg_start || die "PostgreSQL no arranca en un disco pequeño"
disk "$NIGHT_DIR/acopio-catd-1" 4m
disk "$NIGHT_DIR/imagenes" 6m
disk "$NIGHT_DIR/publica" 16m
night_start_all || die "un proceso no arrancó"

echo "disco lleno en la cola del CATD"
expect "primer acopio" 200 "$(post acopio-catd-1 /acopio "$(acopio 1)")"
wait_pending acopio-catd-1 pendientes 0
before=$(size)
fill "$NIGHT_DIR/acopio-catd-1"
for ((n = 2; n < 200; n++)); do # what the file had already reserved may take a few
    code=$(post acopio-catd-1 /acopio "$(acopio $n)")
    [ "$code" = 200 ] || break
done
expect "acopio sin espacio en la cola" 503 "$code"
wait_said acopio-catd-1 disco.lleno 1
wait_size $((before + n - 2)) # what was promised is delivered even so
free "$NIGHT_DIR/acopio-catd-1"
expect "el mismo acopio con espacio" 200 "$(post acopio-catd-1 /acopio "$(acopio $n)")"
wait_said acopio-catd-1 disco.recuperado 1
wait_pending acopio-catd-1 pendientes 0
expect "nada perdido ni doble" $((before + n - 1)) "$(size)"

echo "disco lleno donde se guardan las imágenes"
before=$(size)
fill "$NIGHT_DIR/imagenes"
head -c 300000 /dev/urandom >"$work/foto"
{ printf 'RIFF\340\223\004\000WEBPVP8L'; cat "$work/foto"; } | head -c 300008 >"$work/1-foto.webp"
cp "$work/1-foto.webp" "$NIGHT_DIR/digitaliza-catd-1/entrada/.aparte"
mv "$NIGHT_DIR/digitaliza-catd-1/entrada/.aparte" "$NIGHT_DIR/digitaliza-catd-1/entrada/1-foto.webp"
wait_said digitaliza-1 disco.lleno 1
expect "el hecho está y la imagen no" 1 "$(pending digitaliza-catd-1 imagenes_pendientes)"
free "$NIGHT_DIR/imagenes"
wait_pending digitaliza-catd-1 imagenes_pendientes 0
wait_said digitaliza-1 disco.recuperado 1
sha=$(sha256sum <"$work/1-foto.webp" | cut -d' ' -f1)
cmp "$work/1-foto.webp" "$NIGHT_DIR/imagenes/${sha:0:2}/$sha.webp" || fail "la imagen no llegó entera"
expect "un solo hecho de imagen" $((before + 1)) "$(size)"

echo "disco lleno en PostgreSQL"
before=$(size)
lost=$(said acopio-1 base.perdida)
fill "$base_disk"
n=$((n + 1)) first=$n
# PostgreSQL still has room inside its own files; sooner or later it has not.
while [ "$(said acopio-1 base.perdida)" -eq "$lost" ] && [ $n -lt 270 ]; do
    expect "acopio con PostgreSQL lleno: el CATD lo guarda" 200 \
        "$(post acopio-catd-1 /acopio "$(acopio $n)")"
    n=$((n + 1))
    sleep 0.02
done
wait_said acopio-1 base.perdida $((lost + 1))
stopped=$(size)
sleep 1
expect "sin espacio no se agrega nada" "$stopped" "$(size)"
[ "$(pending acopio-catd-1 pendientes)" -gt 0 ] || fail "se acusó sin espacio en la base"
free "$base_disk"
wait_pending acopio-catd-1 pendientes 0
expect "nada perdido ni doble" $((before + n - first)) "$(size)"

echo "PostgreSQL desaparece"
before=$(size)
lost=$(said acopio-1 base.perdida) back=$(said acopio-1 base.recuperada)
night_pg_stop
expect "el CATD sigue solo" 200 "$(post acopio-catd-1 /acopio "$(acopio $n)")"
wait_said acopio-1 base.perdida $((lost + 1))
expect "captura dice que no hay base" 503 "$(post captura-1 /tomar '{"cantidad":1}')"
expect "verifica dice que no hay base" 503 "$(post verifica-1 /tomar '{"cantidad":1}')"
[ "$(pending acopio-catd-1 pendientes)" -gt 0 ] || fail "se acusó sin base de datos"
night_pg_start
wait_said acopio-1 base.recuperada $((back + 1))
wait_pending acopio-catd-1 pendientes 0
expect "nada perdido ni doble" $((before + 1)) "$(size)"

echo "disco lleno donde se publica"
nominal=$(sed -n 2p "$work/eleccion/cortes.csv" | cut -d, -f3)
corte="{\"nominal_ms\":$((nominal - 60000)),\"ultimo\":false,\"bases\":true}"
fill "$NIGHT_DIR/publica"
for n in 1 2; do # the first one may only find out that its connection had died
    expect "un corte sin espacio" 503 "$(post publica-1 /corte "$corte")"
done
grep -q 'event=corte.fallido .*status=PREP_ERR_FULL' "$(night_log publica-1)" ||
    fail "publica no dice que el disco está lleno"
[ ! -e "$NIGHT_DIR/publica/corte.json" ] || fail "hay un corte a medias"
free "$NIGHT_DIR/publica"
expect "el mismo corte con espacio" 200 "$(post publica-1 /corte "$corte")"
[ -s "$NIGHT_DIR/publica/corte.json" ] || fail "el corte no se ve"

# ---- and all of it while a night plays
echo "las mismas fallas mientras corre una noche: $SECONDS s"
timeout 200 "$bin/prep-simulacro" corre "$work/eleccion" \
    --config "$NIGHT_DIR/simulacro.yaml" --velocidad "${NIGHT_SPEED:-3000}" --plazo 60 \
    >"$NIGHT_DIR/logs/corre.log" 2>&1 &
player=$!
while kill -0 $player 2>/dev/null; do
    for path in "$NIGHT_DIR/acopio-catd-1" "$NIGHT_DIR/imagenes" "$base_disk" \
        "$NIGHT_DIR/publica"; do
        fill "$path"
        sleep 0.7
        free "$path"
        sleep 0.3
    done
    night_pg_stop
    sleep 0.7
    night_pg_start
    sleep 0.5
done
wait $player || fail "la noche no terminó: $(tail -3 "$NIGHT_DIR/logs/corre.log")"
player=
for name in $(night_names); do
    night_alive "$name" || fail "$name murió: $(tail -2 "$(night_log "$name")")"
done
grep -l 'Sanitizer\|runtime error' "$NIGHT_DIR"/logs/*.log && fail "un sanitizador encontró algo"
"$bin/prep" libro verifica --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_lectura)" \
    --topologia "$NIGHT_DIR/topologia.yaml" || fail "el libro no verifica"
night_stop_all || fail "no se detuvo en orden"
test_end
