# night.sh - a whole night on one machine: database, keys, five services, two CATD
# workers. Source it; the demo and the system tests share it.
#
#   night_create DIR BIN ELECCION   keys, topology, operators, settings and database of
#                                   a new night in DIR, for the programs of BIN and the
#                                   folder that `prep-simulacro importa` made
#   night_open DIR BIN              takes up one that exists (after night_create)
#   night_start_all                 everything up and ready, or fails naming the log
#   night_stop_all                  everything down, in order; safe at any moment
#   night_start NAME                one process, without waiting for it
#   night_wait NAME [S]             until it says that it is ready, or died
#   night_kill NAME | night_term NAME
#   night_alive NAME
#   night_names, night_programs     the processes, services first
#   night_pg_start | night_pg_stop | night_pg_kill | night_psql ARGS...
#   night_port NAME                 HTTP port of a process
#   night_destroy                   stop, and remove the database
#
# Everything lives in DIR: run/NAME.pid, logs/NAME.log, config/NAME.yaml, publica/.
# Nothing outside the list of pids in DIR/run is ever signalled.

NIGHT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$NIGHT_ROOT/tests/system/lib/pg.sh"

NIGHT_READY_S=${NIGHT_READY_S:-30}
NIGHT_OPERATORS=${NIGHT_OPERATORS:-16}
NIGHT_CLAIM_S=${NIGHT_CLAIM_S:-300}
NIGHT_WRAP=${NIGHT_WRAP:-} # a command that runs each program; % is the process's name

# name, program, stage (settings by stage below)
NIGHT_TABLE='acopio-1 prep-acopio acopio
digitaliza-1 prep-digitaliza digitaliza
captura-1 prep-captura captura
verifica-1 prep-verifica verifica
publica-1 prep-publica publica
acopio-catd-1 prep-acopio-catd acopio-catd
digitaliza-catd-1 prep-digitaliza-catd digitaliza-catd'

night_fail() { echo "noche: $*" >&2; return 1; }
night_names() { echo "$NIGHT_TABLE" | cut -d' ' -f1; }
night_programs() { echo "$NIGHT_TABLE" | cut -d' ' -f2; }
night_program() { echo "$NIGHT_TABLE" | awk -v n="$1" '$1 == n { print $2 }'; }
night_port() { cat "$NIGHT_DIR/puertos/$1"; }
night_log() { echo "$NIGHT_DIR/logs/$1.log"; }

# ---- making one

night_port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A block of 10 free ports. It starts where DIR says, so that two nights made at the
# same moment seldom look at the same block.
night_ports() {
    local name base n=0 port
    base=$((20000 + $(echo "$NIGHT_DIR$$" | cksum | cut -d' ' -f1) % 900 * 10))
    base=${NIGHT_PORT_BASE:-$base}
    while :; do
        for ((port = base; port < base + 10; port++)); do
            night_port_free "$port" || break
        done
        [ "$port" -eq $((base + 10)) ] && break
        base=$((base + 10)); n=$((n + 1))
        [ $n -lt 50 ] || night_fail "no hay diez puertos libres juntos" || return 1
    done
    mkdir -p "$NIGHT_DIR/puertos"
    port=$base
    for name in acopio-1 digitaliza-1 captura-1 verifica-1 publica-1 acopio-catd-1 \
        digitaliza-catd-1 nginx pg; do
        echo "$port" >"$NIGHT_DIR/puertos/$name"
        port=$((port + 1))
    done
}

# Each process has its own keys; the topology declares their public halves.
night_keys() {
    local name stage number=0 proceso
    local -a recibe anuncia
    proceso=$(sed -n 's/^proceso: *//p' "$NIGHT_DIR/eleccion/definicion.yaml" | tr -d "\"'")
    rm -rf "$NIGHT_DIR/llaves" "$NIGHT_DIR/topologia.yaml"
    while read -r name _ stage; do
        number=$((number + 1))
        recibe=() anuncia=()
        case $stage in
        acopio | digitaliza) recibe=(--recibe "tcp://127.0.0.1:$(night_port "$name")") ;;
        esac
        case $stage in
        *-catd) ;;
        *) anuncia=(--anuncia "ipc://$NIGHT_SOCKETS/$stage.pub") ;;
        esac
        "$NIGHT_BIN/prep" llaves crea --nombre "$name" --salida "$NIGHT_DIR/llaves" \
            >/dev/null &&
            "$NIGHT_BIN/prep" topologia agrega --topologia "$NIGHT_DIR/topologia.yaml" \
                --publica "$NIGHT_DIR/llaves/$name.publica" --numero "$number" \
                --etapa "$stage" --host local --proceso "$proceso" \
                "${recibe[@]}" "${anuncia[@]}" >/dev/null ||
            night_fail "no se pudieron hacer las llaves de $name" || return 1
    done <<<"$NIGHT_TABLE"
}

# Where the feeds have their sockets: not every folder will do.
night_sockets() {
    NIGHT_SOCKETS=$NIGHT_DIR/run
    pg_socket_path "$NIGHT_SOCKETS" || NIGHT_SOCKETS=$(cat "$NIGHT_DIR/sockets" 2>/dev/null) ||
        { NIGHT_SOCKETS=$(mktemp -d /tmp/prep-noche.XXXXXX) &&
            echo "$NIGHT_SOCKETS" >"$NIGHT_DIR/sockets"; }
}

# Each with a random token; the daemons know only its hash.
night_operators() {
    local i token hash
    (
        umask 077
        echo "operadores:" >"$NIGHT_DIR/operadores.yaml"
        : >"$NIGHT_DIR/fichas.txt"
        for ((i = 1; i <= NIGHT_OPERATORS; i++)); do
            token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
            hash=$(printf %s "$token" | sha256sum | cut -d' ' -f1)
            echo "$((1000 + i)) $token" >>"$NIGHT_DIR/fichas.txt"
            printf '  - id: %d\n    token_sha256: %s\n    etapas: [%s]\n' \
                $((1000 + i)) "$hash" "acopio, captura, verifica, publica" \
                >>"$NIGHT_DIR/operadores.yaml"
        done
    )
}

# A path as a YAML text: it may have spaces, colons or quotes.
night_path() { # FIELD PATH
    local quote="'"
    printf "%s: '%s'\n" "$1" "${2//$quote/$quote$quote}"
}

# What every settings file has, by kind of process.
night_config_comun() { # NAME
    night_path definicion "$NIGHT_DIR/eleccion"
    night_path topologia "$NIGHT_DIR/topologia.yaml"
    night_path llave "$NIGHT_DIR/llaves/$1.llave"
}
night_config_servicio() { # NAME ROLE
    night_config_comun "$1"
    echo "base: \"$(pg_conninfo "$NIGHT_DIR/pg" "$2")\""
}
night_config_catd() { # NAME SERVICE
    night_config_comun "$1"
    night_path cola "$NIGHT_DIR/$1/cola.db"
    echo "servicio: $2"
    echo "escucha: \"127.0.0.1:$(night_port "$1")\""
}
night_config_web() { # NAME
    echo "escucha: \"127.0.0.1:$(night_port "$1")\""
    night_path operadores "$NIGHT_DIR/operadores.yaml"
}

night_settings() {
    local d=$NIGHT_DIR
    mkdir -p "$d"/config "$d"/acopio-catd-1 "$d"/digitaliza-catd-1/entrada \
        "$d"/imagenes "$d"/publica "$d"/logs "$d"/run
    night_config_servicio acopio-1 prep_acopio >"$d/config/acopio-1.yaml"
    {
        night_config_servicio digitaliza-1 prep_digitaliza
        night_path imagenes "$d/imagenes"
    } >"$d/config/digitaliza-1.yaml"
    {
        night_config_servicio captura-1 prep_captura
        night_config_web captura-1
        night_path imagenes "$d/imagenes"
        echo "reclamo_s: $NIGHT_CLAIM_S"
    } >"$d/config/captura-1.yaml"
    {
        night_config_servicio verifica-1 prep_verifica
        night_config_web verifica-1
        night_path imagenes "$d/imagenes"
        echo "reclamo_s: $NIGHT_CLAIM_S"
    } >"$d/config/verifica-1.yaml"
    {
        night_config_servicio publica-1 prep_publica
        night_config_web publica-1
        night_path imagenes "$d/imagenes"
        night_path salida "$d/publica"
    } >"$d/config/publica-1.yaml"
    {
        night_config_catd acopio-catd-1 acopio-1
        night_path operadores "$d/operadores.yaml"
    } >"$d/config/acopio-catd-1.yaml"
    {
        night_config_catd digitaliza-catd-1 digitaliza-1
        night_path entrada "$d/digitaliza-catd-1/entrada"
    } >"$d/config/digitaliza-catd-1.yaml"
    cat >"$d/simulacro.yaml" <<YAML
acopio: ["http://127.0.0.1:$(night_port acopio-catd-1)"]
digitaliza:
  - url: "http://127.0.0.1:$(night_port digitaliza-catd-1)"
    $(night_path entrada "$d/digitaliza-catd-1/entrada")
captura: ["http://127.0.0.1:$(night_port captura-1)"]
verifica: ["http://127.0.0.1:$(night_port verifica-1)"]
publica: "http://127.0.0.1:$(night_port publica-1)"
operadores: fichas.txt
YAML
}

night_create() {
    local eleccion
    NIGHT_DIR=$1 NIGHT_BIN=$2
    eleccion=$(readlink -f "$3")
    mkdir -p "$NIGHT_DIR" || return 1
    NIGHT_DIR=$(readlink -f "$NIGHT_DIR")
    chmod 755 "$NIGHT_DIR"
    ln -sfn "$eleccion" "$NIGHT_DIR/eleccion"
    mkdir -p "$NIGHT_DIR"/logs "$NIGHT_DIR"/run
    night_ports && night_sockets && night_keys && night_operators && night_pg_start &&
        night_settings && night_database
}

night_open() {
    NIGHT_DIR=$(readlink -f "$1") NIGHT_BIN=$2
    [ -f "$NIGHT_DIR/simulacro.yaml" ] || night_fail "$1: no hay una noche aquí"
}

# Stops whatever runs and removes everything of the night but its logs.
night_destroy() {
    night_stop_all
    [ ! -f "$NIGHT_DIR/pg/base" ] || pg_destroy "$NIGHT_DIR/pg"
    [ ! -f "$NIGHT_DIR/sockets" ] || rm -rf "$(cat "$NIGHT_DIR/sockets")"
}

# ---- the database

night_database() {
    local base; base=$(pg_conninfo "$NIGHT_DIR/pg")
    "$NIGHT_BIN/prep" migra --base "$base" --sql "$NIGHT_ROOT/deploy/sql" &&
        "$NIGHT_BIN/prep" catalogo carga --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_dueno)" \
            --definicion "$NIGHT_DIR/eleccion" ||
        night_fail "no se pudo preparar la base de datos"
}

night_pg_start() {
    pg_start "$NIGHT_DIR/pg" "$(night_port pg)" >"$NIGHT_DIR/logs/pg.log" 2>&1 ||
        night_fail "PostgreSQL no arrancó; vea $NIGHT_DIR/logs/pg.log"
}
night_pg_stop() { [ ! -f "$NIGHT_DIR/pg/base" ] || pg_stop "$NIGHT_DIR/pg"; }
night_pg_kill() { pg_kill "$NIGHT_DIR/pg"; }
night_psql() { pg_psql "$NIGHT_DIR/pg" "$@"; }

# ---- one process

night_pid() { cat "$NIGHT_DIR/run/$1.pid" 2>/dev/null; }

# A zombie is dead: the pid file may name one until bash reaps it.
night_alive() {
    local pid; pid=$(night_pid "$1") || return 1
    [ -n "$pid" ] && [ -r "/proc/$pid/stat" ] &&
        [ "$(cut -d')' -f2- "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f2)" != Z ]
}

night_start() {
    local name=$1 log; log=$(night_log "$1")
    stat -c %s "$log" >"$NIGHT_DIR/run/$name.desde" 2>/dev/null ||
        echo 0 >"$NIGHT_DIR/run/$name.desde"
    # shellcheck disable=SC2086
    ${NIGHT_WRAP//%/$name} "$NIGHT_BIN/$(night_program "$name")" \
        --config "$NIGHT_DIR/config/$name.yaml" </dev/null >>"$log" 2>&1 &
    echo $! >"$NIGHT_DIR/run/$name.pid"
    disown $! 2>/dev/null || :
}

night_wait() {
    local name=$1 ticks=$((${2:-$NIGHT_READY_S} * 50)) desde log
    log=$(night_log "$name")
    desde=$(cat "$NIGHT_DIR/run/$name.desde")
    while [ $ticks -gt 0 ]; do
        tail -c +$((desde + 1)) "$log" | grep -q 'event=servicio.iniciado' && return 0
        night_alive "$name" || { night_fail "$name no arrancó; vea $log"; return 1; }
        sleep 0.02
        ticks=$((ticks - 1))
    done
    night_fail "$name no está listo a tiempo; vea $log"
}

night_signal() { # SIGNAL NAME
    local pid; pid=$(night_pid "$2") || return 0
    night_alive "$2" && kill "-$1" "$pid" 2>/dev/null
    return 0
}
night_term() { night_signal TERM "$1"; }
night_kill() {
    night_signal KILL "$1"
    while night_alive "$1"; do sleep 0.005; done
}

# ---- all of them

night_start_all() {
    local name
    for name in $(night_names); do night_start "$name"; done
    for name in $(night_names); do night_wait "$name" || return 1; done
}

night_stop_all() {
    local name ticks stubborn=0
    [ -n "${NIGHT_DIR:-}" ] && [ -d "$NIGHT_DIR/run" ] || return 0
    for name in $(night_names | tac); do night_term "$name"; done
    for name in $(night_names | tac); do
        for ((ticks = 0; ticks < 500; ticks++)); do
            night_alive "$name" || break
            sleep 0.02
        done
        if night_alive "$name"; then
            night_fail "$name no obedeció SIGTERM en 10 s; vea $(night_log "$name")"
            night_kill "$name"
            stubborn=1
        fi
        rm -f "$NIGHT_DIR/run/$name.pid"
    done
    night_pg_stop
    return $stubborn
}
