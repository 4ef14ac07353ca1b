#!/usr/bin/env python3
"""Writes the public database of an election that never was, of any size.

    make_base.py ACTAS FILE.csv [SEED]

Layout: local 2024 (comma, BOM, LF, leading apostrophes). Districts of about 500
actas, sections of about 7, ten parties, eleven combinations; every acta counted but
one in fifty, which has an illegible cell. The same arguments give the same bytes.
"""
import random
import sys
from datetime import datetime, timedelta

PARTIES = ["PAN", "PRI", "PRD", "PT", "PVEM", "MC", "MORENA", "NAP", "PES", "RSP"]
COMBINATIONS = ["C_PAN_PRI_PRD", "C_PAN_PRI", "C_PAN_PRD", "C_PRI_PRD", "C_PT_PVEM_MORENA",
                "C_PT_PVEM", "C_PT_MORENA", "C_PVEM_MORENA"]
OPTIONS = PARTIES + COMBINATIONS + ["NO_REGISTRADAS", "NULOS"]
ACTAS_PER_DISTRICT = 497  # whole sections
ACTAS_PER_SECTION = 7
LISTA_NOMINAL = 750
REPRESENTANTES = 20
COLUMNS = (["CLAVE_CASILLA", "CLAVE_ACTA", "ID_ENTIDAD", "ENTIDAD", "ID_DISTRITO_LOCAL",
            "DISTRITO_LOCAL", "SECCION", "ID_CASILLA", "TIPO_CASILLA", "EXT_CONTIGUA",
            "UBICACION_CASILLA", "TIPO_ACTA", "TOTAL_BOLETAS_SOBRANTES",
            "TOTAL_PERSONAS_VOTARON", "TOTAL_REP_PARTIDO_CI_VOTARON", "TOTAL_VOTOS_SACADOS"]
           + OPTIONS
           + ["TOTAL_VOTOS_ASENTADO", "TOTAL_VOTOS_CALCULADO", "LISTA_NOMINAL",
              "REPRESENTANTES_PP_CI", "OBSERVACIONES", "CONTABILIZADA",
              "MECANISMOS_TRASLADO", "CODIGO_INTEGRIDAD", "FECHA_HORA_ACOPIO",
              "FECHA_HORA_CAPTURA", "FECHA_HORA_VERIFICACION", "ORIGEN", "DIGITALIZACION",
              "TIPO_DOCUMENTO"])
HEADER = ["ACTAS_ESPERADAS", "ACTAS_REGISTRADAS", "ACTAS_FUERA_CATALOGO", "ACTAS_CAPTURADAS",
          "PORCENTAJE_ACTAS_CAPTURADAS", "ACTAS_CONTABILIZADAS",
          "PORCENTAJE_ACTAS_CONTABILIZADAS", "PORCENTAJE_ACTAS_INCONSISTENCIAS",
          "ACTAS_NO_CONTABILIZADAS", "LISTA_NOMINAL_ACTAS_CONTABILIZADAS", "TOTAL_VOTOS_C_CS",
          "TOTAL_VOTOS_S_CS", "PORCENTAJE_PARTICIPACION_CIUDADANA"]


def percent(part, whole):
    return f"{part * 1000000 // whole // 10000}.{part * 1000000 // whole % 10000:04d}"


def row(number, chance, start):
    """The cells of acta `number` (from 0), its votes, and whether a cell is illegible."""
    section = number // ACTAS_PER_SECTION
    within = number % ACTAS_PER_SECTION
    district = number // ACTAS_PER_DISTRICT + 1
    entidad = 1 + section // 9000
    kind, which = ("B", 1) if within == 0 else ("C", within)
    clave = f"{entidad:02d}{section % 9000 + 1:04d}{kind}{which:02d}00"
    votes = [chance.randrange(0, 60) for _ in PARTIES]
    votes += [chance.randrange(0, 4) for _ in COMBINATIONS] + [0, chance.randrange(0, 15)]
    cells = [str(v) for v in votes]
    illegible = chance.randrange(50) == 0
    if illegible:
        cells[chance.randrange(len(PARTIES))] = "ILEGIBLE"
    total = sum(int(c) for c in cells if c.isdigit())
    acopio = start + timedelta(seconds=number % 30000)
    times = [(acopio + timedelta(minutes=m)).strftime("%d/%m/%Y %H:%M:%S") for m in (0, 5, 8)]
    text = ([f"'{clave}", f"'{clave}02", f"'{entidad:02d}", f"ENTIDAD {entidad}",
             f"'{district:04d}", f"DISTRITO {district}", f"'{section % 9000 + 1:04d}",
             f"'{which:02d}", kind, "'00", "1", "2", str(LISTA_NOMINAL - total), str(total),
             "8", str(total)] + cells
            + [str(total), str(total), str(LISTA_NOMINAL), str(REPRESENTANTES),
               "ALGÚN CAMPO ILEGIBLE O SIN DATO" if illegible else " - ", "1", "F",
               f"{number:064x}"] + times + ["CATD", "ESCANER", "ACTA PREP"])
    return ",".join(text), total, illegible


def main():
    actas = int(sys.argv[1])
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    start = datetime(2024, 6, 2, 18, 30)
    lines, votes, illegible = [], 0, 0
    for number in range(actas):
        line, total, bad = row(number, chance, start)
        lines.append(line)
        votes += total
        illegible += bad
    full = percent(actas, actas)
    lista = actas * LISTA_NOMINAL
    header = [actas, actas, 0, actas, full, actas, full, percent(illegible, actas), 0, lista,
              votes, votes, percent(votes, lista)]
    with open(sys.argv[2], "w", encoding="utf-8", newline="\n") as out:
        out.write("\ufeffDIPUTACIONES LOCALES\n03/06/2024 20:00 (UTC-6)\n\n")
        out.write(",".join(HEADER) + "\n" + ",".join(map(str, header)) + "\n\n")
        out.write(",".join(COLUMNS) + "\n")
        out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
