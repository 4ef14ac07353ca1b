-- 0001: the ledger, who has written in it, and what was refused.

-- The libro: append only. Nothing but libro_agrega() inserts, nobody updates (0003).
CREATE TABLE libro (
    posicion    bigint PRIMARY KEY,      -- contiguous from 0
    emisor      integer NOT NULL,
    secuencia   bigint  NOT NULL,
    acta        bigint  NOT NULL,        -- 0: none
    tipo        smallint NOT NULL,       -- field number of the body in prep.proto
    hash        bytea   NOT NULL,        -- SHA-256 of the event
    hoja        bytea   NOT NULL,        -- RFC 6962 leaf of the envelope's hash
    sobre       bytea   NOT NULL,        -- the envelope, exactly as it came
    recibido    timestamptz NOT NULL,    -- the CCV's clock
    UNIQUE (emisor, secuencia)
) WITH (toast_tuple_target = 8160);      -- an envelope stays in its row, as it came

-- Where each emitter's chain ends.
CREATE TABLE emisor_cabeza (
    emisor      integer PRIMARY KEY,
    secuencia   bigint NOT NULL,
    hash        bytea  NOT NULL
) WITH (fillfactor = 20);

-- One row: the size of the ledger. Its row lock is the append lock.
CREATE TABLE libro_cabeza (
    unico       boolean PRIMARY KEY DEFAULT true CHECK (unico),
    tamano      bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO libro_cabeza VALUES (true, 0);

-- Bytes that were refused: forks, bad signatures, unknown signers. Whoever repeats
-- himself leaves one row.
CREATE TABLE evidencia (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recibido    timestamptz NOT NULL DEFAULT clock_timestamp(),
    rol         text NOT NULL DEFAULT session_user,
    evento      text NOT NULL,
    origen      text NOT NULL,
    motivo      text NOT NULL,
    largo       integer NOT NULL,        -- what came; bytes may be cut to the limit
    bytes       bytea NOT NULL,
    huella      bytea NOT NULL,          -- SHA-256 of bytes
    UNIQUE (huella, evento, origen)
);
