#!/usr/bin/env python3
"""What test_vida.sh plays: `elige DIR` writes an election, `vive NIGHT` lives it.

Every fact goes in by the door that a person or a device uses, and every claim is read
from the published files.
"""
import hashlib
import http.client
import json
import os
import subprocess
import sys
import time

from desk_night import CAMPOS, catalogo, definicion, equal, fail, truth
from publica_lector import Lector

ACTAS = 12
HORA = 1812333600000  # inicio of the example
PNG = b"\x89PNG\r\n\x1a\n"
CASILLA, CATD = 1, 2  # origenes
PREP, RPP = 1, 2      # documentos
ANA, LUZ, EVA = 1001, 1002, 1003          # operators
UNO, DOS, TRES = 1009, 1010, 1011         # of coordinacion
PG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib/pg")


def elige(folder):
    os.makedirs(folder)
    with open(f"{folder}/definicion.yaml", "w", encoding="utf-8") as file:
        file.write(definicion().replace("modo: oficial", "modo: simulacro"))
    with open(f"{folder}/catalogo.csv", "w", encoding="utf-8") as file:
        file.write(catalogo(ACTAS))


class Vida:
    def __init__(self, folder):
        self.dir = folder
        self.lector = Lector(f"{folder}/publica")
        with open(f"{folder}/fichas.txt", encoding="utf-8") as file:
            self.tokens = {int(i): token for i, token in map(str.split, file)}
        self.minuto, self.solicitud = 0, 0

    # ---- doors

    def ask(self, name, method, path, body=None, operador=ANA):
        with open(f"{self.dir}/puertos/{name}", encoding="utf-8") as file:
            port = int(file.read())
        for _ in range(100):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Authorization": f"Bearer {self.tokens[operador]}"})
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
            if answer.status not in (429, 503):
                return answer.status, json.loads(data)
            time.sleep(0.1)
        fail(f"{path}: {data}")

    def sql(self, text):
        done = subprocess.run([PG, "psql", f"{self.dir}/pg", "postgres", "-c", text],
                              capture_output=True, text=True)
        equal(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def wait(self, what, sql, want="1", seconds=30):
        end = time.monotonic() + seconds
        while self.sql(sql) != want:
            if time.monotonic() > end:
                fail(f"{what}: {self.sql(sql)}, should be {want}")
            time.sleep(0.05)

    def acopio(self, hora, **more):
        self.solicitud += 1
        code, answer = self.ask("acopio-catd-1", "POST", "/acopio", {
            "solicitud": f"s{self.solicitud}", "mecanismo": 1, "hora_ms": HORA + hora,
            **more})
        equal(code, 200, f"acopio: {answer}")
        done = answer["acopios"][0]
        self.wait("acopio", f"SELECT count(*) FROM libro WHERE hash = '\\x{done['hash']}'")
        return done["acta"]

    def imagen(self, acta, origen, hora, text):
        data = PNG + text.encode()
        name = hashlib.sha256(data).hexdigest()
        entrada = f"{self.dir}/digitaliza-catd-1/entrada"
        with open(f"{entrada}/{name}.json", "w", encoding="utf-8") as file:
            json.dump({"acta": acta, "origen": origen, "digitalizacion": 1, "documento": PREP,
                       "operador": ANA, "hora_ms": HORA + hora}, file)
        with open(f"{entrada}/.{name}", "wb") as file:
            file.write(data)
        os.rename(f"{entrada}/.{name}", f"{entrada}/{name}.png")
        self.wait("image", "SELECT count(*) FROM acta WHERE imagen_sha256 = "
                  f"'\\x{name}' OR imagenes::text LIKE '%{name}%'")
        store = f"{self.dir}/imagenes/{name[:2]}/{name}.png"
        end = time.monotonic() + 30
        while not os.path.exists(store):
            if time.monotonic() > end:
                fail(f"image of {acta} never arrived")
            time.sleep(0.05)
        return name

    def toma(self, name, acta, operador):
        end = time.monotonic() + 20
        while True:
            code, answer = self.ask(name, "POST", "/tomar", {"actas": [acta]}, operador)
            equal(code, 200, f"tomar: {answer}")
            if answer["tareas"]:
                return
            if time.monotonic() > end:
                fail(f"acta {acta} is no work of {name}")
            time.sleep(0.1)

    def captura(self, acta, hora, cells=None, name="captura-1", operador=ANA):
        self.toma(name, acta, operador)
        code, answer = self.ask(name, "POST", "/capturas", {"capturas": [
            {"acta": acta, "celdas": cells or truth(acta), "hora_ms": HORA + hora}]}, operador)
        equal(code, 200, f"captura: {answer}")
        return answer["resultados"][0]["resultado"]

    def verifica(self, acta, hora, cells=None):
        equal(self.captura(acta, hora, cells), "capturada", f"first of {acta}")
        equal(self.captura(acta, hora + 1000, cells, "verifica-1", LUZ), "verificada",
              f"second of {acta}")

    def propone(self, operador, want=200, **body):
        code, answer = self.ask("verifica-1", "POST", "/propuestas",
                                {"hora_ms": HORA + 1, **body}, operador)
        equal(code, want, f"propuesta: {answer}")
        return answer["propuesta"] if code == 200 else answer["error"]["codigo"]

    def confirma(self, operador, acta, propuesta, want=200):
        code, answer = self.ask("verifica-1", "POST", "/confirmaciones",
                                {"acta": acta, "propuesta": propuesta,
                                 "hora_ms": HORA + 90000}, operador)
        equal(code, want, f"confirmación: {answer}")
        return answer["resultado"] if code == 200 else answer["error"]["codigo"]

    def corte(self, ultimo=False, **more):
        self.minuto += 10
        code, answer = self.ask("publica-1", "POST", "/corte", {
            "nominal_ms": HORA + self.minuto * 60000, "ultimo": ultimo, "bases": True, **more})
        equal(code, 200, f"corte: {answer}")
        rows = self.sql("SELECT encode(hoja, 'hex') FROM libro ORDER BY posicion")
        pointer, actas = self.lector.corte([bytes.fromhex(r) for r in rows.split()])
        root = json.loads(self.lector.read("datos/raiz.json"))
        return {a["id"]: a for a in actas["GUB"]}, root["elecciones"][0]["resumen"]

    def publicada(self, name):
        return os.path.exists(f"{self.dir}/publica/imagenes/{name}.png")


# ---- rounds


def nada_antes_del_inicio(v):
    """20.10: one second before the start nothing is visible but the announcement; then
    the zero corte, and only zeros."""
    code, answer = v.ask("publica-1", "POST", "/corte", {"nominal_ms": HORA - 1000})
    equal((code, answer["error"]["codigo"]), (409, "corte.no_procede"), "a second before")
    equal(os.path.exists(f"{v.dir}/publica/corte.json"), False, "corte.json before the start")
    equal(os.listdir(f"{v.dir}/publica/bases") if os.path.isdir(f"{v.dir}/publica/bases")
          else [], [], "bases before the start")
    code, answer = v.ask("publica-1", "POST", "/corte", {"nominal_ms": HORA, "bases": True})
    equal(code, 200, f"zero corte: {answer}")
    _, actas = v.lector.corte()
    equal({a["estado"] for a in actas["GUB"]}, {"no_capturada"}, "zero corte")


def sin_acta_y_su_copia(v):
    """20.7: a late RPP copy replaces a sin acta, whatever comes first."""
    v.acopio(1000, acta=1, sin_acta=1)
    actas, resumen = v.corte()
    equal((actas[1]["estado"], actas[1]["causa"]), ("sin_acta", "paquete_no_entregado"),
          "sin acta")
    equal((resumen["actas_capturadas"], resumen["actas_contabilizadas"]), (1, 0), "counts")
    v.acopio(9000, acta=1, documento=RPP)
    v.imagen(1, CATD, 9500, "copia RPP")
    v.verifica(1, 10000)
    v.acopio(500, acta=1, sin_acta=1)  # a late sin acta does not take it away
    actas, resumen = v.corte()
    equal((actas[1]["contabilizada"], actas[1]["documento"]), (True, "RPP"), "the copy")
    equal(resumen["actas_capturadas"], 1, "one count")


def casilla_y_catd(v):
    """20.7: the same acta from casilla and from CATD: one count, one image of reference,
    both kept, whatever arrives first."""
    for acta, order in ((2, (CASILLA, CATD)), (3, (CATD, CASILLA))):
        names = {}
        for origen in order:
            hora = 20000 if origen == CASILLA else 30000
            names[origen] = v.imagen(acta, origen, hora, f"{acta} de {origen}")
        v.acopio(31000, acta=acta)
        v.verifica(acta, 40000)
        actas, _ = v.corte()
        equal(actas[acta]["imagen"], f"imagenes/{names[CASILLA]}.png", "reference")
        equal(actas[acta]["origen"], "CASILLA", "origen of the reference")
        equal([(o["imagen"], o["origen"]) for o in actas[acta]["otras_imagenes"]],
              [(f"imagenes/{names[CATD]}.png", "CATD")], "the other")
        equal([v.publicada(n) for n in names.values()], [True, True], "both published")
    _, resumen = v.corte()
    equal(resumen["actas_contabilizadas"], 3, "counted once each")


def captura_antes_que_la_imagen(v):
    """An acta captured from paper; its image comes later and changes no value."""
    v.acopio(50000, acta=4)
    v.verifica(4, 51000)
    actas, _ = v.corte()
    equal("imagen" in actas[4], False, "no image yet")
    name = v.imagen(4, CATD, 99000, "después")
    actas, _ = v.corte()
    equal((actas[4]["imagen"], actas[4]["contabilizada"]), (f"imagenes/{name}.png", True),
          "image after the capture")


def correccion(v):
    """20.6: a correction lowers a total; the next corte shows it; history keeps both
    versions, both images and the authors."""
    acta, pan = 7, len(CAMPOS)
    wrong = truth(acta)
    wrong[pan] += 50
    first = v.imagen(acta, CASILLA, 60000, "7 movida")
    second = v.imagen(acta, CATD, 61000, "7 nítida")
    v.verifica(acta, 62000, wrong)
    before, total_before = v.corte()
    equal(before[acta]["celdas"][pan], wrong[pan], "the wrong value")

    why = "se leyó 5 donde dice 0"
    body = {"acta": acta, "clase": "correccion", "motivo": why, "celdas": truth(acta),
            "imagen": second}
    equal(v.ask("verifica-1", "POST", "/propuestas", body, ANA)[0], 403, "not of coordinacion")
    equal(v.ask("captura-1", "POST", "/propuestas", body, UNO)[0], 404, "not at captura")
    equal(v.propone(UNO, 400, **{**body, "motivo": "x"}), "solicitud.malformada", "no reason")
    equal(v.propone(UNO, 400, **{**body, "motivo": "un\u0007a campana"}),
          "solicitud.malformada", "control character")
    equal(v.propone(UNO, 409, **{**body, "celdas": wrong}), "correccion.igual", "the same")
    equal(v.propone(UNO, 409, **{**body, "celdas": wrong[:-1]}), "celdas.rechazadas", "short")
    equal(v.propone(UNO, 409, **{**body, "imagen": "0" * 64}), "imagen.ajena", "no such image")
    equal(v.propone(UNO, 409, **{**body, "acta": 8, "imagen": None}), "verificacion.faltante",
          "nothing to correct")
    propuesta = v.propone(UNO, **body)
    rival = v.propone(TRES, acta=acta, clase="reapertura", motivo="que se revise otra vez")
    after, _ = v.corte()
    equal(after[acta]["celdas"], before[acta]["celdas"], "a proposal changes nothing")
    equal(v.confirma(UNO, acta, propuesta, 409), "persona.repetida", "alone")
    equal(v.confirma(DOS, acta, "0" * 64, 409), "propuesta.desconocida", "unknown")
    equal(v.confirma(DOS, 2, propuesta, 409), "propuesta.desconocida", "of another acta")
    code, listed = v.ask("verifica-1", "GET", "/propuestas", None, DOS)
    equal([p["propuesta"] for p in listed["propuestas"]], [rival, propuesta], "list")
    equal(v.confirma(DOS, acta, propuesta), "confirmada", "two people")
    equal(v.confirma(DOS, acta, propuesta), "repetida", "the answer was lost")
    equal(v.confirma(TRES, acta, propuesta, 409), "propuesta.vencida", "a third")
    equal(v.confirma(UNO, acta, rival, 409), "propuesta.vencida", "of what no longer stands")

    after, total_after = v.corte()
    equal(total_after["total_votos_c_cs"], total_before["total_votos_c_cs"] - 50, "total")
    equal(after[acta]["celdas"][pan], truth(acta)[pan], "the value that stands")
    equal(after[acta]["imagen"], f"imagenes/{first}.png", "the reference stays")
    equal([o["imagen"] for o in after[acta]["otras_imagenes"]], [f"imagenes/{second}.png"],
          "the other image")
    done = after[acta]["correcciones"]
    equal(len(done), 1, "corrections")
    equal((done[0]["anteriores"], done[0]["celdas"]),
          (before[acta]["celdas"], after[acta]["celdas"]), "old and new values")
    equal((done[0]["propone"], done[0]["confirma"], done[0]["capturaron"], done[0]["motivo"]),
          (UNO, DOS, [ANA, LUZ], why), "authors and reason")
    equal((done[0]["imagen"], done[0]["propuesta"]), (second, propuesta), "its proof")


def reapertura(v):
    """A reopened acta has no values until two people give them; three versions stay."""
    acta = 7
    args = {"acta": acta, "motivo": "las dos capturas leyeron otra casilla"}
    equal(v.confirma(DOS, acta, v.propone(UNO, clase="reapertura", **args)), "confirmada",
          "reopening")
    actas, resumen = v.corte()
    equal((actas[acta]["estado"], "celdas" in actas[acta]), ("no_capturada", False), "reopened")
    counted = resumen["actas_contabilizadas"]
    equal(v.propone(UNO, 409, clase="reapertura", **args), "acta.reabierta", "again")
    code, answer = v.ask("verifica-1", "POST", "/cotejos",
                         {"cotejos": [{"acta": acta, "resultado": 1}]})
    equal(answer["resultados"][0]["codigo"], "acta.reabierta", "nothing to compare")
    cells = truth(acta)
    cells[-1] += 1
    equal(v.confirma(UNO, acta, v.propone(TRES, clase="correccion", celdas=cells, **args)),
          "confirmada", "values again")
    actas, resumen = v.corte()
    equal((actas[acta]["celdas"], resumen["actas_contabilizadas"]), (cells, counted + 1),
          "stands again")
    equal([(c["numero"], c["clase"]) for c in actas[acta]["correcciones"]],
          [(1, "correccion"), (2, "reapertura"), (3, "correccion")], "history")


def identificacion(v):
    """Fuera de catálogo, identified by two people: it leaves the count, its image becomes
    work, and the acta says where it came from."""
    acta = 8
    fuera = v.acopio(70000, fuera={"eleccion": "GUB", "identificacion": {"seccion": "0008"}})
    why = {"acta": acta, "clase": "identificacion", "fuera": fuera,
           "motivo": "la sección y el tipo se leen en la imagen"}
    equal(v.propone(UNO, 409, **why), "imagen.faltante", "nothing to look at")
    name = v.imagen(fuera, CATD, 71000, "sin código")
    _, resumen = v.corte()
    equal(resumen["actas_fuera_catalogo"], 1, "fuera")
    equal(v.propone(UNO, 409, **{**why, "fuera": fuera + 1}), "acta.desconocida", "unknown")
    propuesta = v.propone(UNO, **why)
    other = v.propone(TRES, **{**why, "acta": 10})
    equal(v.confirma(UNO, acta, propuesta, 409), "persona.repetida", "alone")
    equal(v.confirma(DOS, acta, propuesta), "confirmada", "two people")
    equal(v.confirma(DOS, 10, other, 409), "identificacion.existente", "it is one acta only")
    actas, resumen = v.corte()
    equal((resumen["actas_fuera_catalogo"], actas[acta]["estado"]), (0, "no_capturada"),
          "out of the count")
    v.verifica(acta, 72000)
    actas, resumen = v.corte()
    equal((actas[acta]["contabilizada"], actas[acta]["imagen"]),
          (True, f"imagenes/{name}.png"), "counted with its image")
    equal([(i["id"], i["propone"], i["confirma"], i["imagen"])
           for i in actas[acta]["identificada_de"]], [(fuera, UNO, DOS, name)], "history")


def ultimo(v):
    """20.12: the last corte freezes; nothing comes after it."""
    v.acopio(80000, acta=9)
    _, resumen = v.corte(ultimo=True)
    code, answer = v.ask("publica-1", "POST", "/corte",
                         {"nominal_ms": HORA + 900 * 60000, "bases": True})
    equal((code, answer["error"]["codigo"]), (409, "corte.no_procede"), "frozen")


def vive(folder):
    v = Vida(folder)
    for round_ in (nada_antes_del_inicio, sin_acta_y_su_copia, casilla_y_catd,
                   captura_antes_que_la_imagen, correccion, reapertura, identificacion,
                   ultimo):
        round_(v)
        print(f"vida: {round_.__name__}")


if __name__ == "__main__":
    {"elige": elige, "vive": vive}[sys.argv[1]](sys.argv[2])
