-- 0006: what prep-publica asks of the ledger.

-- Corte events (tipo 22), a few hundred among millions: found from the last one back.
-- An event of any other kind costs nothing here.
CREATE INDEX libro_cortes ON libro (posicion) WHERE tipo = 22;
