"""A night for prep-publica: an election of any size, facts put in by SQL, its process.

The facts go straight into the tables, as the owner: what is under test is what publica
makes of them, and half a million signed events would take longer than the test.
"""
import hashlib
import http.client
import json
import os
import random
import signal
import subprocess
import tempfile
import time

from desk_night import PROCESO, definicion, equal, fail, free_port

CAMPOS = 2
OPCIONES = 7
HORA = 1812333600000  # 2027-06-06 20:00 UTC-6, the inicio of the example
ILEGIBLE, SIN_DATO, NO_APLICA = -1, -2, -3
FUERA = 1 << 52


def dos_elecciones(modo):
    """The example with a coalition everywhere, divided seccion by seccion, and the same
    election again by municipio, with a coalition in two of them, divided acta by acta."""
    text = definicion().replace("modo: oficial", f"modo: {modo}")
    at = text.index("  - clave: GUB")
    ayun = (text[at:].replace("clave: GUB", "clave: AYUN").replace("_GUB_", "_AYUN_")
            .replace("GUBERNATURA", "AYUNTAMIENTOS")
            .replace("territorio: distrito_local", "territorio: municipio"))
    frente = ("    candidaturas:\n      - {clave: FRENTE, nombre: Frente por la Prueba, "
              "miembros: [PAN, PRI, C_PAN_PRI]%s}\n")
    text = text.replace("    reglas:\n", frente % "" +
                        "    reglas:\n      nivel_reparto: seccion\n")
    ayun = ayun.replace("    reglas:\n", frente % ', territorios: ["01-001", "01-003"]' +
                        "    reglas:\n      nivel_reparto: acta\n")
    return text + ayun


def faltan(eleccion, territorio):
    """Opciones that the actas of a territorio do not have."""
    independiente = ["CAND_IND_1"] if territorio == 2 else []
    coalicion = ["C_PAN_PRI"] if eleccion == "AYUN" and territorio not in (1, 3) else []
    return independiente + coalicion


def catalogo(secciones):
    """For each election, secciones of two to four casillas; neighbours are of different
    territorios, as in real files; tables without seccion first; especiales."""
    rows = []

    def row(eleccion, territorio, seccion, tipo, numero, lista):
        i = len(rows) + 1
        clave = f"01{seccion:04d}{tipo}{numero:02d}00"
        rows.append(f"{i},{eleccion},{clave},{clave}02,01,PRUEBA,{territorio:03d},"
                    f"\"LUGAR {territorio}, EL\",{seccion:04d},{numero:02d},{tipo},00,{1 + seccion % 2},2,{lista},10,"
                    f"CATD-1,{' '.join(faltan(eleccion, territorio))}\n")

    for eleccion, territorios in (("GUB", 3), ("AYUN", 5)):
        for numero in range(1, 4):
            row(eleccion, 1 + numero % territorios, 0, "M", numero, 900)
        for seccion in range(1, secciones + 1):
            territorio = 1 + seccion * 7 % territorios
            row(eleccion, territorio, seccion, "B", 1, 600)
            row(eleccion, territorio, seccion, "C", 1, 600)
            if seccion % 3 == 0:
                row(eleccion, territorio, seccion, "E", 1, 300)
            if seccion % 10 == 0:
                row(eleccion, territorio, seccion, "S", 1, 0)
    head = ("id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,territorio,"
            "territorio_nombre,seccion,id_casilla,tipo_casilla,ext_contigua,ubicacion,"
            "tipo_acta,lista_nominal,representantes,catd,no_aplica\n")
    return head + "".join(rows), len(rows)


ORDEN = ["PAN", "PRI", "MORENA", "C_PAN_PRI", "CAND_IND_1"]


def celdas(acta, no_aplica):
    """What was verified of an acta: every row of the table of states comes out."""
    cells = [acta % 600, acta % 500] + [(acta * (k + 3)) % 60 for k in range(OPCIONES)]
    if acta % 7 == 0:
        cells[CAMPOS] = ILEGIBLE
    if acta % 11 == 0:
        cells[CAMPOS + 1] = SIN_DATO
    if acta % 23 == 0:
        cells[CAMPOS + 2] = 5000  # more than any list
    if acta % 29 == 0:
        cells[CAMPOS:] = [ILEGIBLE] * OPCIONES
    for opcion in no_aplica:
        cells[CAMPOS + ORDEN.index(opcion)] = NO_APLICA
    return cells


class Noche:
    def __init__(self, bin_dir, secciones, modo="simulacro", hilos=2, cambia=None):
        self.bin = bin_dir
        self.pg, self.pg_dir = os.environ["PREP_PG"], os.environ["PREP_PG_DIR"]
        self.dir = tempfile.mkdtemp(prefix="prep-publica.")
        self.process, self.port = None, free_port()
        self.salida, self.store = self.path("salida"), self.path("imagenes")
        os.makedirs(self.path("eleccion"))
        os.makedirs(self.store)
        definicion_yaml = dos_elecciones(modo)
        self.write("eleccion/definicion.yaml",
                   definicion_yaml if cambia is None else cambia(definicion_yaml))
        text, self.actas = catalogo(secciones)
        self.write("eleccion/catalogo.csv", text)
        self.write("eleccion/LEEME-GUB.txt", "Léame\n")
        self.write("eleccion/candidaturas-GUB.csv", "ID_ENTIDAD,PARTIDO_CI\n1,PAN\n")
        self.no_aplica = {int(line.split(",")[0]): line.split(",")[-1].split()
                          for line in text.splitlines()[1:]}
        self.prep("llaves", "crea", "--nombre", "publica-1", "--salida",
                  self.path("llaves"))
        self.prep("topologia", "agrega", "--topologia", self.path("topologia.yaml"),
                  "--publica", self.path("llaves/publica-1.publica"), "--numero", "1",
                  "--etapa", "publica", "--host", "uno", "--proceso", PROCESO)
        self.prep("catalogo", "carga", "--base", self.conninfo("prep_dueno"),
                  "--definicion", self.path("eleccion"))
        self.write("publica.yaml",
                   f"definicion: {self.path('eleccion')}\n"
                   f"topologia: {self.path('topologia.yaml')}\n"
                   f"llave: {self.path('llaves/publica-1.llave')}\n"
                   f"base: \"{self.conninfo('prep_publica')}\"\n"
                   f"salida: {self.salida}\nimagenes: {self.store}\n"
                   f"escucha: 127.0.0.1:{self.port}\nhilos: {hilos}\n")

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def prep(self, *args):
        done = subprocess.run([os.path.join(self.bin, "prep"), *args],
                              capture_output=True, text=True)
        equal(done.returncode, 0, f"prep {' '.join(args)}: {done.stdout}{done.stderr}")

    def conninfo(self, role):
        return subprocess.run([self.pg, "conninfo", self.pg_dir, role], check=True,
                              capture_output=True, text=True).stdout.strip()

    def sql(self, text, stdin=None):
        done = subprocess.run([self.pg, "psql", self.pg_dir, "postgres", "-c", text],
                              input=stdin, capture_output=True, text=True)
        equal(done.returncode, 0, f"{text[:200]}: {done.stderr}")
        return done.stdout.strip()

    # ---- facts

    def hechos(self, ids):
        """Acopio, image, captures and verification of each acta, and their events."""
        rows = []
        for i in ids:
            sin_acta = 1 + i % 3 if i % 17 == 0 else 0
            cells = celdas(i, self.no_aplica[i])
            rows.append(f"{i}\t{sin_acta}\t{{{','.join(map(str, cells))}}}\n")
        self.sql("CREATE TABLE IF NOT EXISTS prueba (id bigint, sin_acta int, "
                 "celdas int[]); TRUNCATE prueba;")
        self.sql("COPY prueba FROM STDIN", "".join(rows))
        self.sql(f"""
        UPDATE acta SET acopio_ms = {HORA} + p.id * 1000, mecanismo = 1 + p.id % 3,
            acopio_hash = sha256(int8send(p.id)), acopio_documento = 1,
            sin_acta = p.sin_acta FROM prueba p WHERE acta.id = p.id;
        UPDATE acta SET imagen_ms = {HORA} + p.id * 1000 + 5000,
            imagen_hash = sha256(int8send(p.id)),
            imagen_sha256 = sha256(convert_to('imagen ' || p.id, 'UTF8')),
            imagen_bytes = 7, imagen_formato = 1, imagen_origen = 1 + p.id % 2,
            imagen_digitalizacion = 1, imagen_documento = 1,
            captura1_ms = {HORA} + p.id * 1000 + 60000, captura1_operador = 1,
            captura1_hash = sha256(int8send(p.id)), captura1_celdas = p.celdas,
            verificacion_ms = {HORA} + p.id * 1000 + 90000,
            verificacion_hash = sha256(int8send(p.id)), verificacion_celdas = p.celdas
            FROM prueba p WHERE acta.id = p.id AND p.sin_acta = 0;""")
        self.eventos("SELECT id FROM prueba")

    def eventos(self, select):
        self.sql(f"""
        INSERT INTO libro SELECT tamano + row_number() OVER (ORDER BY id) - 1, 9999,
            tamano + row_number() OVER (ORDER BY id), id, 20, sha256(int8send(id)),
            sha256(int8send(-id - tamano)), '\\x00', now()
            FROM libro_cabeza, ({select}) s;
        UPDATE libro_cabeza SET tamano = (SELECT count(*) FROM libro);""")

    def fuera(self, n, eleccion):
        acta = FUERA | 7 << 32 | n
        self.sql(f"""
        INSERT INTO acta (id, eleccion, acopio_ms, acopio_hash, mecanismo,
            acopio_documento, sin_acta, identificacion) VALUES ({acta}, {eleccion},
            {HORA} + {n}, sha256('x'), 1, 1, 0, '{{"seccion": "0007", "nada": "x"}}');""")
        self.eventos(f"SELECT {acta} AS id")

    def imagen(self, acta):
        """Puts the image of an acta in the store."""
        data = f"imagen {acta}".encode()
        name = hashlib.sha256(data).hexdigest()
        folder = os.path.join(self.store, name[:2])
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"{name}.webp"), "wb") as file:
            file.write(data)
        return name

    # ---- the process

    def operadores(self, **tokens):
        """Who may ask, by stage: publica="token of one who may"."""
        text = "operadores:\n"
        for number, (etapa, token) in enumerate(tokens.items(), 1):
            text += (f"  - {{id: {number}, etapas: [{etapa}], token_sha256: "
                     f"{hashlib.sha256(token.encode()).hexdigest()}}}\n")
        self.write("operadores.yaml", text)
        with open(self.path("publica.yaml"), "a", encoding="utf-8") as file:
            file.write(f"operadores: {self.path('operadores.yaml')}\n")

    def command(self, *more):
        return [os.path.join(self.bin, "prep-publica"), "--config",
                self.path("publica.yaml"), *more]

    def start(self, wait=True):
        self.log = open(self.path("publica.log"), "ab")
        self.process = subprocess.Popen(self.command(), stderr=self.log)
        end = time.monotonic() + 60
        while wait:
            code, _ = self.get("/estado")
            if code == 200:
                return
            if self.process.poll() is not None or time.monotonic() > end:
                fail(f"publica did not start: {self.bitacora()[-2000:]}")
            time.sleep(0.02)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            equal(self.process.wait(timeout=60), 0, "exit code of SIGTERM")

    def bitacora(self):
        with open(self.path("publica.log"), encoding="utf-8") as file:
            return file.read()

    def request(self, method, path, body=None, timeout=120, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return 0, None
        finally:
            connection.close()

    def get(self, path):
        return self.request("GET", path)

    def corte(self, minuto, ultimo=False, bases=True):
        return self.request("POST", "/corte", json.dumps(
            {"nominal_ms": HORA + minuto * 60000, "ultimo": ultimo, "bases": bases}))

    def publicado(self):
        """The pointer, or None before the first corte."""
        try:
            with open(os.path.join(self.salida, "corte.json"), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def espera(self, seconds):
        time.sleep(random.uniform(0, seconds))
