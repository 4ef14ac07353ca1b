-- What is known of each acta, from the projection (table acta). Makes `hechos`:
--     id, fuera       fuera: not in the catalogue
--     eleccion        0: fuera de catalogo of an election that is not known
--     sin_acta        cause (0: none), of the acopio that stands; none if values were
--                     verified: there was an acta after all
--     celdas          the values that stand, campos first; NULL: not verified
-- One that is fuera de catalogo is registered once somebody has received it.
CREATE TEMP TABLE hechos AS
SELECT id, id >= 4503599627370496 AS fuera, eleccion::int AS eleccion,
       CASE WHEN acopio_ms IS NULL OR verificacion_ms IS NOT NULL THEN 0
            ELSE sin_acta END AS sin_acta,
       verificacion_celdas AS celdas
FROM acta
WHERE id < 4503599627370496 OR acopio_ms IS NOT NULL;
