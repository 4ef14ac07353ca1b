#!/usr/bin/env bash
# What each role may not do, tried; and what it may, so that a refusal means something.
# Under lib/with_pg.
set -u
. "$(dirname "$(readlink -f "$0")")/lib/pg.sh"
dir=$PREP_PG_DIR
tried=0
failed=0

say() { echo "MAL: $*" >&2; failed=$((failed + 1)); }

refused() { # ROLE SQL: it must fail, and because it is not allowed
    local output
    tried=$((tried + 1))
    output=$(pg_psql "$dir" "$1" -c "$2" 2>&1) && { say "$1 pudo: $2"; return; }
    case $output in
    *"permission denied"* | *"must be owner"* | *"los hechos no se editan"* | \
        *"must be member"* | *"must be superuser"*) ;;
    *) say "$1: «$2» falló por otra razón: $output" ;;
    esac
}

allowed() { # ROLE SQL
    local output
    tried=$((tried + 1))
    output=$(pg_psql "$dir" "$1" -c "BEGIN; $2; ROLLBACK" 2>&1) || say "$1 no pudo: $2: $output"
}

stages="prep_acopio prep_digitaliza prep_captura prep_verifica prep_publica"
one="ARRAY[1], ARRAY[1::bigint], ARRAY[0::bigint], ARRAY[17::smallint],
     ARRAY[decode(repeat('00', 32), 'hex')], ARRAY[sha256('e')], ARRAY[sha256('h')],
     ARRAY['sobre'::bytea]"
pg_psql "$dir" postgres -c "INSERT INTO acta (id, eleccion) VALUES (1, 1);
    INSERT INTO evidencia (evento, origen, motivo, largo, bytes, huella)
    VALUES ('x', 'x', 'x', 1, 'x', 'x'); SELECT count(*) FROM libro_agrega($one)" \
    >/dev/null || exit 1

# ---- facts: nobody edits them, the owner and the administrator neither
for role in $stages prep_lectura prep_dueno postgres; do
    refused $role "UPDATE libro SET acta = 2"
    refused $role "DELETE FROM libro"
    refused $role "TRUNCATE libro"
    refused $role "DELETE FROM evidencia"
    refused $role "TRUNCATE emisor_cabeza"
    refused $role "DELETE FROM libro_cabeza"
done
refused prep_dueno "SET session_replication_role = replica"

# ---- the doors: only functions write in the ledger, and only for the stages
for role in $stages prep_lectura; do
    refused $role "INSERT INTO libro VALUES (1, 1, 2, 0, 17, 'h', 'h', 's', now())"
    refused $role "INSERT INTO emisor_cabeza VALUES (9, 1, 'h')"
    refused $role "UPDATE emisor_cabeza SET secuencia = 0"
    refused $role "UPDATE libro_cabeza SET tamano = 0"
    refused $role "INSERT INTO evidencia (evento, origen, motivo, largo, bytes, huella)
        VALUES ('x', 'x', 'x', 1, 'x', 'y')"
    refused $role "INSERT INTO acta (id, eleccion) VALUES (2, 1)"
    refused $role "DELETE FROM acta"
    refused $role "TRUNCATE acta"
    refused $role "UPDATE acta SET eleccion = 2"
    refused $role "UPDATE catalogo SET lista_nominal = 1"
    refused $role "INSERT INTO proceso VALUES (true, 'x', 1, 'x', 'x', 1, now())"
    refused $role "ALTER TABLE libro DISABLE TRIGGER ALL"
    refused $role "ALTER TABLE acta DROP COLUMN cotejo"
    refused $role "DROP TABLE libro"
    refused $role "CREATE TABLE mia (a integer)"
    refused $role "CREATE TEMPORARY TABLE libro_cabeza (tamano bigint)"
    refused $role "CREATE OR REPLACE FUNCTION libro_abre() RETURNS bigint LANGUAGE sql
        AS 'SELECT 0::bigint'"
    refused $role "SELECT acta_siembra(ARRAY[1])"
    refused $role "SET ROLE prep_dueno"
    refused $role "COPY libro TO PROGRAM 'cat'"
    refused $role "SELECT pg_read_file('PG_VERSION')"
done
refused prep_lectura "SELECT libro_abre()"
refused prep_lectura "SELECT * FROM libro_agrega($one)"
refused prep_lectura "SELECT evidencia_guarda('a', 'b', 'c', 'd')"
refused prep_lectura "SELECT * FROM reclamo"
refused prep_publica "SELECT acta_fuera_crea(ARRAY[1::bigint << 52])"
refused prep_captura "SELECT acta_fuera_eleccion(ARRAY[1::bigint], ARRAY[1::smallint],
    ARRAY['h'::bytea])"
nadie="'{}'::bigint[], '{}'::bigint[], '{}'::bytea[], '{}'::bytea[], '{}'::bigint[],
    '{}'::int[], '{}'::int[], '{}'::int[], '{}'::int[]"
for role in prep_acopio prep_captura prep_publica prep_verifica prep_lectura; do
    refused $role "SELECT acta_imagen_otra($nadie)"
done
allowed prep_digitaliza "SELECT acta_imagen_otra($nadie)"
for role in prep_acopio prep_captura prep_publica prep_digitaliza prep_lectura; do
    refused $role "SELECT acta_identifica('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
        '{}', '{}', '{}', '{}')"
done
allowed prep_verifica "SELECT acta_identifica('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
    '{}', '{}', '{}', '{}')"
for role in prep_acopio prep_digitaliza prep_publica; do
    refused $role "INSERT INTO reclamo VALUES (1, 1, 1, 1)"
done
for role in $stages; do
    refused $role "SELECT * FROM evidencia"
    allowed $role "SELECT libro_abre()"
    allowed $role "SELECT * FROM libro_agrega($one)"
    allowed $role "SELECT evidencia_guarda('a', 'b', 'c', 'd')"
done
allowed prep_lectura "SELECT count(*) FROM libro, acta, catalogo, evidencia, proceso"

# ---- each stage, its columns of acta and no others
columns() { # ROLE: the ones it may write
    case $1 in
    prep_acopio) echo acopio_ms acopio_hash mecanismo acopio_documento sin_acta \
        identificacion duda_acopio ;;
    prep_digitaliza) echo imagen_ms imagen_hash imagen_sha256 imagen_bytes \
        imagen_formato imagen_origen imagen_digitalizacion imagen_documento \
        imagenes duda_imagen ;;
    prep_captura) echo captura1_ms captura1_hash captura1_operador captura1_celdas ;;
    prep_verifica) echo captura2_ms captura2_hash captura2_operador captura2_celdas \
        captura3_ms captura3_hash captura3_operador captura3_celdas verificacion_ms \
        verificacion_hash verificacion_celdas cotejo cotejo_ms cotejo_hash \
        correccion_numero correccion_ms correccion_hash correccion_celdas ;;
    esac
}
all=$(pg_psql "$dir" postgres -c "SELECT attname FROM pg_attribute WHERE attrelid =
    'acta'::regclass AND attnum > 0 AND NOT attisdropped")
seen=0
for role in $stages prep_lectura; do
    mine=" $(columns $role) "
    for column in $all; do
        case $mine in
        *" $column "*)
            allowed $role "UPDATE acta SET $column = NULL WHERE id = 1"
            seen=$((seen + 1)) ;;
        *) refused $role "UPDATE acta SET $column = NULL WHERE id = 1" ;;
        esac
    done
done
# Every column but id, eleccion and the three that acta_identifica() alone writes belongs
# to exactly one stage.
[ $seen -eq $(($(echo "$all" | wc -w) - 5)) ] || say "columnas repartidas: $seen"

echo "$tried intentos, $failed mal"
[ $failed -eq 0 ]
