#!/usr/bin/env bash
# While a night plays, kill -9 a random daemon or the whole of PostgreSQL, hundreds of
# times. At the end nothing is lost, nothing counts twice, and what is published is what
# an undisturbed night publishes, byte for byte.
# uso: test_kill.sh BIN [MUERTES [SEMILLA]]     (at least that many)
set -u
bin=$1 kills=${2:-${KILLS:-200}} seed=${3:-$RANDOM}
. "$(dirname "$0")/lib/night_test.sh"
NIGHT_CLAIM_S=3 # a claim lost in a crash is offered again soon
test_begin kill
RANDOM=$seed
echo "semilla $seed, $kills muertes"
make_election "$work/eleccion" || die "no se pudo importar la elección"

play() { # SPEED PLAZO: the night that is open
    timeout 900 "$bin/prep-simulacro" corre "$work/eleccion" \
        --config "$NIGHT_DIR/simulacro.yaml" --velocidad "$1" --plazo "$2" --semilla 7 \
        >"$NIGHT_DIR/logs/corre.log" 2>&1
}

create() {
    night_create "$1" "$bin" "$work/eleccion" >"$1.log" 2>&1 ||
        die "no se pudo preparar la noche: $(tail -3 "$1.log")"
}

# ---- the night that nobody disturbs
create "$work/quieta"
night_start_all || die "un proceso no arrancó"
play 0 60 || die "la noche sin disturbios no terminó: $(tail -3 "$NIGHT_DIR/logs/corre.log")"
facts >"$work/quieta.hechos"
night_stop_all || fail "la noche sin disturbios no se detuvo en orden"
no_errors "$work/quieta"
bases "$work/quieta" >"$work/quieta.bases"
echo "sin disturbios: $SECONDS s, $(wc -l <"$work/quieta.bases") archivos publicados"

# ---- the night of the deaths
create "$work/noche"
victims=($(night_names) postgres)
deaths=0
declare -A died

postgres_down() { ! pg_pid "$NIGHT_DIR/pg" >/dev/null; }

# What systemd would do: whatever is dead starts again, the database included.
revive() {
    local name
    postgres_down && { night_pg_start || die "PostgreSQL no volvió"; }
    for name in $(night_names); do
        night_alive "$name" || night_start "$name"
    done
}

murder() {
    local victim=${victims[RANDOM % ${#victims[@]}]}
    if [ "$victim" = postgres ]; then
        night_pg_kill
    else
        night_alive "$victim" || return
        night_kill "$victim"
    fi
    deaths=$((deaths + 1))
    died[$victim]=$((${died[$victim]:-0} + 1))
}

night_start_all || die "un proceso no arrancó"
# About two deaths a second: the night must last long enough for all of them. On a slow
# machine each revival takes longer, and then several die at once.
play $((100000 / kills)) 120 &
player=$!
begun=$SECONDS
NIGHT_MIN_S=$((kills * 3 / 4))
test_cleanup_extra() { kill $player 2>/dev/null; }
while kill -0 $player 2>/dev/null; do
    murder
    # Sometimes it is dead for a while, sometimes two die at once.
    case $((RANDOM % 8)) in
    0) sleep 0.4 ;;
    1) murder ;;
    esac
    for ((tries = 0; tries < 4; tries++)); do
        [ $((deaths * NIGHT_MIN_S)) -lt $(((SECONDS - begun) * kills)) ] || break
        murder
    done
    revive
    sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
done
wait $player || fail "la noche no terminó: $(tail -3 "$NIGHT_DIR/logs/corre.log")"
for name in "${!died[@]}"; do echo "  $name: ${died[$name]} muertes"; done
echo "con $deaths muertes: $SECONDS s; $(grep reintentos "$NIGHT_DIR/logs/corre.log")"
echo "  $(cat "$NIGHT_DIR"/logs/*.log | grep -c 'event=mensaje.repetido') entregas repetidas al CCV"
[ $deaths -ge "$kills" ] || fail "solo hubo $deaths muertes de $kills"

revive
for name in $(night_names); do night_wait "$name" || fail "$name no volvió"; done
facts >"$work/noche.hechos"
diff "$work/quieta.hechos" "$work/noche.hechos" ||
    fail "los hechos del libro no son los de la noche sin disturbios"
"$bin/prep" libro verifica --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_lectura)" \
    --topologia "$NIGHT_DIR/topologia.yaml" || fail "el libro no verifica"
"$bin/prep" reproyecta --base "$(pg_conninfo "$NIGHT_DIR/pg" prep_dueno)" \
    --topologia "$NIGHT_DIR/topologia.yaml" || fail "la proyección no es la del libro"
bases "$NIGHT_DIR" >"$work/noche.bases"
diff "$work/quieta.bases" "$work/noche.bases" ||
    fail "lo publicado no es lo de la noche sin disturbios"
if grep -l 'AddressSanitizer\|runtime error' "$NIGHT_DIR"/logs/*.log; then
    fail "un sanitizador encontró algo"
fi
# The last corte again, whole, from the ledger alone: every file of it is the same.
republish() {
    local last file
    last=$(night_psql postgres -c "SELECT count(*) FROM libro WHERE tipo = 22")
    "$bin/prep-publica" --config "$NIGHT_DIR/config/publica-1.yaml" --republica "$last" \
        --salida "$work/otra" >"$NIGHT_DIR/logs/republica.log" 2>&1 ||
        fail "no republica: $(tail -3 "$NIGHT_DIR/logs/republica.log")"
    for file in $(cd "$work/otra" && find . -type f ! -name '.*'); do
        cmp "$work/otra/$file" "$NIGHT_DIR/publica/$file" ||
            fail "el mismo libro no da los mismos bytes: $file"
    done
    [ -s "$work/otra/corte.json" ] && [ -n "$(ls "$work/otra/bases")" ] ||
        fail "no republicó el corte $last entero"
}
republish
night_stop_all || fail "no se detuvo en orden"
test_end
