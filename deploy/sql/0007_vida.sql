-- 0007: what happens to an acta after it was verified, and the images it has besides the
-- one of reference (common/prep/vida.h, common/prep/projection.h).

ALTER TABLE acta
    ADD COLUMN imagenes          bytea[],   -- the others, by (hora_ms, hash of the event)
    ADD COLUMN correccion_numero integer,
    ADD COLUMN correccion_ms     bigint,
    ADD COLUMN correccion_hash   bytea,
    ADD COLUMN correccion_celdas integer[], -- {}: reopened, no values stand
    ADD COLUMN duda_acopio       bytea,     -- struct acta_duda of projection.h: of the
    ADD COLUMN duda_imagen       bytea,     -- doubtful ones, that of the first event
    ADD COLUMN identificada_como bigint,    -- fuera de catalogo: the acta that it is
    ADD COLUMN identificada_ms   bigint,
    ADD COLUMN identificada_hash bytea;

-- Proposals, corrections and identifications (tipos 25 to 27): a few among millions. An
-- event of any other kind costs nothing here.
CREATE INDEX libro_coordina ON libro (acta, posicion) WHERE tipo BETWEEN 25 AND 27;

-- An image as an element of acta.imagenes: struct acta_imagen of projection.h. Bytes
-- compare as (ms, evento), which is the order in which images stand.
CREATE FUNCTION acta_imagen_empaca(ms bigint, evento bytea, sha256 bytea, formato integer,
                                   origen integer, digitalizacion integer,
                                   documento integer) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN int8send(ms) || evento || sha256 || int2send(formato::smallint)
    || int2send(origen::smallint) || int2send(digitalizacion::smallint)
    || int2send(documento::smallint);

-- The first 15 of the list with one more in it: whatever the order of arrival.
CREATE FUNCTION acta_imagenes_suma(lista bytea[], una bytea) RETURNS bytea[]
LANGUAGE sql IMMUTABLE
RETURN (SELECT (array_agg(x ORDER BY x))[1:15]
        FROM (SELECT DISTINCT x FROM unnest(array_append(lista, una)) AS u (x)) AS s);

-- One image more for each acta, one at a time: what the UPDATE of projection_slots.c does
-- at once for actas that are not repeated in a batch.
CREATE FUNCTION acta_imagen_otra(ids bigint[], horas bigint[], eventos bytea[],
                                 sha256s bytea[], largos bigint[], formatos integer[],
                                 origenes integer[], digitalizaciones integer[],
                                 documentos integer[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    n record;
BEGIN
    FOR n IN SELECT * FROM unnest(ids, horas, eventos, sha256s, largos, formatos,
                                  origenes, digitalizaciones, documentos)
        AS u (id, ms, hash, sha256, bytes, formato, origen, digitalizacion, documento)
    LOOP
        UPDATE acta a SET imagenes = acta_imagenes_suma(a.imagenes,
            acta_imagen_empaca(a.imagen_ms, a.imagen_hash, a.imagen_sha256,
                a.imagen_formato, a.imagen_origen, a.imagen_digitalizacion,
                a.imagen_documento))
        WHERE a.id = n.id AND (n.ms, n.hash) < (a.imagen_ms, a.imagen_hash);

        UPDATE acta a SET imagenes = acta_imagenes_suma(a.imagenes,
            acta_imagen_empaca(n.ms, n.hash, n.sha256, n.formato, n.origen,
                n.digitalizacion, n.documento))
        WHERE a.id = n.id AND (n.ms, n.hash) > (a.imagen_ms, a.imagen_hash);

        UPDATE acta a SET imagen_ms = n.ms, imagen_hash = n.hash,
            imagen_sha256 = n.sha256, imagen_bytes = n.bytes, imagen_formato = n.formato,
            imagen_origen = n.origen, imagen_digitalizacion = n.digitalizacion,
            imagen_documento = n.documento
        WHERE a.id = n.id AND (a.imagen_hash IS NULL
            OR (n.ms, n.hash) < (a.imagen_ms, a.imagen_hash));
    END LOOP;
END
$$;

-- The acta fuera de catalogo leaves the count, and its image goes to the acta it is, at
-- the time when it came. Definer: verifica writes no image of its own.
CREATE FUNCTION acta_identifica(ids bigint[], horas bigint[], hashes bytea[],
                                fueras bigint[], imagen_horas bigint[], eventos bytea[],
                                sha256s bytea[], largos bigint[], formatos integer[],
                                origenes integer[], digitalizaciones integer[],
                                documentos integer[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    n record;
BEGIN
    PERFORM acta_fuera_crea(fueras);
    FOR n IN SELECT * FROM unnest(ids, horas, hashes, fueras)
        AS u (id, ms, hash, fuera)
    LOOP
        UPDATE acta a SET identificada_como = n.id, identificada_ms = n.ms,
            identificada_hash = n.hash
        WHERE a.id = n.fuera AND (a.identificada_hash IS NULL
            OR (n.ms, n.hash) < (a.identificada_ms, a.identificada_hash));
    END LOOP;
    PERFORM acta_imagen_otra(ids, imagen_horas, eventos, sha256s, largos, formatos,
                             origenes, digitalizaciones, documentos);
END
$$;

REVOKE ALL ON FUNCTION
    acta_imagen_empaca(bigint, bytea, bytea, integer, integer, integer, integer),
    acta_imagenes_suma(bytea[], bytea),
    acta_imagen_otra(bigint[], bigint[], bytea[], bytea[], bigint[], integer[], integer[],
                     integer[], integer[]),
    acta_identifica(bigint[], bigint[], bytea[], bigint[], bigint[], bytea[], bytea[],
                    bigint[], integer[], integer[], integer[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    acta_imagen_empaca(bigint, bytea, bytea, integer, integer, integer, integer),
    acta_imagenes_suma(bytea[], bytea),
    acta_imagen_otra(bigint[], bigint[], bytea[], bytea[], bigint[], integer[], integer[],
                     integer[], integer[]) TO prep_digitaliza;
GRANT EXECUTE ON FUNCTION
    acta_identifica(bigint[], bigint[], bytea[], bigint[], bigint[], bytea[], bytea[],
                    bigint[], integer[], integer[], integer[], integer[]) TO prep_verifica;
GRANT UPDATE (imagenes, duda_imagen) ON acta TO prep_digitaliza;
GRANT UPDATE (duda_acopio) ON acta TO prep_acopio;
GRANT UPDATE (correccion_numero, correccion_ms, correccion_hash, correccion_celdas)
    ON acta TO prep_verifica;
