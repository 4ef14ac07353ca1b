-- 0005: what each operator holds is asked on every POST /tomar, before anything new is
-- given: by operator, over the claims of thousands of them. A claim changes hands only
-- when it expires, so the index costs one entry per claim.
CREATE INDEX reclamo_operador ON reclamo (operador);
