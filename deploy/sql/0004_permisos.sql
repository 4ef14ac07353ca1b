-- 0004: what each role may do. What is not here, nobody may.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO prep_acopio, prep_digitaliza, prep_captura,
    prep_verifica, prep_publica, prep_lectura;

GRANT SELECT ON libro, emisor_cabeza, libro_cabeza, proceso, catalogo, acta
    TO prep_acopio, prep_digitaliza, prep_captura, prep_verifica, prep_publica,
       prep_lectura;
GRANT SELECT ON evidencia TO prep_lectura;

-- Appending: publica too, whose cortes are events.
GRANT EXECUTE ON FUNCTION libro_abre(),
    libro_agrega(integer[], bigint[], bigint[], smallint[], bytea[], bytea[], bytea[],
                 bytea[]),
    evidencia_guarda(text, text, text, bytea)
    TO prep_acopio, prep_digitaliza, prep_captura, prep_verifica, prep_publica;

GRANT EXECUTE ON FUNCTION acta_fuera_crea(bigint[])
    TO prep_acopio, prep_digitaliza, prep_captura, prep_verifica;
GRANT EXECUTE ON FUNCTION acta_fuera_eleccion(bigint[], smallint[], bytea[])
    TO prep_acopio;

-- Of an acta, each stage writes the columns of its own events.
GRANT UPDATE (acopio_ms, acopio_hash, mecanismo, acopio_documento, sin_acta,
              identificacion) ON acta TO prep_acopio;
GRANT UPDATE (imagen_ms, imagen_hash, imagen_sha256, imagen_bytes, imagen_formato,
              imagen_origen, imagen_digitalizacion, imagen_documento)
    ON acta TO prep_digitaliza;
GRANT UPDATE (captura1_ms, captura1_hash, captura1_operador, captura1_celdas)
    ON acta TO prep_captura;
GRANT UPDATE (captura2_ms, captura2_hash, captura2_operador, captura2_celdas,
              captura3_ms, captura3_hash, captura3_operador, captura3_celdas,
              verificacion_ms, verificacion_hash, verificacion_celdas,
              cotejo, cotejo_ms, cotejo_hash) ON acta TO prep_verifica;

GRANT SELECT, INSERT, UPDATE, DELETE ON reclamo TO prep_captura, prep_verifica;
