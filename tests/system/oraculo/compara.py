#!/usr/bin/env python3
"""The independent oracle: what was published against the same numbers in SQL.

    compara.py --definicion FOLDER --salida FOLDER [--hechos acta|libro] PSQL...

Recomputes, with the .sql files beside this one, the 13 values of every header, the sums
of every entidad, territorio and seccion and the status of every acta, and compares them
with the objects and official databases of the corte published in `salida`. They were
written from the rules, not from the C. `hechos` says where the facts are read: the
projection, or the signed bytes of the ledger. PSQL... is a psql command that connects.
Says the first difference of each kind and ends in 1 if there is any.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from definicion import REGLAS, Definicion  # noqa: E402
from publicado import Publicado  # noqa: E402

ESTADOS = {1: "fuera_de_catalogo", 2: "sin_acta", 3: "sin_acta", 4: "sin_acta",
           5: "sin_acta", 6: "todos_ilegibles_o_sin_dato", 7: "excede_lista_nominal",
           8: "algun_campo_ilegible_o_sin_dato", 9: "sin_observaciones",
           10: "no_capturada"}
CAUSAS = {2: "casilla_no_instalada", 3: "paquete_no_entregado",
          4: "paquete_entregado_sin_bolsa", 5: "contingencia_en_urna_electronica"}
EXCEPCION = {1: "fuera", 2: "sin_acta", 3: "sin_acta", 4: "sin_acta", 5: "sin_acta",
             7: "excede", 8: "normal", 9: "normal", 10: "no_capturada"}
SIN_NUMEROS = {(True, False): "todos_ilegibles", (False, True): "todos_sin_dato",
               (True, True): "todos_mixto"}


def calcula(definicion, corte, hechos, psql):
    """Runs the SQL; returns (estados, niveles) as lists of dicts."""
    booleans = {n for n in REGLAS if not n.startswith(("boletas", "representantes_def"))}
    columns = ", ".join(f"{n} {'boolean' if n in booleans else 'int'}" for n in REGLAS)
    script = (
        "\\set ON_ERROR_STOP 1\nBEGIN;\nSET LOCAL client_min_messages = warning;\n"
        f"CREATE TEMP TABLE parametros (eleccion int, clave text, campos int, "
        f"opciones int, {columns});\nCOPY parametros FROM STDIN;\n"
        + definicion.parametros() + "\\.\n"
        "CREATE TEMP TABLE corte (ultimo boolean, tamano bigint);\n"
        f"INSERT INTO corte VALUES ({corte['ultimo']}, {corte['libro']['tamano']});\n"
        f"\\i {HERE}/1_hechos_{hechos}.sql\nANALYZE hechos;\n"
        f"\\i {HERE}/2_estados.sql\nANALYZE estados;\n\\i {HERE}/3_niveles.sql\n"
        "\\pset format unaligned\n\\pset tuples_only on\n"
        "SELECT row_to_json(e) FROM estados e ORDER BY eleccion, id;\n"
        "SELECT 'NIVELES';\nSELECT row_to_json(n) FROM niveles n;\nROLLBACK;\n")
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        os.chmod(file.name, 0o644)
        done = subprocess.run([*psql, "-X", "-q", "-f", file.name], capture_output=True,
                              text=True)
    if done.returncode != 0:
        raise AssertionError(f"psql: {done.stderr}")
    estados, niveles = done.stdout.split("NIVELES\n")
    return ([json.loads(line) for line in estados.splitlines()],
            [json.loads(line) for line in niveles.splitlines()])


class Diferencias:
    def __init__(self):
        self.count, self.checked, self.kinds = 0, 0, {}

    def compara(self, kind, where, got, want):
        self.checked += 1
        if got == want:
            return
        self.count += 1
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if self.kinds[kind] == 1:
            print(f"DIFERENCIA ({kind}) {where}: publicado {got!r}, en SQL {want!r}")


def compara_niveles(niveles, claves, publicado, out):
    want = {}
    for n in niveles:
        key = (claves[n["eleccion"]], n["entidad"], n["territorio"], n["seccion"])
        want[key] = (n["encabezado"], n["votos"], n["inconsistentes"])
    for missing in sorted(set(want) ^ set(publicado.niveles), key=str):
        out.compara("niveles", missing, missing in publicado.niveles, missing in want)
    for key, resumen in publicado.niveles.items():
        if key not in want:
            continue
        header, votos, inconsistentes = want[key]
        if key[3] is not None:
            header = {**header, "actas_inconsistentes": inconsistentes}
        else:
            out.compara("header", f"{key}: fields", list(resumen)[:13], list(header))
        for name, value in resumen.items():
            out.compara(name, key, value, votos if name == "votos" else header[name])


def compara_acta(e, clave, acta, out):
    where = f"{clave} acta {e['id']}"
    fila = e["fila"]
    out.compara("estado", where, acta["estado"], ESTADOS[fila])
    out.compara("causa", where, acta.get("causa"), CAUSAS.get(fila))
    out.compara("contabilizada", where, acta.get("contabilizada"),
                e["contabilizada"] if e["capturada"] else None)
    if fila in (6, 7, 8, 9):
        out.compara("total", where, acta.get("total"), e["total"])
        out.compara("limite", where, acta.get("limite"), e["limite"])


def compara_fila(e, eleccion, row, out):
    where = f"{eleccion.perfil['archivo']} acta {e['id']}"
    excede = e["total"] is not None and e["limite"] is not None and e["total"] > e["limite"]
    want = {"observaciones": eleccion.observaciones(e["fila"], e["tipo"], e["ilegibles"],
                                                    e["vacias"], excede),
            "contabilizada": eleccion.contabilizada(e["fila"])}
    if e["fila"] in (6, 7, 8, 9):
        want["total_calculado"] = str(e["total"])
    for source, text in want.items():
        place = eleccion.columna(source)
        if place is None:
            continue
        estado = EXCEPCION.get(e["fila"]) or SIN_NUMEROS[e["ilegibles"] > 0,
                                                         e["vacias"] > 0]
        other = eleccion.excepcion(place, estado, e["tipo"])
        out.compara(source.upper(), where, row[place], text if other is None else other)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--definicion", required=True)
    parser.add_argument("--salida", required=True)
    parser.add_argument("--hechos", choices=["acta", "libro"], default="acta")
    parser.add_argument("psql", nargs="+")
    args = parser.parse_args()
    definicion = Definicion(args.definicion)
    publicado = Publicado(args.salida, definicion)
    estados, niveles = calcula(definicion, publicado.corte, args.hechos, args.psql)
    claves = {e.ordinal: e.clave for e in definicion.elecciones}
    out = Diferencias()
    compara_niveles(niveles, claves, publicado, out)
    por_eleccion = {}
    for e in estados:
        clave = claves[e["eleccion"]]
        por_eleccion.setdefault(clave, []).append(e)
        acta = publicado.actas.pop((clave, e["id"]), None)
        if acta is None:
            out.compara("actas", f"{clave} acta {e['id']}", "no está", "está")
        else:
            compara_acta(e, clave, acta, out)
    for key in publicado.actas:
        out.compara("actas", key, "está", "no está")
    bases = 0
    for eleccion, header, rows in publicado.bases():
        bases += 1
        where = (eleccion.clave, None, None, None)
        want = next(n["encabezado"] for n in niveles if n["eleccion"] == eleccion.ordinal
                    and n["entidad"] is None)
        for name, text, value in zip(want, header, want.values()):
            if eleccion.perfil["porcentajes"] != "cuatro_decimales" and "." in str(value):
                continue
            out.compara(name.upper(), f"{eleccion.perfil['archivo']} {where}", text,
                        str(value))
        # rows in the order of the catalogue, then fuera de catálogo: the ids say both
        expected = sorted(por_eleccion.get(eleccion.clave, []), key=lambda e: e["id"])
        out.compara("renglones", eleccion.perfil["archivo"], len(rows), len(expected))
        for e, row in zip(expected, rows):
            compara_fila(e, eleccion, row, out)
    filas = {}
    for e in estados:
        filas[e["fila"]] = filas.get(e["fila"], 0) + 1
    print(f"oráculo: corte {publicado.corte['numero']}, {len(estados)} actas (por renglón "
          f"de 6.2: {dict(sorted(filas.items()))}), {len(niveles)} niveles, {bases} bases, "
          f"{out.checked} comparaciones, {out.count} diferencias {out.kinds or ''}")
    return 1 if out.count else 0


if __name__ == "__main__":
    sys.exit(main())
