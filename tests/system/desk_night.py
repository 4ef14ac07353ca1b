"""A small election for captura and verifica: settings, processes, people, truth.

Real daemons over a real PostgreSQL (started by lib/with_pg), driven over HTTP by
threads that insist, as terminals do.
"""
import hashlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROCESO = "PRUEBA-2027"
CAMPOS = ["TOTAL_BOLETAS_SOBRANTES", "TOTAL_VOTOS_ASENTADO"]
OPCIONES = ["PAN", "PRI", "MORENA", "C_PAN_PRI", "CAND_IND_1", "NO_REGISTRADAS", "NULOS"]
ILEGIBLE, SIN_DATO, NO_APLICA = -1, -2, -3


def fail(text):
    raise AssertionError(text)


def equal(got, want, what):
    if got != want:
        fail(f"{what}: {got!r}, should be {want!r}")


def definicion():
    """The example that the unit tests use, kept in one place."""
    path = os.path.join(ROOT, "tests/unit/prep/definicion_ejemplo.h")
    lines = []
    for line in open(path, encoding="utf-8"):
        line = line.strip().rstrip(";")
        if line.startswith('"'):
            lines.append(json.loads(line))
    return "".join(lines)


def catalogo(actas):
    head = ("id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,territorio,"
            "territorio_nombre,seccion,id_casilla,tipo_casilla,ext_contigua,ubicacion,"
            "tipo_acta,lista_nominal,representantes,catd,no_aplica\n")
    rows = [f"{i},GUB,'01{i:04d}B0100,'01{i:04d}B0100G,1,PRUEBA,1,UNO,{i},1,B,0,1,ACTA,"
            f"700,10,CATD-1,{'CAND_IND_1' if i % 3 == 0 else ''}\n"
            for i in range(1, actas + 1)]
    return head + "".join(rows)


def truth(acta):
    """What the paper says."""
    cells = [acta % 600, acta % 500] + [(acta * (k + 3)) % 90 for k in range(len(OPCIONES))]
    if acta % 3 == 0:
        cells[2 + OPCIONES.index("CAND_IND_1")] = NO_APLICA
    if acta % 5 == 0:
        cells[2] = ILEGIBLE
    if acta % 11 == 0:
        cells[3] = SIN_DATO
    return cells


def reading(acta, paso):
    """What the person of that paso types: sometimes wrong."""
    cells = truth(acta)
    if acta % 7 == 0 and paso == 1 or acta % 13 == 0 and paso == 2:
        cells[4] += 1
    if acta % 17 == 0:  # nobody reads the same
        cells[4] = 900 + paso
    return cells


def expected(acta):
    """Pasos that it takes, and the cells that must stand."""
    one, two, three = (reading(acta, p) for p in (1, 2, 3))
    return (2, one) if one == two else (3, three)


class Night:
    def __init__(self, bin_dir, seed_program, actas, operators=12, modo="oficial"):
        self.bin, self.seed_program, self.actas = bin_dir, seed_program, actas
        self.pg, self.pg_dir = os.environ["PREP_PG"], os.environ["PREP_PG_DIR"]
        self.dir = tempfile.mkdtemp(prefix="prep-desk.")
        self.processes, self.ports = {}, {}
        os.makedirs(self.path("eleccion"))
        os.makedirs(self.path("imagenes"))
        self.write("eleccion/definicion.yaml", definicion().replace("modo: oficial",
                                                                    f"modo: {modo}"))
        self.write("eleccion/catalogo.csv", catalogo(actas))
        self.make_operators(operators)
        self.make_keys()
        self.prep("catalogo", "carga", "--base", self.conninfo("prep_dueno"),
                  "--definicion", self.path("eleccion"))

    # ---- files and settings

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def prep(self, *args):
        done = subprocess.run([os.path.join(self.bin, "prep"), *args],
                              capture_output=True, text=True)
        equal(done.returncode, 0, f"prep {' '.join(args)}: {done.stdout}{done.stderr}")
        return done.stdout

    def make_operators(self, count):
        self.tokens = {i: os.urandom(16).hex() for i in range(1, count + 1)}
        self.tokens[900] = os.urandom(16).hex()  # of another stage
        text = "operadores:\n"
        for number, token in self.tokens.items():
            stages = "[acopio]" if number == 900 else "[captura, verifica]"
            text += (f"  - {{id: {number}, etapas: {stages}, token_sha256: "
                     f"{hashlib.sha256(token.encode()).hexdigest()}}}\n")
        self.write("operadores.yaml", text)

    def make_keys(self):
        stages = [("acopio-catd-1", "acopio-catd"), ("captura-1", "captura"),
                  ("captura-2", "captura"), ("verifica-1", "verifica"),
                  ("verifica-2", "verifica")]
        for number, (name, stage) in enumerate(stages, 1):
            self.prep("llaves", "crea", "--nombre", name, "--salida", self.path("llaves"))
            feed = [] if stage == "acopio-catd" else [
                "--anuncia", f"ipc://{self.path(name + '.pub')}"]
            self.prep("topologia", "agrega", "--topologia", self.path("topologia.yaml"),
                      "--publica", self.path(f"llaves/{name}.publica"), "--numero",
                      str(number), "--etapa", stage, "--host", "uno", "--proceso",
                      PROCESO, *feed)

    def settings(self, name, key=None, **extra):
        stage = name.split("-")[0]
        self.ports.setdefault(name, free_port())
        text = (f"definicion: {self.path('eleccion')}\n"
                f"topologia: {self.path('topologia.yaml')}\n"
                f"llave: {self.path('llaves')}/{key or name}.llave\n"
                f"base: \"{self.conninfo('prep_' + stage)}\"\n"
                f"escucha: \"127.0.0.1:{self.ports[name]}\"\n"
                f"operadores: {self.path('operadores.yaml')}\n"
                f"imagenes: {self.path('imagenes')}\n")
        text += "".join(f"{key}: {value}\n" for key, value in extra.items())
        self.write(f"{name}.yaml", text)

    # ---- the database

    def conninfo(self, role="postgres"):
        return subprocess.run([self.pg, "conninfo", self.pg_dir, role], check=True,
                              capture_output=True, text=True).stdout.strip()

    def sql(self, text):
        done = subprocess.run([self.pg, "psql", self.pg_dir, "postgres", "-c", text],
                              capture_output=True, text=True)
        equal(done.returncode, 0, f"{text}: {done.stderr}")
        return done.stdout.strip()

    def number(self, text):
        return int(self.sql(text))

    def pg_kill_and_start(self, down_s=0.3):
        subprocess.run([self.pg, "kill", self.pg_dir], check=True)
        time.sleep(down_s)
        subprocess.run([self.pg, "start", self.pg_dir, os.environ["PREP_PG_PORT"]],
                       check=True, stdout=subprocess.DEVNULL)

    def seed(self, first, last, sin_acta=0):
        subprocess.run([self.seed_program, self.conninfo("prep_acopio"),
                        self.path("topologia.yaml"), self.path("llaves/acopio-catd-1.llave"),
                        PROCESO, str(first), str(last), str(sin_acta)], check=True)

    # ---- processes

    def command(self, name, *more):
        return [os.path.join(self.bin, "prep-" + name.split("-")[0]), "--config",
                self.path(name + ".yaml"), *more]

    def start(self, name, wait=True):
        log = open(self.path(name + ".log"), "ab")
        mark = log.tell()
        self.processes[name] = subprocess.Popen(self.command(name), stderr=log,
                                                stdin=subprocess.DEVNULL)
        if wait:
            self.wait_log(name, "event=servicio.iniciado", mark)

    def wait_log(self, name, text, mark=0, seconds=30):
        end = time.monotonic() + seconds
        while text not in self.log(name, mark):
            if self.processes[name].poll() is not None:
                fail(f"{name} died: {self.log(name, mark)}")
            if time.monotonic() > end:
                fail(f"{name} never said {text}: {self.log(name, mark)}")
            time.sleep(0.02)

    def log(self, name, mark=0):
        with open(self.path(name + ".log"), "rb") as file:
            file.seek(mark)
            return file.read().decode("utf-8")

    def kill(self, name):
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes.pop(name).wait()

    def stop(self, name):
        self.processes[name].send_signal(signal.SIGTERM)
        equal(self.processes.pop(name).wait(20), 0, f"exit of {name}")

    def stop_all(self):
        for name in list(self.processes):
            self.stop(name)

    def abandon(self):
        for process in self.processes.values():
            process.kill()
            process.wait()

    # ---- people

    def person(self, number, *names):
        return Person(self.tokens[number], number, [self.ports[name] for name in names])


class Person:
    """One terminal: one connection, repeats what had no certain answer."""

    def __init__(self, token, number, ports):
        self.token, self.number, self.ports = token, number, ports
        self.connection, self.repeats = None, 0

    def once(self, method, path, body=None, token=None):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", random.choice(self.ports), timeout=20)
        headers = {"Authorization": f"Bearer {token or self.token}"}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        try:
            self.connection.request(method, path, text, headers)
            answer = self.connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            return 0, None
        is_json = answer.getheader("Content-Type", "").startswith("application/json")
        return answer.status, json.loads(data) if is_json else data

    def ask(self, method, path, body=None, seconds=60):
        end = time.monotonic() + seconds
        while True:
            code, answer = self.once(method, path, body)
            if code not in (0, 429, 503):
                return code, answer
            self.repeats += 1
            if time.monotonic() > end:
                fail(f"{method} {path}: no answer in {seconds} s, last {code} {answer}")
            time.sleep(0.05)

    def take(self, what):
        body = {"actas": what} if isinstance(what, list) else {"cantidad": what}
        code, answer = self.ask("POST", "/tomar", body)
        equal(code, 200, f"/tomar: {answer}")
        return answer["tareas"]

    def submit(self, captures):
        return self.ask("POST", "/capturas", {"capturas": captures})

    def read(self, task):
        return {"acta": task["acta"], "celdas": reading(task["acta"], task["paso"])}


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
