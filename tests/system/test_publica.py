#!/usr/bin/env python3
"""prep-publica, real, over a real PostgreSQL; what it publishes read by a stranger.

Usage (under lib/with_pg): test_publica.py BIN [round...]
PREP_KILLS: how many times the kill round kills (default 30).
"""
import datetime
import filecmp
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time

from desk_night import equal, fail
from publica_lector import Lector
from publica_noche import Noche, celdas

SECCIONES = 60


def hojas(night):
    rows = night.sql("SELECT encode(hoja, 'hex') FROM libro ORDER BY posicion")
    return [bytes.fromhex(line) for line in rows.splitlines()]


def revisa(night):
    return Lector(night.salida).corte(hojas(night))


def publica(night, *args, **more):
    code, answer = night.corte(*args, **more)
    equal(code, 200, f"POST /corte: {answer}")
    return answer


def check_cells(night, actas, done):
    """Every acta with a verification shows its cells; no other shows any."""
    words = {"ilegible": -1, "sin_dato": -2, None: -3}
    for election in actas.values():
        for acta in election:
            shown = acta.get("celdas")
            if acta["id"] in done and acta["id"] % 17 != 0:
                want = celdas(acta["id"], night.no_aplica[acta["id"]])
                equal([words.get(c, c) for c in shown], want, f"acta {acta['id']}")
            else:
                equal(shown, None, f"acta {acta['id']}")


# ---- rounds


def round_check(night):
    done = subprocess.run(night.command("--check"), capture_output=True, text=True)
    equal(done.returncode, 0, f"--check: {done.stderr}")
    if os.path.exists(night.salida):
        fail("--check wrote in salida")
    for more, code in ((["--republica", "1"], 78), (["--nada"], 64)):
        done = subprocess.run(night.command(*more), capture_output=True, text=True)
        equal(done.returncode, code, f"{more}: {done.stderr}")


def round_primero(night):
    """Announcement, refusals before inicio, the zero corte, images, fuera de catálogo."""
    night.start()
    with open(os.path.join(night.salida, "index.html"), encoding="utf-8") as file:
        if "06/06/2027 20:00 (UTC-6)" not in file.read():
            fail("the announcement does not say when")
    equal(night.corte(-1)[0], 409, "before inicio")
    equal(night.publicado(), None, "before inicio")
    for body in ("{", "[]", '{"nominal_ms":"x"}', "{}", '{"nominal_ms":1,"bases":3}'):
        equal(night.request("POST", "/corte", body)[0], 400, body)
    equal(night.get("/nada")[0], 404, "unknown path")
    equal(publica(night, 0)["numero"], 1, "zero corte")
    pointer, actas = revisa(night)
    equal(pointer["anterior"], None, "anterior of the first")
    equal(sum(len(a) for a in actas.values()), night.actas, "actas in objects")
    check_cells(night, actas, set())
    otra_vez(night, 1)
    equal(publica(night, 0)["repetido"], True, "asked again")
    equal(night.corte(-5)[0], 409, "before inicio, later")

    some = set(range(1, night.actas, 2))
    night.hechos(sorted(some))
    night.fuera(1, 0)
    night.fuera(2, 1)
    names = {i: night.imagen(i) for i in (3, 5)}
    equal(publica(night, 10)["numero"], 2, "second corte")
    pointer, actas = revisa(night)
    check_cells(night, actas, some)
    for name in names.values():
        if not os.path.exists(os.path.join(night.salida, f"imagenes/{name}.webp")):
            fail("image not published")
    name = night.imagen(9)  # its bytes came after its event
    publica(night, 11, bases=False)
    if not os.path.exists(os.path.join(night.salida, f"imagenes/{name}.webp")):
        fail("late image not published")
    if len(Lector(night.salida).read("datos/GUB/fuera-de-catalogo.json")) < 10:
        fail("fuera de catálogo")


def round_incremental(night):
    """A few actas more cost a few objects, and show."""
    some = set(range(1, night.actas, 2))
    before = set(os.listdir(os.path.join(night.salida, "o")))
    night.hechos([2, 4])
    publica(night, 20, bases=False)
    pointer, actas = revisa(night)
    equal(pointer["bases"], [], "bases of a corte without them")
    check_cells(night, actas, some | {2, 4})
    new = set(os.listdir(os.path.join(night.salida, "o"))) - before
    # one or two grupos and the levels above, and their .gz
    if len(new) > 2 * 9:
        fail(f"{len(new)} new objects for two actas")
    publica(night, 21)
    revisa(night)


def round_rechazo(night):
    """An acta that changed without an event: sums and rows no longer agree."""
    before = night.publicado()
    night.sql("UPDATE acta SET verificacion_celdas[4] = 59 - verificacion_celdas[4] "
              "WHERE id = 4")
    code, answer = night.corte(30)
    equal(code, 409, f"a corte that contradicts itself: {answer}")
    equal(answer["error"]["codigo"], "corte.rechazado", "code")
    equal(night.publicado(), before, "pointer after a refusal")
    if "event=corte.rechazado" not in night.bitacora():
        fail("the refusal was not logged")
    kept = os.listdir(os.path.join(night.salida, ".rechazados"))
    equal(len(kept), 1, "evidence")
    night.sql("UPDATE acta SET verificacion_celdas[4] = 59 - verificacion_celdas[4] "
              "WHERE id = 4")
    equal(publica(night, 31)["numero"], before["numero"] + 1, "the next one")
    revisa(night)


def otra_vez(night, numero):
    """Makes that corte again, from nothing, elsewhere: the same bytes."""
    other = night.path("otra")
    shutil.rmtree(other, ignore_errors=True)
    done = subprocess.run(night.command("--republica", str(numero), "--salida", other),
                          capture_output=True, text=True)
    equal(done.returncode, 0, f"--republica: {done.stderr}")
    count = 0
    for folder, _, names in os.walk(other):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), other)
            if path.startswith("."):
                continue
            if not filecmp.cmp(os.path.join(other, path),
                               os.path.join(night.salida, path), shallow=False):
                fail(f"{path} is not the same when made again")
            count += 1
    if count < 50:
        fail(f"only {count} files were made again")
    Lector(other).corte()


def round_republica(night):
    pointer = night.publicado()
    otra_vez(night, pointer["numero"])
    night.hechos([6])
    done = subprocess.run(night.command("--republica", str(pointer["numero"]),
                                        "--salida", night.path("otra2")),
                          capture_output=True, text=True)
    equal(done.returncode == 0, False, "made again when actas changed after it")
    if "reproduzca el libro" not in done.stderr:
        fail(done.stderr)
    done = subprocess.run(night.command("--republica", "99", "--salida",
                                        night.path("otra3")), capture_output=True, text=True)
    equal(done.returncode == 0, False, "a corte that does not exist")


def round_kill(night):
    """Killed at any moment: the pointer is always a whole corte, and numbers grow."""
    kills = int(os.environ.get("PREP_KILLS", "30"))
    minute = [100]
    pending = [i for i in range(1, night.actas + 1, 2)]
    last = night.publicado()["numero"]
    for n in range(kills):
        night.hechos(random.sample(pending, 3))
        minute[0] += 1
        asked = threading.Thread(target=night.corte, args=(minute[0],),
                                 kwargs={"bases": n % 3 == 0})
        asked.start()
        night.espera(0.5)
        night.kill()
        asked.join()
        pointer = night.publicado()
        if n % 5 == 0:
            # addresses and pages may be those of the next one, which the start finishes
            Lector(night.salida, direcciones=False).corte()
        if pointer["numero"] < last:
            fail(f"corte {pointer['numero']} after {last}")
        last = pointer["numero"]
        night.start(wait=random.random() < 0.8)
    if night.process.poll() is None:
        night.kill()
    night.start()
    publica(night, minute[0] + 1)
    pointer, _ = revisa(night)
    otra_vez(night, pointer["numero"])
    events = int(night.sql("SELECT count(*) FROM libro WHERE tipo = 22"))
    folders = {int(n) for n in os.listdir(os.path.join(night.salida, "cortes"))}
    equal(folders, set(range(1, events + 1)), "cortes published and cortes in the ledger")
    equal(pointer["numero"], events, "last corte")
    for numero in folders:
        Lector(night.salida).firma(f"cortes/{numero}/")
    if "event=corte.perdido" in night.bitacora():
        fail("a corte was lost")
    if "event=corte.terminado" not in night.bitacora():
        print("    (no kill fell between the event and its files)")


def round_ultimo(night):
    before = night.publicado()
    minute = 500
    publica(night, minute, ultimo=True)
    pointer, _ = revisa(night)
    equal(pointer["ultimo"], True, "ultimo")
    equal(pointer["numero"], before["numero"] + 1, "number of the last")
    equal(night.corte(minute + 1)[0], 409, "after the last")
    equal(publica(night, minute, ultimo=True)["repetido"], True, "the last, again")
    night.stop()
    night.start()
    equal(night.corte(minute + 1)[0], 409, "after the last and a restart")
    night.stop()
    errors = [line for line in night.bitacora().splitlines() if line.startswith("<3>")
              and "corte.rechazado" not in line]
    equal(errors, [], "errors in the log")


def round_base(night):
    """PostgreSQL dies: the corte fails and says so, and works when it is back."""
    before = night.publicado()
    night.hechos([8, 10])
    subprocess.run([night.pg, "kill", night.pg_dir], check=True)
    code, answer = night.corte(300)
    equal(code, 503, f"without a database: {answer}")
    equal(night.publicado(), before, "pointer")
    equal(night.get("/estado")[0], 200, "estado")
    subprocess.run([night.pg, "start", night.pg_dir, os.environ["PREP_PG_PORT"]],
                   check=True, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while night.corte(300)[0] != 200:
        if time.monotonic() > end:
            fail("the database is back and there are no cortes")
        time.sleep(0.2)
    pointer, _ = revisa(night)
    equal(pointer["numero"], before["numero"] + 1, "number")


def round_oficial(bin_dir):
    """By the clock: nothing before inicio, one corte at each time, the last at fin."""
    inicio = int(time.time()) + 5

    def stamp(seconds):
        return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(seconds))

    night = Noche(bin_dir, 6, modo="oficial", cambia=lambda text: (
        text.replace("2027-06-06T20:00:00-06:00", stamp(inicio))
        .replace("2027-06-07T20:00:00-06:00", stamp(inicio + 6))
        .replace("cadencia_s: 900", "cadencia_s: 60")))
    mine, other = "f1c4a-de-quien-publica", "f1c4a-de-quien-captura"
    try:
        night.start()
        equal(night.request("POST", "/corte", "{}")[0], 403, "nobody was declared")
        night.stop()
        night.operadores(publica=mine, captura=other)
        night.start()
        night.hechos(range(1, 9))
        for token, code, what in ((None, 401, "no token"), ("x" * 32, 401, "a stranger"),
                                  (other, 403, "of another stage"),
                                  (mine, 409, "before inicio")):
            equal(night.request("POST", "/corte", "{}", token=token)[0], code, what)
        equal(night.request("POST", "/corte", '{"nominal_ms":1}', token=mine)[0], 400,
              "an hour that is not the clock's")
        while time.time() < inicio - 0.2:
            equal(night.publicado(), None, "before inicio")
            time.sleep(0.1)
        seen = {}
        while time.time() < inicio + 20 and 2 not in seen:
            pointer = night.publicado()
            if pointer is not None:
                seen.setdefault(pointer["numero"], pointer)
            time.sleep(0.1)
        pointers = [seen[n] for n in sorted(seen)]
        equal(len(pointers), 2, f"cortes {sorted(seen)}")
        times = [datetime.datetime.fromisoformat(p["nominal"]).timestamp()
                 for p in pointers]
        fin = inicio + 6
        if fin // 60 == inicio // 60:  # bases are named by their minute
            fin = (fin // 60 + 1) * 60
        equal(times, [inicio, fin], "nominal times")
        equal([p["ultimo"] for p in pointers], [False, True], "ultimo")
        equal([len(p["bases"]) for p in pointers], [2, 2], "bases")
        Lector(night.salida).corte(hojas(night))
        equal(night.request("POST", "/corte", "{}", token=mine)[0], 409, "after the last")
        night.stop()
        equal([line for line in night.bitacora().splitlines() if line.startswith("<3>")],
              [], "errors in the log")
    except BaseException:
        print(night.bitacora()[-4000:], file=sys.stderr)
        raise
    finally:
        if night.process is not None and night.process.poll() is None:
            night.kill()
    shutil.rmtree(night.dir, ignore_errors=True)


ROUNDS = [round_check, round_primero, round_incremental, round_rechazo, round_republica,
          round_kill,
          round_base, round_ultimo]


def in_its_own_database(run, bin_dir):
    """Another process has one catalogue: that night needs a cluster of its own."""
    port = str(int(os.environ["PREP_PG_PORT"]) + 5)
    with_pg = os.path.join(os.path.dirname(os.environ["PREP_PG"]), "with_pg")
    if os.environ.get("PREP_ROUND") == run.__name__:
        run(bin_dir)
        return
    environment = dict(os.environ, PREP_ROUND=run.__name__)
    subprocess.run([with_pg, port, os.path.abspath(__file__), bin_dir,
                    run.__name__[len("round_"):]], env=environment, check=True)


def main():
    wanted = sys.argv[2:]
    if not wanted or "oficial" in wanted:
        print("  oficial", flush=True)
        in_its_own_database(round_oficial, sys.argv[1])
        if wanted == ["oficial"]:
            return
    night = Noche(sys.argv[1], SECCIONES)
    try:
        for run in ROUNDS:
            name = run.__name__[len("round_"):]
            if not wanted or name in wanted:
                print(f"  {name}", flush=True)
                run(night)
        print(json.dumps({"corte": night.publicado()["numero"]}))
    except BaseException:
        print(night.bitacora()[-4000:], file=sys.stderr)
        raise
    finally:
        if night.process is not None and night.process.poll() is None:
            night.kill()
    shutil.rmtree(night.dir, ignore_errors=True)


if __name__ == "__main__":
    main()
