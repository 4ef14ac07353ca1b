#!/usr/bin/env python3
"""What publica publishes against the independent oracle in SQL (tests/system/oraculo).

Usage (under lib/with_pg): test_oraculo.py BIN [compartidas | generadas [SEED...]]
compartidas: the bases of tests/data, imported, each corte of each night.
generadas: elections drawn at random, one seed each (PREP_ORACULO_SEMILLAS, default 3
new ones plus 1), ACTAS actas in each process (PREP_ORACULO_ACTAS, default 3000).

The facts go straight into `acta`, as the owner: what is under test are the rules, and
the night through every daemon has its own test.
"""
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

from desk_night import equal, fail, free_port
from publica_noche import FUERA, HORA, Noche

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "oraculo"))
import genera  # noqa: E402

DATA = os.path.join(HERE, "../data")
COMPARTIDAS = ["ieec_campeche_2021_cortes",
               "ine_senado_tamaulipas_2023/20230220_1105_PREP_SEN_TAMPS_ext.zip"]
CARGA = """
UPDATE acta SET acopio_ms = {hora} + p.id % 100000, acopio_hash = sha256(int8send(p.id)),
    mecanismo = 1, acopio_documento = 1, sin_acta = p.sin_acta
    FROM prueba p WHERE acta.id = p.id AND p.acopio;
UPDATE acta SET imagen_ms = {hora} + p.id % 100000 + 5,
    imagen_hash = sha256(int8send(p.id)),
    imagen_sha256 = sha256(convert_to('imagen ' || p.id, 'UTF8')), imagen_bytes = 7,
    imagen_formato = 1, imagen_origen = 1, imagen_digitalizacion = 1, imagen_documento = 1
    FROM prueba p WHERE acta.id = p.id AND p.imagen;
UPDATE acta SET captura1_ms = {hora} + p.id % 100000 + 10, captura1_operador = 1,
    captura1_hash = sha256(int8send(p.id)), captura1_celdas = p.captura
    FROM prueba p WHERE acta.id = p.id AND p.captura IS NOT NULL;
UPDATE acta SET verificacion_ms = {hora} + p.id % 100000 + 20,
    verificacion_hash = sha256(int8send(p.id)), verificacion_celdas = p.verificacion
    FROM prueba p WHERE acta.id = p.id AND p.verificacion IS NOT NULL;
"""


class Eleccion(Noche):
    """publica over a database of its own in the test's cluster."""

    def __init__(self, bin_dir, carpeta, nombre):
        self.bin, self.nombre = bin_dir, nombre
        self.pg, self.pg_dir = os.environ["PREP_PG"], os.environ["PREP_PG_DIR"]
        self.dir = tempfile.mkdtemp(prefix="prep-oraculo.")
        self.process, self.port = None, free_port()
        self.salida, self.store = self.path("salida"), self.path("imagenes")
        os.makedirs(self.store)
        self.carpeta = carpeta
        super().sql(f"CREATE DATABASE {nombre} TEMPLATE prep")
        with open(os.path.join(carpeta, "definicion.yaml"), encoding="utf-8") as file:
            proceso = next(line.split(":")[1].strip().strip("'\"") for line in file
                           if line.startswith("proceso:"))
        self.prep("llaves", "crea", "--nombre", "publica-1", "--salida",
                  self.path("llaves"))
        self.prep("topologia", "agrega", "--topologia", self.path("topologia.yaml"),
                  "--publica", self.path("llaves/publica-1.publica"), "--numero", "1",
                  "--etapa", "publica", "--host", "uno", "--proceso", proceso)
        self.prep("catalogo", "carga", "--base", self.conninfo("prep_dueno"),
                  "--definicion", carpeta)
        self.write("publica.yaml",
                   f"definicion: {carpeta}\ntopologia: {self.path('topologia.yaml')}\n"
                   f"llave: {self.path('llaves/publica-1.llave')}\n"
                   f"base: \"{self.conninfo('prep_publica')}\"\n"
                   f"salida: {self.salida}\nimagenes: {self.store}\n"
                   f"escucha: 127.0.0.1:{self.port}\nhilos: 2\n")

    def conninfo(self, role):
        return super().conninfo(role).replace("dbname=prep", f"dbname={self.nombre}")

    def psql(self):
        return ["psql", "-d", self.conninfo("postgres")]

    def sql(self, text, stdin=None):
        done = subprocess.run([*self.psql(), "-X", "-q", "-A", "-t", "-v",
                               "ON_ERROR_STOP=1", "-c", text], input=stdin,
                              capture_output=True, text=True)
        equal(done.returncode, 0, f"{text[:200]}: {done.stderr}")
        return done.stdout.strip()

    def carga(self, lineas):
        """Facts as in genera.HECHOS; what an acta already has stays."""
        self.sql("CREATE TABLE IF NOT EXISTS prueba (id bigint, eleccion smallint, acopio "
                 "boolean, sin_acta int, imagen boolean, captura int[], verificacion "
                 "int[], identificacion jsonb); TRUNCATE prueba;")
        self.sql("COPY prueba FROM STDIN", "".join(lineas))
        self.sql(f"INSERT INTO acta (id, eleccion, identificacion) SELECT id, eleccion, "
                 f"identificacion FROM prueba WHERE id >= {FUERA}; {CARGA.format(hora=HORA)}")
        self.eventos("SELECT id FROM prueba")

    def compara(self, nominal_ms, ultimo):
        """One corte, and the oracle's opinion of it."""
        code, answer = self.request("POST", "/corte", json.dumps(
            {"nominal_ms": nominal_ms, "ultimo": ultimo, "bases": True}))
        if code != 200:
            fail(f"POST /corte: {code} {answer}: {self.bitacora()[-2000:]}")
        done = subprocess.run(
            [sys.executable, os.path.join(HERE, "oraculo/compara.py"), "--definicion",
             self.carpeta, "--salida", self.salida, "--", *self.psql()],
            capture_output=True, text=True)
        print("    " + done.stdout.strip().replace("\n", "\n    "), flush=True)
        if done.returncode != 0:
            fail(f"{self.nombre}: {done.stdout[:4000]}{done.stderr[-4000:]}")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.kill()
            return
        self.stop()
        super().sql(f"DROP DATABASE {self.nombre}")
        shutil.rmtree(self.dir, ignore_errors=True)


def generada(bin_dir, seed, actas):
    print(f"  generada: semilla {seed}, {actas} actas", flush=True)
    carpeta = tempfile.mkdtemp(prefix="prep-generada.")
    genera.escribe(seed, actas, carpeta)
    night = Eleccion(bin_dir, carpeta, f"generada_{seed}")
    with open(os.path.join(carpeta, "hechos.tsv"), encoding="utf-8") as file:
        lineas = file.readlines()
    random.Random(seed).shuffle(lineas)
    half = len(lineas) // 2
    with night:
        night.compara(HORA, False)  # the zero corte
        night.carga(lineas[:half])
        night.compara(HORA + 600000, False)
        night.carga(lineas[half:])
        night.compara(HORA + 1200000, True)
    shutil.rmtree(carpeta)


def hechos_de(carpeta):
    """hechos.csv of prep-simulacro importa, by corte, as lines for carga()."""
    cortes = {}
    with open(os.path.join(carpeta, "hechos.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            fuera = row["acta"].startswith("F")
            acta = FUERA | 7 << 32 | int(row["acta"][1:]) if fuera else int(row["acta"])
            one = cortes.setdefault(int(row["corte"]), {}).setdefault(acta, {
                "id": acta, "eleccion": int(row["eleccion"] or 0), "acopio": False,
                "sin_acta": 0, "imagen": False, "captura": None, "verificacion": None,
                "identificacion": None})
            if row["tipo"] == "acopio":
                one.update(acopio=True, sin_acta=int(row["sin_acta"]),
                           eleccion=int(row["eleccion"] or 0),
                           identificacion=row["identificacion"] or None)
            elif row["tipo"] == "imagen":
                one["imagen"] = True
            elif row["tipo"] in ("captura", "verificacion"):
                one[row["tipo"]] = [int(c) for c in row["celdas"].split()]
    return {k: [genera.linea(a) for a in v.values()] for k, v in cortes.items()}


def compartida(bin_dir, base):
    print(f"  compartida: {base}", flush=True)
    carpeta = tempfile.mkdtemp(prefix="prep-compartida.")
    done = subprocess.run([os.path.join(bin_dir, "prep-simulacro"), "importa",
                           os.path.join(DATA, base), "--a", carpeta], capture_output=True,
                          text=True)
    equal(done.returncode, 0, f"importa: {done.stdout}{done.stderr}")
    hechos = hechos_de(carpeta)
    with open(os.path.join(carpeta, "cortes.csv"), encoding="utf-8", newline="") as file:
        cortes = list(csv.DictReader(file))
    with Eleccion(bin_dir, carpeta, base[:4]) as night:
        for row in cortes:
            if int(row["corte"]) in hechos:
                night.carga(hechos[int(row["corte"])])
            night.compara(int(row["nominal_ms"]), row["ultimo"] == "1")
    shutil.rmtree(carpeta)


def main():
    bin_dir, which = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "todas"
    seeds = [int(s) for s in sys.argv[3:] or
             os.environ.get("PREP_ORACULO_SEMILLAS", "").split()]
    if not seeds:
        seeds = [1] + [random.randrange(2, 1 << 31) for _ in range(3)]
    if which in ("todas", "compartidas"):
        for base in COMPARTIDAS:
            compartida(bin_dir, base)
    if which in ("todas", "generadas"):
        for seed in seeds:
            generada(bin_dir, seed, int(os.environ.get("PREP_ORACULO_ACTAS", "3000")))


if __name__ == "__main__":
    main()
