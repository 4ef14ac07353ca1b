"""A full corte, and one after 100 new actas, against reading and compressing the same."""
import json
import os
import time
import urllib.request
import zipfile

from make_base import OPTIONS
from measure import Night, peak_mb, run_json

CHANGED = 100
CELLS = 5 + len(OPTIONS)  # boletas, personas, representantes, sacados, asentado
# Every acta verified, straight into the tables: the cost of a corte does not depend on
# how its facts came. The ledger gets one row per acta, so that positions are real.
FILL = """
UPDATE acta SET acopio_ms = 1717375800000, acopio_hash = sha256(int8send(a.id)),
    mecanismo = 1, acopio_documento = 1, sin_acta = 0, imagen_ms = 1717375800000,
    imagen_hash = sha256(int8send(a.id)), imagen_sha256 = sha256(int8send(a.id)),
    imagen_bytes = 900, imagen_formato = 1, imagen_origen = 1, imagen_digitalizacion = 1,
    imagen_documento = 1, captura1_ms = 1717376100000, captura1_operador = 1,
    captura1_hash = sha256(int8send(a.id)), captura1_celdas = c.celdas,
    verificacion_ms = 1717376280000, verificacion_hash = sha256(int8send(a.id)),
    verificacion_celdas = c.celdas
FROM acta a, LATERAL (SELECT array_agg((hashint8(a.id * 64 + i) & 31)::int) AS celdas
                      FROM generate_series(1, {cells}) i) c
WHERE acta.id = a.id AND acta.id {which};
INSERT INTO libro SELECT tamano + row_number() OVER (ORDER BY id) - 1, 9999,
    id, id, 20, sha256(int8send(id)), sha256(int8send(-id)), '\\x00', now()
FROM acta, libro_cabeza WHERE id {which};
UPDATE libro_cabeza SET tamano = (SELECT count(*) FROM libro);
ANALYZE acta;
"""
SELECT = ("SELECT c.clave_casilla, c.clave_acta, c.entidad, c.entidad_nombre, c.territorio, "
          "c.territorio_nombre, c.seccion, c.id_casilla, c.tipo_casilla, c.ext_contigua, "
          "c.ubicacion, c.tipo_acta, a.verificacion_celdas, c.lista_nominal, "
          "c.representantes, a.mecanismo, encode(a.imagen_sha256, 'hex'), a.acopio_ms, "
          "a.captura1_ms, a.verificacion_ms, a.imagen_origen, a.imagen_digitalizacion, "
          "a.acopio_documento FROM acta a JOIN catalogo c USING (id) ORDER BY a.id")


def fill(which):
    return FILL.format(cells=CELLS, which=which)


def corte(night, nominal_ms, bases):
    with open(f"{night.folder}/fichas.txt", encoding="utf-8") as file:
        token = file.readline().split()[1]
    port = night.shell("night_port publica-1")
    body = {"nominal_ms": nominal_ms, "ultimo": False, "bases": bases}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/corte",
                                     json.dumps(body).encode(),
                                     {"Authorization": f"Bearer {token}",
                                      "Content-Type": "application/json"})
    start = time.monotonic()
    with urllib.request.urlopen(request, timeout=600) as answer:
        answer.read()
    return time.monotonic() - start


def written(folder, since):
    """Uncompressed contents of what the corte wrote: pages and objects, and its bases."""
    files, bytes_total, seen = [], 0, set()
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            stat = os.lstat(path)
            if stat.st_ctime < since or stat.st_ino in seen:
                continue
            seen.add(stat.st_ino)  # o/ and datos/ are two names of one file
            if name.endswith(".zip"):
                target = path + ".d"
                with zipfile.ZipFile(path) as archive:
                    archive.extractall(target)
                    files += [os.path.join(target, inner) for inner in archive.namelist()]
            elif not name.endswith(".gz"):
                files.append(path)
    for path in files:
        bytes_total += os.path.getsize(path)
    return files, bytes_total


def run(root, work, actas):
    night = Night(root, work, actas)
    limits = f"{night.bin}/prep-bench-limits"
    published = f"{night.folder}/publica"
    try:
        night.sql(fill(f"> {CHANGED}"))
        night.sql("CHECKPOINT")
        night.shell("night_start publica-1; night_wait publica-1 120")
        pid = int(night.shell("night_pid publica-1"))
        since = time.time()
        full_s = corte(night, 1717380000000, True)
        files, size = written(published, since)
        floor_read = run_json(limits, "read", night.conninfo(), SELECT)
        floor_deflate = run_json(limits, "deflate", stdin="\n".join(files) + "\n")
        floor_s = floor_read["wall_s"] + floor_deflate["wall_s"]
        first_peak = peak_mb(pid)

        night.sql(fill(f"<= {CHANGED}"))
        since = time.time()
        next_s = corte(night, 1717380060000, False)
        next_files, next_size = written(published, since)
        peak = peak_mb(pid)
    finally:
        night.stop()
    print(f"\nCORTE, {actas} actas")
    print(f"  floor: COPY of the rows {floor_read['wall_s']:.2f} s + compressing the same "
          f"{size / 1e6:.1f} MB {floor_deflate['wall_s']:.2f} s = {floor_s:.2f} s")
    print(f"  full corte: {full_s:.2f} s, {len(files)} files = {full_s / floor_s:.2f} x the "
          f"floor (target 2 from 170k up); peak {first_peak:.0f} MB")
    print(f"  after {CHANGED} new actas: {next_s:.3f} s, {len(next_files)} files, "
          f"{next_size / 1e6:.2f} MB; peak {peak:.0f} MB (target 100)")
    return {"actas": actas, "full_s": full_s, "floor_s": floor_s, "ratio": full_s / floor_s,
            "files": len(files), "bytes": size, "incremental_s": next_s,
            "incremental_files": len(next_files), "incremental_bytes": next_size,
            "peak_mb": peak}
