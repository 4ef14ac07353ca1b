-- 0002: the catalogue, and the present state of each acta.

-- One row: which election process this database holds (prep catalogo carga).
CREATE TABLE proceso (
    unico             boolean PRIMARY KEY DEFAULT true CHECK (unico),
    proceso           text NOT NULL,
    modo              smallint NOT NULL,  -- 1 oficial, 2 simulacro
    definicion_sha256 bytea NOT NULL,
    catalogo_sha256   bytea NOT NULL,
    actas             bigint NOT NULL,
    cargado           timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE catalogo (
    id                integer PRIMARY KEY,
    eleccion          smallint NOT NULL,
    clave_casilla     text NOT NULL,
    clave_acta        text NOT NULL,
    entidad           text NOT NULL,
    entidad_nombre    text NOT NULL,
    territorio        text NOT NULL,
    territorio_nombre text NOT NULL,
    seccion           text NOT NULL,
    id_casilla        text NOT NULL,
    tipo_casilla      text NOT NULL,
    ext_contigua      text NOT NULL,
    ubicacion         text NOT NULL,
    tipo_acta         text NOT NULL,
    lista_nominal     integer NOT NULL,
    representantes    integer NOT NULL,  -- -1: not known beforehand
    catd              text NOT NULL,
    no_aplica         bytea NOT NULL     -- bit i: opcion i is not on this acta
);

-- One wide row per acta: the fold of its events (common/prep/projection.h). Catalogue
-- rows are made when the catalogue is loaded; fuera de catalogo ones on arrival.
CREATE TABLE acta (
    id                    bigint PRIMARY KEY,
    eleccion              smallint NOT NULL,    -- 0: fuera de catalogo, not known
    acopio_ms             bigint,
    acopio_hash           bytea,
    mecanismo             smallint,
    acopio_documento      smallint,
    sin_acta              smallint,
    identificacion        jsonb,                -- fuera de catalogo: {"campo": "texto"}
    imagen_ms             bigint,
    imagen_hash           bytea,
    imagen_sha256         bytea,
    imagen_bytes          bigint,
    imagen_formato        smallint,
    imagen_origen         smallint,
    imagen_digitalizacion smallint,
    imagen_documento      smallint,
    captura1_ms           bigint,
    captura1_hash         bytea,
    captura1_operador     integer,
    captura1_celdas       integer[],
    captura2_ms           bigint,
    captura2_hash         bytea,
    captura2_operador     integer,
    captura2_celdas       integer[],
    captura3_ms           bigint,
    captura3_hash         bytea,
    captura3_operador     integer,
    captura3_celdas       integer[],
    verificacion_ms       bigint,
    verificacion_hash     bytea,
    verificacion_celdas   integer[],
    cotejo                smallint,
    cotejo_ms             bigint,
    cotejo_hash           bytea
) WITH (fillfactor = 90, toast_tuple_target = 8160);
-- Rows grow in the room that acta_siembra() leaves them (0003); for updates to stay in
-- their page, no column that changes is ever indexed.

-- Who is working on what. Not facts: lost in a crash, work is simply offered again.
CREATE UNLOGGED TABLE reclamo (
    acta      bigint   NOT NULL,
    paso      smallint NOT NULL,          -- 1, 2, 3
    operador  integer  NOT NULL,
    vence_ms  bigint   NOT NULL,
    PRIMARY KEY (acta, paso)
);
