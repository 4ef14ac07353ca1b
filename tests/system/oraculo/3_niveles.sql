-- The 13 values of a header (prep-rules 7.1) and the votes of each option, for each
-- election, entidad, territorio and seccion at once. Reads estados and corte. Makes
-- `niveles`; a level that does not apply is NULL.

-- Truncated to four decimals, whatever the size: an exact quotient of integers.
CREATE FUNCTION pg_temp.porcentaje(parte numeric, todo numeric) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN todo = 0 THEN '0.0000'
           ELSE (div(parte * 1000000, todo) / 10000)::numeric(40, 4)::text END
$$;

CREATE TEMP TABLE niveles AS
WITH cuentas AS (
    SELECT eleccion, entidad, territorio, seccion,
           count(*) FILTER (WHERE fila > 1) AS esperadas,
           count(*) FILTER (WHERE fila = 1) AS fuera,
           count(*) FILTER (WHERE capturada) AS capturadas,
           count(*) FILTER (WHERE contabilizada) AS contabilizadas,
           count(*) FILTER (WHERE capturada AND NOT contabilizada) AS no_contabilizadas,
           count(*) FILTER (WHERE inconsistente) AS inconsistentes,
           coalesce(sum(lista_nominal) FILTER (WHERE contabilizada), 0) AS lista_nominal,
           coalesce(sum(total) FILTER (WHERE contabilizada), 0) AS c_cs,
           coalesce(sum(total) FILTER (WHERE contabilizada AND tipo <> 'S'), 0) AS s_cs
    FROM estados
    GROUP BY GROUPING SETS ((eleccion), (eleccion, entidad),
        (eleccion, entidad, territorio), (eleccion, entidad, territorio, seccion))
), opciones AS (
    SELECT eleccion, entidad, territorio, seccion, n,
           coalesce(sum(voto) FILTER (WHERE contabilizada), 0)::numeric AS suma
    FROM estados, unnest(votos) WITH ORDINALITY AS u (voto, n)
    GROUP BY GROUPING SETS ((eleccion, n), (eleccion, entidad, n),
        (eleccion, entidad, territorio, n), (eleccion, entidad, territorio, seccion, n))
), votos AS (
    SELECT eleccion, entidad, territorio, seccion, array_agg(suma ORDER BY n) AS votos
    FROM opciones GROUP BY eleccion, entidad, territorio, seccion
)
SELECT c.eleccion, c.entidad, c.territorio, c.seccion, c.inconsistentes,
       coalesce(v.votos, array_fill(0::numeric, ARRAY[p.opciones])) AS votos,
       json_build_object(
           'actas_esperadas', esperadas,
           'actas_registradas', capturadas + fuera,
           'actas_fuera_catalogo', fuera,
           'actas_capturadas', capturadas,
           'porcentaje_actas_capturadas', pg_temp.porcentaje(capturadas, esperadas),
           'actas_contabilizadas', contabilizadas,
           'porcentaje_actas_contabilizadas',
               pg_temp.porcentaje(contabilizadas, esperadas),
           'porcentaje_actas_inconsistencias',
               pg_temp.porcentaje(inconsistentes, esperadas),
           'actas_no_contabilizadas', no_contabilizadas,
           'lista_nominal_actas_contabilizadas', lista_nominal,
           'total_votos_c_cs', c_cs,
           'total_votos_s_cs', s_cs,
           'porcentaje_participacion_ciudadana', pg_temp.porcentaje(
               CASE WHEN (SELECT ultimo FROM corte) THEN c_cs ELSE s_cs END,
               lista_nominal)) AS encabezado
FROM cuentas c
JOIN parametros p USING (eleccion)
LEFT JOIN votos v ON (v.eleccion, v.entidad, v.territorio, v.seccion)
    IS NOT DISTINCT FROM (c.eleccion, c.entidad, c.territorio, c.seccion)
-- what is fuera de catalogo has no place: it counts in its election alone
WHERE c.esperadas > 0 OR c.entidad IS NULL;
