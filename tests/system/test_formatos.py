#!/usr/bin/python3
"""The other formats of a base say what its CSV says, and each passes its own reader.

Usage (under lib/with_pg): test_formatos.py BIN todos | solo_csv
XLSX is read by openpyxl and by LibreOffice, JSON checked by python3-jsonschema against the
schema published beside it, NIST by nist_revisa.py.
"""
import copy
import csv
import filecmp
import glob
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

import jsonschema
import openpyxl

import nist_revisa
import publica_noche
from desk_night import equal, fail

FORMATOS = "formatos: [csv, xlsx, json, nist]\n"


def con_formatos(text):
    original = publica_noche.dos_elecciones
    return lambda modo: original(modo).replace("vocabularios:", f"{text}vocabularios:", 1)


def noche(bin_dir, text):
    original = publica_noche.dos_elecciones
    publica_noche.dos_elecciones = con_formatos(text)
    try:
        return publica_noche.Noche(bin_dir, 30)
    finally:
        publica_noche.dos_elecciones = original


def lee(night, name):
    with open(os.path.join(night.salida, name), "rb") as file:
        return file.read()


def celdas_csv(data):
    """The cells of the CSV in a zip, without the marks of the profile of the test."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next(n for n in archive.namelist()
                    if n.endswith(".csv") and "CANDIDATURAS" not in n)
        text = archive.read(name).decode("utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    start = next(i for i, row in enumerate(rows) if row and row[0] == "CLAVE_CASILLA")
    for row in rows[start + 1:]:
        equal(row[0][0] if row[0] != "-" else "'", "'", "mark of CLAVE_CASILLA")
        row[0], row[1] = row[0].removeprefix("'"), row[1].strip("'")
    return rows, start


def es_numero(text):
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")


def revisa_xlsx(night, name, rows, start):
    book = openpyxl.load_workbook(io.BytesIO(lee(night, name)), read_only=True)
    equal(len(book.worksheets), 1, f"{name}: sheets")
    kinds = columnas_cantidad(rows[start])
    got = [list(row) for row in book.worksheets[0].iter_rows()]
    equal(len(got), len(rows), f"{name}: rows")
    numbers = 0
    for i, want in enumerate(rows):
        cells = [c.value for c in got[i]]
        cells += [None] * (len(want) - len(cells))
        for j, text in enumerate(want):
            where = f"{name}: row {i + 1}, column {j + 1}"
            if text == "":
                equal(cells[j], None, where)
            elif es_numero(text) and i != start and (i < start or kinds[j]):
                equal((cells[j], type(cells[j])), (int(text), int), where)
                numbers += 1
            else:
                equal(cells[j], text, where)
        equal([c for c in cells[len(want):] if c is not None], [], f"{name}: row {i + 1}")
    if numbers < len(rows) or got[start + 1][0].value[0] != "0":
        fail(f"{name}: no numbers, or a key without its zeros")
    equal(book.properties.created.isoformat(), "2027-06-07T02:10:00", f"{name}: created")


def columnas_cantidad(nombres):
    """Of the definition of the tests: its quantities, its ballot, and three more."""
    cantidades = {"TOTAL_BOLETAS_SOBRANTES", "PAN", "PRI", "MORENA", "C_PAN_PRI",
                  "CAND_IND_1", "NO_REGISTRADAS", "NULOS", "TOTAL_VOTOS_CALCULADO",
                  "LISTA_NOMINAL", "REPRESENTANTES_PP_CI"}
    return [nombre in cantidades for nombre in nombres]


def revisa_libreoffice(night, name, rows):
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        print("  NOT RUN: LibreOffice is not installed (libreoffice-calc-nogui)")
        return
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [program, f"-env:UserInstallation=file://{folder}/perfil", "--headless",
             "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true",
             "--outdir", folder, os.path.join(night.salida, name)],
            capture_output=True, text=True, timeout=200)
        files = glob.glob(f"{folder}/*.csv")
        equal(len(files), 1, f"LibreOffice: {done.stdout}{done.stderr}")
        with open(files[0], encoding="utf-8", newline="") as file:
            got = list(csv.reader(file))
    width = max(len(row) for row in rows)
    equal(len(got), len(rows), "LibreOffice: rows")
    for i, row in enumerate(rows):
        equal(got[i] + [""] * (width - len(got[i])), row + [""] * (width - len(row)),
              f"LibreOffice: row {i + 1}")
    print(f"  LibreOffice: {len(rows)} rows, the same cells")


def revisa_json(night, name, rows, start):
    data = lee(night, name)
    equal(gzip.decompress(lee(night, name + ".gz")), data, f"{name}.gz")
    base = json.loads(data)
    schema = json.loads(lee(night, "esquemas/base.json"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    validator.validate(base)
    equal([c["nombre"] for c in base["columnas"]], rows[start], f"{name}: columns")
    equal([c["tipo"] == "cantidad" for c in base["columnas"]],
          columnas_cantidad(rows[start]), f"{name}: kinds of column")
    equal([[str(c) for c in row] for row in base["actas"]], rows[start + 1:],
          f"{name}: cells")
    equal([str(v) for v in list(base["resumen"].values())[:13]], rows[start - 2],
          f"{name}: header values")
    # The schema can refuse.
    for path, bad in ((("version",), 2), (("eleccion",), "gub"), (("corte", "numero"), 0),
                      (("resumen", "actas_esperadas"), "9"), (("actas", 0, 0), None),
                      (("resumen", "porcentaje_actas_capturadas"), "9.1"), (("x",), 1)):
        other = copy.deepcopy(base)
        at = other
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = bad
        if validator.is_valid(other):
            fail(f"the schema takes {path} = {bad!r}")


def revisa_nist(night, name, clave, pointer):
    data = lee(night, name)
    equal(gzip.decompress(lee(night, name + ".gz")), data, f"{name}.gz")
    report = json.loads(data)
    nist_revisa.revisa(report)
    totals = nist_revisa.sumas(report)
    root = json.loads(lee(night, "datos/raiz.json"))
    resumen = next(e["resumen"] for e in root["elecciones"] if e["eleccion"] == clave)
    contests = report["Election"][0]["Contest"]
    places = [u["@id"] for u in report["GpUnit"] if u["@id"].startswith("territorio-")]
    if clave == "GUB":
        equal(len(contests), 1, "contests of a gubernatura")
        equal(totals["entidad-01"], resumen["total_votos_c_cs"], "votes of the entidad")
        equal(contests[0]["ElectoralDistrictId"], "entidad-01", "who elects")
    else:
        equal(len(contests), len(places), "contests of ayuntamientos")
    equal(sum(totals[p] for p in places), resumen["total_votos_c_cs"], "votes of places")
    equal(report["IsTest"], True, "IsTest in a simulacro")
    equal(report["ExternalIdentifier"][0]["Value"], str(pointer["numero"]), "corte")
    for path, bad in (("Status", "oficial"), ("Format", None), ("Otro", 1),
                      ("SequenceEnd", "1")):
        other = dict(report, **{path: bad})
        try:
            nist_revisa.revisa(other)
        except nist_revisa.NoCumple:
            continue
        fail(f"nist_revisa takes {path} = {bad!r}")


def round_todos(night):
    done = list(range(1, night.actas - 5))
    night.hechos(done)
    night.fuera(1, 1)
    night.start()
    code, answer = night.corte(10)
    equal(code, 200, f"POST /corte: {answer}")
    pointer = night.publicado()
    equal([os.path.basename(f["archivo"]) for f in pointer["formatos"]],
          [f"20270606_2010_PREP_{e}_PRU.{x}" for e in ("GUB", "AYUN")
           for x in ("xlsx", "json", "nist.json")], "formatos of the pointer")
    for f in pointer["formatos"]:
        data = lee(night, f["archivo"])
        equal((hashlib.sha256(data).hexdigest(), len(data)), (f["sha256"], f["bytes"]),
              f["archivo"])
    page = lee(night, "index.html").decode()
    for base in pointer["bases"]:
        stem = base["archivo"].removesuffix(".zip")
        rows, start = celdas_csv(lee(night, base["archivo"]))
        revisa_xlsx(night, stem + ".xlsx", rows, start)
        revisa_json(night, stem + ".json", rows, start)
        revisa_nist(night, stem + ".nist.json", stem.split("_PREP_")[1].split("_")[0],
                    pointer)
        for extension in ("xlsx", "json", "nist.json"):
            if f'href="{stem}.{extension}"' not in page:
                fail(f"no link to {stem}.{extension}")
        print(f"  {stem}: {len(rows)} rows")
    revisa_libreoffice(night, stem + ".xlsx", rows)
    round_otra_vez(night, pointer)


def round_otra_vez(night, pointer):
    """The same bytes from scratch, at another time of the clock."""
    other = night.path("otra")
    done = subprocess.run(night.command("--republica", "1", "--salida", other),
                          capture_output=True, text=True)
    equal(done.returncode, 0, f"--republica: {done.stderr}")
    for f in pointer["formatos"]:
        if not filecmp.cmp(os.path.join(night.salida, f["archivo"]),
                           os.path.join(other, f["archivo"]), shallow=False):
            fail(f"{f['archivo']} is not the same when made again")


def round_solo_csv(night):
    night.hechos([1, 2, 3])
    night.start()
    code, answer = night.corte(10)
    equal(code, 200, f"POST /corte: {answer}")
    equal(night.publicado()["formatos"], [], "formatos of the pointer")
    equal(sorted(os.path.splitext(n)[1] for n in os.listdir(
        os.path.join(night.salida, "bases"))), [".zip", ".zip"], "bases")


ROUNDS = {"todos": (round_todos, FORMATOS), "solo_csv": (round_solo_csv, "formatos: [csv]\n")}
run, text = ROUNDS[sys.argv[2]]
night = noche(sys.argv[1], text)
try:
    run(night)
    night.stop()
finally:
    if night.process is not None and night.process.poll() is None:
        night.kill()
shutil.rmtree(night.dir)
