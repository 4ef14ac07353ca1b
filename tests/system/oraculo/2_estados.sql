-- The status of each acta: prep-rules 6.2, evaluated in its order, first match wins.
-- Reads hechos, catalogo and parametros. Makes `estados`, one row per acta and election.
CREATE TEMP TABLE estados AS
WITH identidad AS (
    SELECT h.id, h.fuera, h.sin_acta, h.celdas, p.eleccion,
           coalesce(c.entidad, 'fuera') AS entidad, c.territorio, c.seccion,
           c.tipo_casilla AS tipo, c.lista_nominal, c.representantes, p.campos,
           p.inconsistencia_algun_campo, p.inconsistencia_sin_acta,
           p.campos_dan_observacion, p.mixtos_contabilizan,
           p.representantes_en_limite_especial, p.representantes_fijos,
           p.boletas_especial_max, p.representantes_default
    FROM hechos h
    LEFT JOIN catalogo c ON c.id = h.id
    -- one whose election is not known shows in every election
    JOIN parametros p ON p.eleccion = h.eleccion OR (h.fuera AND h.eleccion = 0)
), limites AS (
    -- REP: 17. In A, P, V and M it is what the catalogue says, and 0 when it says none.
    SELECT *, CASE
        WHEN tipo IN ('A', 'P', 'V', 'M') THEN greatest(representantes, 0)
        WHEN representantes_fijos OR representantes = -1 THEN representantes_default
        ELSE representantes END AS rep
    FROM identidad
), sumas AS (
    SELECT l.*, v.votos, v.total, v.numeros, v.ilegibles, v.vacias, b.campos_ilegibles,
           b.campos_vacios,
           CASE WHEN tipo = 'S' THEN boletas_especial_max
                    + CASE WHEN representantes_en_limite_especial THEN rep ELSE 0 END
                ELSE lista_nominal + rep END AS limite
    FROM limites l,
    LATERAL (SELECT array_agg(greatest(c, 0) ORDER BY n) AS votos,
                    coalesce(sum(c) FILTER (WHERE c >= 0), 0) AS total,
                    count(*) FILTER (WHERE c >= 0) AS numeros,
                    count(*) FILTER (WHERE c = -1) AS ilegibles,
                    count(*) FILTER (WHERE c = -2) AS vacias
             FROM unnest(celdas[campos + 1:]) WITH ORDINALITY AS u (c, n)) v,
    LATERAL (SELECT count(*) FILTER (WHERE c = -1) AS campos_ilegibles,
                    count(*) FILTER (WHERE c = -2) AS campos_vacios
             FROM unnest(celdas[:campos]) AS u (c)
             WHERE campos_dan_observacion) b
), decididas AS (
    SELECT *, CASE
        WHEN fuera THEN 1
        WHEN sin_acta = 2 THEN 2
        WHEN sin_acta = 1 THEN 3
        WHEN sin_acta = 3 THEN 4
        WHEN sin_acta = 4 THEN 5
        WHEN celdas IS NULL THEN 10
        WHEN numeros = 0 AND NOT (mixtos_contabilizan AND ilegibles > 0 AND vacias > 0)
            THEN 6
        WHEN total > limite THEN 7
        WHEN ilegibles + vacias + campos_ilegibles + campos_vacios > 0 THEN 8
        ELSE 9 END AS fila
    FROM sumas
)
SELECT eleccion, id, fila, entidad, territorio, seccion, tipo, lista_nominal, votos, total,
       limite,
       -- a campo is a cause of its own row alone
       ilegibles + CASE fila WHEN 8 THEN campos_ilegibles ELSE 0 END AS ilegibles,
       vacias + CASE fila WHEN 8 THEN campos_vacios ELSE 0 END AS vacias,
       fila IN (8, 9) AS contabilizada, fila BETWEEN 2 AND 9 AS capturada,
       fila IN (6, 7) OR (fila = 8 AND inconsistencia_algun_campo)
           OR (fila BETWEEN 2 AND 5 AND inconsistencia_sin_acta) AS inconsistente
FROM decididas;
