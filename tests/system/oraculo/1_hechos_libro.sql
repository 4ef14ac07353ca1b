-- What is known of each acta, from the signed bytes of the ledger alone: a decoder of
-- protocol buffers and a fold, sharing nothing with the projection. Makes `hechos`, with
-- the columns that 1_hechos_acta.sql explains.

-- The fields of one message. tipo 0: entero holds it; tipo 2: bytes does.
CREATE FUNCTION pg_temp.campos(mensaje bytea)
RETURNS TABLE (numero int, tipo int, entero numeric, bytes bytea)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    lugar int := 0;
    fin   int := length(mensaje);
    uno   int;
    peso  numeric;
    valor numeric;
BEGIN
    WHILE lugar < fin LOOP
        FOR vuelta IN 1..2 LOOP -- the tag, then the number or length behind it
            valor := 0;
            peso := 1;
            LOOP
                uno := get_byte(mensaje, lugar);
                lugar := lugar + 1;
                valor := valor + (uno & 127) * peso;
                peso := peso * 128;
                EXIT WHEN uno < 128;
            END LOOP;
            IF vuelta = 1 THEN
                numero := div(valor, 8);
                tipo := mod(valor, 8);
                IF tipo NOT IN (0, 2) THEN
                    RAISE EXCEPTION 'campo % de tipo %', numero, tipo;
                END IF;
            END IF;
        END LOOP;
        entero := CASE tipo WHEN 0 THEN valor END;
        bytes := NULL;
        IF tipo = 2 THEN
            IF lugar + valor > fin THEN
                RAISE EXCEPTION 'el campo % no cabe', numero;
            END IF;
            bytes := substring(mensaje FROM lugar + 1 FOR valor::int);
            lugar := lugar + valor::int;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

-- A packed list of sint32: zigzag varints.
CREATE FUNCTION pg_temp.celdas(lista bytea) RETURNS int[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    salida int[] := '{}';
    valor  bigint := 0;
    peso   bigint := 1;
    uno    int;
BEGIN
    FOR lugar IN 0..length(lista) - 1 LOOP
        uno := get_byte(lista, lugar);
        valor := valor + (uno & 127) * peso;
        peso := peso * 128;
        IF uno < 128 THEN
            salida := salida || (CASE valor % 2 WHEN 0 THEN valor / 2
                                 ELSE -(valor + 1) / 2 END)::int;
            valor := 0;
            peso := 1;
        END IF;
    END LOOP;
    RETURN salida;
END
$$;

CREATE FUNCTION pg_temp.entero(mensaje bytea, cual int) RETURNS bigint
LANGUAGE sql AS $$
    SELECT coalesce((SELECT entero::bigint FROM pg_temp.campos(mensaje)
                     WHERE numero = cual), 0)
$$;

CREATE TEMP TABLE eventos AS
SELECT l.posicion, l.acta, l.tipo, sha256(e.bytes) AS hash,
       pg_temp.entero(e.bytes, 7) AS hora_ms, pg_temp.entero(e.bytes, 8) AS acta_dicha,
       cuerpo.bytes AS cuerpo
FROM libro l, pg_temp.campos(l.sobre) e, pg_temp.campos(e.bytes) cuerpo
WHERE l.tipo IN (17, 20) AND e.numero = 1 AND cuerpo.numero = l.tipo
  AND l.posicion < (SELECT tamano FROM corte);

-- Of two of a kind the earlier stands; but an acopio with an acta stands over one that
-- says there is none.
CREATE TEMP TABLE acopios AS
SELECT DISTINCT ON (acta_dicha) acta_dicha AS acta,
       pg_temp.entero(cuerpo, 4) AS sin_acta, pg_temp.entero(cuerpo, 5) AS eleccion
FROM eventos WHERE tipo = 17
ORDER BY acta_dicha, pg_temp.entero(cuerpo, 4) <> 0, hora_ms, hash;

CREATE TEMP TABLE verificaciones AS
SELECT DISTINCT ON (acta_dicha) acta_dicha AS acta, pg_temp.celdas(c.bytes) AS celdas
FROM eventos v, pg_temp.campos(v.cuerpo) c WHERE v.tipo = 20 AND c.numero = 4
ORDER BY acta_dicha, hora_ms, hash;

CREATE TEMP TABLE hechos AS
SELECT c.id::bigint, false AS fuera, c.eleccion::int,
       CASE WHEN v.celdas IS NULL THEN coalesce(a.sin_acta, 0) ELSE 0 END AS sin_acta,
       v.celdas
FROM catalogo c LEFT JOIN acopios a ON a.acta = c.id
     LEFT JOIN verificaciones v ON v.acta = c.id
UNION ALL
SELECT acta, true, eleccion::int, sin_acta, NULL FROM acopios
WHERE acta >= 4503599627370496;
