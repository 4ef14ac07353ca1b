#!/usr/bin/env python3
"""The minimum acceptance tests of prep-rules 20 that are about what is published: one
per item, named by its number, over the worked example of 7.5. docs/PRUEBAS.md has the
others.

Usage (under lib/with_pg): test_seccion_20.py BIN
"""
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

from desk_night import definicion, equal, fail
from publica_lector import porcentaje
from publica_noche import FUERA
from test_oraculo import Eleccion, genera

IL, SD = -1, -2
CATALOGO = """010001,B,01,00,600
010001,C,01,00,600
010002,B,01,00,500
010002,C,01,00,500
010003,B,01,00,550
010003,E,01,01,300
010003,S,01,00,0
010004,B,01,00,450
010004,C,01,00,450
"""
VOTOS = {1: [100, 50, 150, 20, 5, 1, 10], 2: [120, IL, 130, 10, SD, 0, 8],
         3: [200, 100, 200, 10, 0, 0, 10], 4: [201, 100, 200, 10, 0, 0, 10],
         5: [IL, IL, SD, SD, SD, SD, SD], 7: [260, 140, 250, 25, 5, 2, 18],
         9: [90, 60, 120, 15, 4, 1, 10]}
SIN_ACTA = 6
ENCABEZADO = ["9", "9", "1", "8", "88.8888", "5", "55.5555", "33.3333", "3", "2150", "2124",
              "1424"]
INICIO = 1812333600000  # of the example definition


def carpeta():
    folder = tempfile.mkdtemp(prefix="prep-ejemplo.")
    with open(os.path.join(folder, "definicion.yaml"), "w", encoding="utf-8") as file:
        file.write(definicion().replace("modo: oficial", "modo: simulacro"))
    with open(os.path.join(folder, "catalogo.csv"), "w", encoding="utf-8") as file:
        file.write("id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,territorio,"
                   "territorio_nombre,seccion,id_casilla,tipo_casilla,ext_contigua,"
                   "ubicacion,tipo_acta,lista_nominal,representantes,catd,no_aplica\n")
        for n, line in enumerate(CATALOGO.splitlines(), 1):
            seccion, tipo, numero, ext, lista = line.split(",")
            clave = f"{seccion}{tipo}{numero}{ext}"
            file.write(f"{n},GUB,{clave},{clave}2,01,PRUEBA,001,UNO,{seccion[2:]},{numero},"
                       f"{tipo},{ext},1,2,{lista},20,,\n")
    return folder


def hecho(acta, votos=None, sin_acta=0, fuera=False):
    celdas = None if votos is None else [0, 0] + votos
    return genera.linea({
        "id": acta, "eleccion": 1, "acopio": True, "sin_acta": sin_acta,
        "imagen": votos is not None, "captura": celdas, "verificacion": celdas,
        "identificacion": '{"seccion": "9999"}' if fuera else None})


def corte(night, segundos, ultimo=False):
    code, answer = night.request("POST", "/corte", '{"nominal_ms":%d,"ultimo":%s,"bases":true}'
                                 % (INICIO + segundos * 1000, str(ultimo).lower()))
    return code, answer


def base(night):
    """(header, rows, bytes) of the official database of the corte on view."""
    with zipfile.ZipFile(os.path.join(night.salida,
                                      night.publicado()["bases"][0]["archivo"])) as archive:
        data = archive.read(next(n for n in archive.namelist()
                                 if n.endswith("PRU_GUB_2027.csv")))
    lines = data.decode("utf-8").split("\n")
    columns = next(csv.reader([lines[6]]))
    return (next(csv.reader([lines[4]])),
            [dict(zip(columns, r)) for r in csv.reader(lines[7:]) if r], data)


def acta(night, numero):
    return base(night)[1][numero - 1]


def test_20_10_nothing_before_the_start_and_a_zero_file(night):
    equal(corte(night, -1)[0], 409, "at start - 1 s")
    equal(night.publicado(), None, "at start - 1 s")
    equal(os.path.exists(os.path.join(night.salida, "corte.json")), False, "a pointer")
    equal(corte(night, 0)[0], 200, "at the start")
    header, rows, zero = base(night)
    equal(header, ["9"] + ["0"] * 3 + ["0.0000", "0", "0.0000", "0.0000"] + ["0"] * 4
          + ["0.0000"], "zero header")
    equal({r["CONTABILIZADA"] for r in rows}, {"-"}, "zero rows")
    again = night.path("otra_vez")
    done = subprocess.run(night.command("--republica", "1", "--salida", again),
                          capture_output=True, text=True)
    equal(done.returncode, 0, f"--republica: {done.stderr}")
    night.salida, kept = again, night.salida
    equal(base(night)[2], zero, "the zero file, made again")
    night.salida = kept


def test_20_02_the_header_comes_out_of_the_rows(night):
    night.carga([hecho(n, v) for n, v in VOTOS.items()]
                + [hecho(SIN_ACTA, sin_acta=3), hecho(FUERA | 7 << 32 | 1, fuera=True)])
    equal(corte(night, 900)[0], 200, "corte")
    header, rows, _ = base(night)
    expected = [r for r in rows if r["CONTABILIZADA"] != "2"]
    captured = [r for r in expected if r["CONTABILIZADA"] != "-"]
    counted = [r for r in captured if r["CONTABILIZADA"] == "1"]
    said = [r for r in captured if r["OBSERVACIONES"] not in ("",)
            and not r["OBSERVACIONES"].startswith("SIN ACTA")]
    votes = [int(r["TOTAL_VOTOS_CALCULADO"]) for r in counted]
    special = sum(int(r["TOTAL_VOTOS_CALCULADO"]) for r in counted
                  if r["TIPO_CASILLA"] == "S")
    lista = sum(int(r["LISTA_NOMINAL"]) for r in counted)
    n, fuera = len(expected), len(rows) - len(expected)
    equal(header, [str(v) for v in (
        n, len(captured) + fuera, fuera, len(captured), porcentaje(len(captured), n),
        len(counted), porcentaje(len(counted), n), porcentaje(len(said), n),
        len(captured) - len(counted), lista, sum(votes), sum(votes) - special,
        porcentaje(sum(votes) - special, lista))], "header and rows")


def test_20_04_the_worked_example_and_its_base_read_again(night):
    header, _, data = base(night)
    equal(header, ENCABEZADO + ["66.2325"], "header of 7.5")
    folder = night.path("leida")
    os.makedirs(folder)

    def distintas(data):
        """How many cells and header values the tolerant reader finds different."""
        with open(os.path.join(folder, "PRU_GUB_2027.csv"), "wb") as file:
            file.write(data)
        done = subprocess.run([os.path.join(night.bin, "prep-simulacro"), "compara", folder,
                               night.salida], capture_output=True, text=True)
        said = re.search(r"(\d+) renglones, (\d+) celdas comparadas: (\d+) iguales",
                         done.stdout)
        if said is None or int(said[1]) != 10:
            fail(f"compara: {done.stdout}{done.stderr}")
        return int(said[2]) - int(said[3])

    equal(distintas(data), 0, "the base that was published")
    for old, new in ((b",2150,", b",2151,"), (b",ILEGIBLE,", b",7,")):
        equal(distintas(data.replace(old, new, 1)), 1, f"{old} -> {new}")


def test_20_06_a_correction_lowers_a_total_in_the_next_corte(night):
    before = [int(v) for v in (base(night)[0][10], acta(night, 9)["MORENA"])]
    night.carga([hecho(9, [90, 60, 95, 15, 4, 1, 10])])
    equal([base(night)[0][10], acta(night, 9)["MORENA"]], [str(v) for v in before],
          "until the next corte")
    equal(corte(night, 1800)[0], 200, "corte")
    equal([int(base(night)[0][10]), int(acta(night, 9)["MORENA"])],
          [before[0] - 25, before[1] - 25], "after the correction")
    night.carga([hecho(9, VOTOS[9])])
    equal(corte(night, 2700)[0], 200, "corte")


def test_20_07_a_late_copy_replaces_sin_acta(night):
    equal(acta(night, SIN_ACTA)["OBSERVACIONES"],
          "SIN ACTA POR PAQUETE ENTREGADO SIN BOLSA", "before the copy")
    night.carga([hecho(SIN_ACTA, [10, 20, 30, 0, 0, 0, 1])])
    equal(corte(night, 3600)[0], 200, "corte")
    header, _, _ = base(night)
    equal([acta(night, SIN_ACTA)[c] for c in ("OBSERVACIONES", "CONTABILIZADA",
                                              "TOTAL_VOTOS_CALCULADO")],
          ["", "1", "61"], "after the copy")
    equal([header[3], header[5]], ["8", "6"], "counted once")
    night.carga([hecho(SIN_ACTA, sin_acta=3)])
    night.sql("UPDATE acta SET verificacion_ms = NULL, verificacion_hash = NULL, "
              f"verificacion_celdas = NULL WHERE id = {SIN_ACTA}")
    equal(corte(night, 4500)[0], 200, "corte")


def test_20_12_the_last_corte_and_only_it_uses_c_cs(night):
    equal(base(night)[0], ENCABEZADO + ["66.2325"], "an intermediate corte")
    equal(corte(night, 24 * 3600, ultimo=True)[0], 200, "the last")
    equal(base(night)[0], ENCABEZADO + ["98.7906"], "the last corte")


def test_20_10_the_freeze_refuses_another_corte(night):
    before = base(night)[2]
    night.carga([hecho(8, [1, 1, 1, 1, 1, 1, 1])])
    for ultimo in (False, True):
        equal(corte(night, 24 * 3600 + 900, ultimo)[0], 409, "after the last")
    equal(base(night)[2], before, "what is on view")


def main():
    folder = carpeta()
    with Eleccion(sys.argv[1], folder, "ejemplo") as night:
        for name, test in list(globals().items()):
            if name.startswith("test_20_"):
                print(f"  {name}", flush=True)
                test(night)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
