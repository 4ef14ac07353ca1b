"""Reads what publica published as a stranger would: public files and nothing else.

Shares no code with the system: its own Merkle tree, its own signature check (openssl),
its own CSV reading and its own sums.
"""
import base64
import csv
import gzip
import hashlib
import io
import json
import os
import subprocess
import tempfile
import zipfile

from desk_night import equal, fail

HEADER = 13


def porcentaje(num, den):
    return "0.0000" if den == 0 else f"{num * 100 // den}.{num * 1000000 // den % 10000:04d}"


def raiz_merkle(hojas):
    if not hojas:
        return hashlib.sha256(b"").digest()
    if len(hojas) == 1:
        return hojas[0]
    k = 1
    while 2 * k < len(hojas):
        k *= 2
    return hashlib.sha256(b"\x01" + raiz_merkle(hojas[:k]) + raiz_merkle(hojas[k:])).digest()


def ed25519(public, message, signature):
    """openssl's opinion of a signature."""
    with tempfile.TemporaryDirectory() as folder:
        def put(name, data):
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(data)
            return path
        der = bytes.fromhex("302a300506032b6570032100") + public
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
             put("key", der), "-rawin", "-in", put("message", message), "-sigfile",
             put("signature", signature)], capture_output=True, text=True)
        return done.returncode == 0


def minisig(data, signature_text, public_text):
    """minisign's format, from its description."""
    public = base64.b64decode(public_text.splitlines()[1])
    lines = signature_text.splitlines()
    signature = base64.b64decode(lines[1])
    equal(public[:2], b"Ed", "algorithm of the key")
    equal(signature[:2], b"ED", "algorithm of the signature")
    equal(signature[2:10], public[2:10], "key id")
    if not ed25519(public[10:], hashlib.blake2b(data).digest(), signature[10:]):
        fail("signature of corte.json")
    comment = lines[2][len("trusted comment: "):].encode()
    if not ed25519(public[10:], signature[10:] + comment, base64.b64decode(lines[3])):
        fail("signature of the trusted comment")


def reparte(opciones, votos):
    """Combinations among their parties; what remains to the one with most votes."""
    out = {o["clave"]: votos[o["clave"]] for o in opciones if "miembros" not in o}
    for o in opciones:
        if "miembros" in o:
            parte, resto = divmod(votos[o["clave"]], len(o["miembros"]))
            for m in o["miembros"]:
                out[m] += parte
            out[max(o["miembros"], key=lambda m: votos[m])] += resto
    return out


def partes(actas):
    """Urbanas, especiales and the rest, from the actas."""
    out = {}
    for name, es in (("urbanas", lambda a: a["ubicacion"] == "1"),
                     ("no_urbanas", lambda a: a["ubicacion"] == "2"),
                     ("especiales", lambda a: a["tipo_casilla"] == "S"),
                     ("extranjero", lambda a: a["tipo_casilla"] == "M")):
        some = [a for a in actas if es(a)]
        if some:
            counted = [a for a in some if a.get("contabilizada")]
            out[name] = {"actas_esperadas": len(some),
                         "actas_capturadas": len([a for a in some if "contabilizada" in a]),
                         "actas_contabilizadas": len(counted),
                         "votos": sum(a["total"] for a in counted)}
    return out


class Lector:
    def __init__(self, salida, direcciones=True):
        """direcciones: stable addresses must hold the same (not half way of a corte)."""
        self.salida, self.direcciones = salida, direcciones
        self.objetos = 0

    def read(self, name):
        with open(os.path.join(self.salida, name), "rb") as file:
            return file.read()

    def text(self, name):
        """A text and its .gz must be the same."""
        data = self.read(name)
        if gzip.decompress(self.read(name + ".gz")) != data:
            fail(f"{name}.gz is not {name}")
        return data

    def objeto(self, sha256, datos=None):
        data = self.text(f"o/{sha256}.json")
        equal(hashlib.sha256(data).hexdigest(), sha256, "name of an object")
        if self.direcciones and datos is not None and self.text(datos) != data:
            fail(f"{datos} is not o/{sha256}.json")
        self.objetos += 1
        return json.loads(data)

    def firma(self, folder=""):
        minisig(self.read(f"{folder}corte.json"),
                self.read(f"{folder}corte.json.minisig").decode(),
                self.read("prep.pub").decode())

    # ---- the whole of a corte

    def corte(self, hojas=None):
        pointer = json.loads(self.read("corte.json"))
        self.firma()
        folder = f"cortes/{pointer['numero']}/"
        equal(self.read(f"{folder}corte.json"), self.read("corte.json"), "pointer")
        self.firma(folder)
        if hojas is not None:
            equal(raiz_merkle(hojas[:pointer["libro"]["tamano"]]).hex(),
                  pointer["libro"]["raiz"], "root of the ledger")
        root = self.objeto(pointer["objeto"], "datos/raiz.json")
        equal(root["corte"]["numero"], pointer["numero"], "corte of the root")
        equal(root["libro"], pointer["libro"], "ledger of the root")
        actas = {}
        for e in root["elecciones"]:
            election = self.objeto(e["sha256"], e["datos"])
            equal(election["resumen"], e["resumen"], "resumen of an election")
            actas[e["eleccion"]] = self.eleccion(election, pointer)
        for base in pointer["bases"]:
            data = self.read(base["archivo"])
            equal(hashlib.sha256(data).hexdigest(), base["sha256"], base["archivo"])
            equal(len(data), base["bytes"], base["archivo"])
            clave = base["archivo"].split("_PREP_")[1].split("_")[0]
            resumen = next(e["resumen"] for e in root["elecciones"]
                           if e["eleccion"] == clave)
            self.base(data, resumen)
        return pointer, actas

    def eleccion(self, election, pointer):
        totals, actas, niveles = [], [], []
        for e in election["entidades"]:
            entidad = self.objeto(e["sha256"], e["datos"])
            equal(entidad["resumen"], e["resumen"], "resumen of an entidad")
            parts = []
            for t in entidad["territorios"]:
                territorio = self.objeto(t["sha256"], t["datos"])
                equal(territorio["resumen"], t["resumen"], "resumen of a territorio")
                parts.append(t["resumen"])
                suyas = self.territorio(territorio, election)
                actas += suyas
                equal(territorio["partes"], partes(suyas), "partes of a territorio")
                if "candidaturas" in election:
                    niveles.append(self.resultado(territorio, election, suyas))
                    equal(t["mayoria"], territorio["resultado"]["mayoria"], "mayoría")
            self.suma(parts, entidad["resumen"], f"entidad {e['id']}")
            totals.append(entidad["resumen"])
        fuera = election["fuera_de_catalogo"]
        if fuera is not None:
            data = self.objeto(fuera["sha256"], fuera["datos"])
            equal(len(data["actas"]), fuera["actas"], "actas fuera de catálogo")
        self.suma(totals, election["resumen"], election["eleccion"],
                  0 if fuera is None else fuera["actas"])
        equal(election["partes"], partes(actas), "partes of an election")
        if "candidaturas" in election:
            self.arriba(election, niveles)
        elif "resultado" in election:
            fail("votes by candidatura of an election that does not say them")
        r = election["resumen"]
        equal(r["porcentaje_actas_capturadas"],
              porcentaje(r["actas_capturadas"], r["actas_esperadas"]), "% capturadas")
        votes = r["total_votos_c_cs"] if pointer["ultimo"] else r["total_votos_s_cs"]
        equal(r["porcentaje_participacion_ciudadana"],
              porcentaje(votes, r["lista_nominal_actas_contabilizadas"]), "participación")
        return actas

    def suma(self, parts, whole, what, fuera=0):
        for key in ("actas_esperadas", "actas_capturadas", "actas_contabilizadas",
                    "actas_no_contabilizadas", "lista_nominal_actas_contabilizadas",
                    "total_votos_c_cs", "total_votos_s_cs"):
            equal(sum(p[key] for p in parts), whole[key], f"{what}: {key}")
        equal(whole["actas_fuera_catalogo"], fuera, f"{what}: fuera")
        equal([sum(v) for v in zip(*(p["votos"] for p in parts))], whole["votos"],
              f"{what}: votos")

    def territorio(self, territorio, election):
        actas, parts = [], []
        campos = len(election["campos"])
        for g in territorio["grupos"]:
            grupo = self.objeto(g["sha256"], g["datos"])
            equal([s["seccion"] for s in grupo["secciones"]], g["secciones"], "secciones")
            for seccion in grupo["secciones"]:
                self.seccion(seccion, campos)
                parts.append(seccion["resumen"])
                for acta in seccion["actas"]:
                    actas.append(dict(acta, de_seccion=seccion["seccion"]))
        whole = dict(territorio["resumen"])
        for key in parts[0]:
            if key == "votos":
                equal([sum(v) for v in zip(*(p[key] for p in parts))], whole[key], "votos")
            elif key != "actas_inconsistentes":
                equal(sum(p[key] for p in parts), whole[key], f"territorio: {key}")
        equal(porcentaje(sum(p["actas_inconsistentes"] for p in parts),
                         whole["actas_esperadas"]),
              whole["porcentaje_actas_inconsistencias"], "inconsistencias")
        return actas

    def resultado(self, territorio, election, actas):
        """Votes by candidatura and by party of a territorio, from its actas."""
        aqui = {"entidad": territorio["entidad"]["id"],
                "territorio": territorio["territorio"]["id"]}
        suma_en = {o["clave"]: o["clave"] for o in election["opciones"]}
        for c in election["candidaturas"]:
            if any(t["entidad"] == aqui["entidad"] and
                   t.get("territorio", aqui["territorio"]) == aqui["territorio"]
                   for t in c.get("territorios", [aqui])):
                suma_en.update((o, c["clave"]) for o in c["opciones"])
        claves = [o["clave"] for o in election["opciones"]]
        votos = dict(zip(claves, territorio["resumen"]["votos"]))
        lineas = {}
        for clave in claves:
            lineas[suma_en[clave]] = lineas.get(suma_en[clave], 0) + votos[clave]
        for o in election["opciones"]:  # the column of a coalition that is not there
            if o["tipo"] == "combinacion" and lineas.get(o["clave"]) == 0:
                del lineas[o["clave"]]
        juntas = {}  # sums in which combinations are divided
        junta = {"acta": lambda a: a["id"], "seccion": lambda a: a["de_seccion"],
                 "territorio": lambda a: 0}[election["nivel_reparto"]]
        for acta in actas:
            if acta.get("contabilizada"):
                cells = acta["celdas"][len(election["campos"]):]
                una = juntas.setdefault(junta(acta), dict.fromkeys(claves, 0))
                for k, c in zip(claves, cells):
                    una[k] += c if isinstance(c, int) else 0
        partidos = dict.fromkeys(reparte(election["opciones"], votos), 0)
        for una in juntas.values():
            for k, v in reparte(election["opciones"], una).items():
                partidos[k] += v
        self.publicado(territorio, lineas, partidos)
        return lineas, partidos

    def publicado(self, level, lineas, partidos):
        total = level["resumen"]["total_votos_c_cs"]
        shown = level["resultado"]
        for name, campo, want in (("candidaturas", "candidatura", lineas),
                                  ("partidos", "opcion", partidos)):
            equal([(x[campo], x["votos"]) for x in shown[name]], list(want.items()), name)
            equal(sum(want.values()), total, f"{name}: sum")
            for x in shown[name]:
                equal(x["porcentaje"], porcentaje(x["votos"], total), f"% of {x}")
        compiten = {k: v for k, v in lineas.items() if k not in ("NO_REGISTRADAS", "NULOS")}
        most = max(compiten.values())
        equal(shown["mayoria"], [k for k, v in compiten.items() if v == most > 0], "mayoría")

    def arriba(self, election, niveles):
        """The election and its one entidad add up line by line."""
        for which, name, campo in ((0, "candidaturas", "candidatura"),
                                   (1, "partidos", "opcion")):
            want = {}
            for nivel in niveles:
                for k, v in nivel[which].items():
                    want[k] = want.get(k, 0) + v
            for level in [election] + [self.objeto(e["sha256"])
                                       for e in election["entidades"]]:
                equal({x[campo]: x["votos"] for x in level["resultado"][name]}, want,
                      f"{name} above")

    def seccion(self, seccion, campos):
        r = seccion["resumen"]
        counted = [a for a in seccion["actas"] if a.get("contabilizada")]
        equal(r["actas_esperadas"], len(seccion["actas"]), "esperadas")
        equal(r["actas_contabilizadas"], len(counted), "contabilizadas")
        equal(r["actas_capturadas"],
              len([a for a in seccion["actas"] if "contabilizada" in a]), "capturadas")
        votes = [0] * len(r["votos"])
        for acta in counted:
            cells = acta["celdas"][campos:]
            numbers = [c if isinstance(c, int) else 0 for c in cells]
            equal(sum(numbers), acta["total"], f"total of {acta['id']}")
            votes = [a + b for a, b in zip(votes, numbers)]
        equal(votes, r["votos"], "votos of a sección")
        equal(sum(a["total"] for a in counted), r["total_votos_c_cs"], "votos")

    # ---- the official database

    def base(self, data, resumen):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            equal(archive.testzip(), None, "zip")
            name = next(n for n in archive.namelist()
                        if n.endswith(".csv") and "CANDIDATURAS" not in n)
            text = archive.read(name).decode("utf-8")
        lines = text.split("\n")
        header = next(csv.reader([lines[4]]))
        columns = next(csv.reader([lines[6]]))
        rows = [dict(zip(columns, row)) for row in csv.reader(lines[7:]) if row]
        fuera = [r for r in rows if r["CONTABILIZADA"] == "2"]
        counted = [r for r in rows if r["CONTABILIZADA"] == "1"]
        captured = [r for r in rows if r["CONTABILIZADA"] in "01"]
        equal(len(header), HEADER, "header")
        equal(rows[len(rows) - len(fuera):], fuera, "fuera de catálogo, last")
        expected = [len(rows) - len(fuera), len(captured) + len(fuera), len(fuera),
                    len(captured), None, len(counted)]
        for want, got in zip(expected, header):
            if want is not None:
                equal(int(got), want, "header")
        votes = sum(int(r["TOTAL_VOTOS_CALCULADO"]) for r in counted)
        special = sum(int(r["TOTAL_VOTOS_CALCULADO"]) for r in counted
                      if r["TIPO_CASILLA"] == "S")
        equal([int(header[10]), int(header[11])], [votes, votes - special], "votos")
        equal([int(v) if "." not in v else v for v in header],
              list(resumen.values())[:HEADER], "header and object")
