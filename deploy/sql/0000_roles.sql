-- 0000: who exists. Run by an administrator of the server, as often as wanted; every
-- other file is run once, as prep_dueno.
--
-- One role per stage, so that a stolen daemon can do what that daemon does and no
-- more. Passwords are not set here: pg_hba.conf says who may be which role (peer on
-- the socket, certificates between hosts).

DO $$
DECLARE
    rol text;
BEGIN
    FOREACH rol IN ARRAY ARRAY['prep_dueno', 'prep_acopio', 'prep_digitaliza',
        'prep_captura', 'prep_verifica', 'prep_publica', 'prep_lectura']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = rol) THEN
            EXECUTE format('CREATE ROLE %I', rol);
        END IF;
        EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE '
            'NOINHERIT NOREPLICATION NOBYPASSRLS', rol);
    END LOOP;

    -- Nobody but the owner makes objects, and nobody else may even connect.
    EXECUTE format('ALTER DATABASE %I OWNER TO prep_dueno', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO prep_acopio, prep_digitaliza, '
        'prep_captura, prep_verifica, prep_publica, prep_lectura', current_database());
END
$$;

ALTER SCHEMA public OWNER TO prep_dueno;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
