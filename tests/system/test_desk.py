#!/usr/bin/env python3
"""prep-captura and prep-verifica, real, over HTTP.

Usage (under lib/with_pg): test_desk.py BIN DESK_SEED [round...]
Each round starts where the one before ended; all of them share one ledger, which is
verified whole at the end.
"""
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time

from desk_night import Night, OPCIONES, equal, expected, fail, reading, truth

ALL = ("captura-1", "captura-2", "verifica-1", "verifica-2")
CLAIM_S = 3  # long for a machine, short for a test


def workers(night, people, work):
    """Runs work(person) in a thread each; the first error is ours."""
    errors = []

    def run(person):
        try:
            work(person)
        except BaseException as error:  # noqa: B902 - handed to the main thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(p,)) for p in people]
    for thread in threads:
        thread.start()
    return threads, errors


def finish(threads, errors):
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def clerk(until, batch=7):
    """Takes and submits until told; repeats some submissions on purpose."""
    def work(person):
        while not until.is_set():
            tasks = person.take(random.randint(1, batch))
            if not tasks:
                time.sleep(0.05)
                continue
            captures = [person.read(task) for task in tasks]
            code, answer = person.submit(captures)
            if code not in (200, 409):
                fail(f"{code} {answer}")
            if random.random() < 0.2:
                code, again = person.submit(captures)
                for first, second in zip(answer["resultados"], again["resultados"]):
                    if first["resultado"] != "rechazada":
                        equal(second["resultado"], "repetida", "submitted twice")
    return work


def wait_for(night, what, sql, want, seconds=90):
    end = time.monotonic() + seconds
    while True:
        got = night.number(sql)
        if got == want:
            return
        if got > want or time.monotonic() > end:
            fail(f"{what}: {got} of {want}")
        time.sleep(0.1)


VERIFIED = "SELECT count(*) FROM acta WHERE verificacion_hash IS NOT NULL"


def check_actas(night, first, last):
    """Every acta captured once per paso, by different people, and the right values."""
    rows = night.sql(
        "SELECT id, captura1_operador, captura2_operador, coalesce(captura3_operador, 0),"
        " array_to_json(captura1_celdas), array_to_json(verificacion_celdas),"
        " (SELECT count(*) FROM libro l WHERE l.acta = a.id AND tipo = 19),"
        " (SELECT count(*) FROM libro l WHERE l.acta = a.id AND tipo = 20)"
        f" FROM acta a WHERE id BETWEEN {first} AND {last} ORDER BY id")
    count = 0
    for row in rows.splitlines():
        acta, one, two, three, captured, verified, captures, verifications = row.split("|")
        pasos, cells = expected(int(acta))
        people = [p for p in (one, two, three) if p != "0"]
        equal(len(set(people)), pasos, f"people of acta {acta}: {people}")
        equal(int(captures), pasos, f"captures of acta {acta}")
        equal(int(verifications), 1, f"verifications of acta {acta}")
        equal(json.loads(captured), reading(int(acta), 1), f"first capture of {acta}")
        equal(json.loads(verified), cells, f"values of acta {acta}")
        count += 1
    equal(count, last - first + 1, "actas")


# ---- rounds


def round_check(night):
    """--check says yes, and no with the reason; nothing starts with a wrong key."""
    for name in ALL:
        done = subprocess.run(night.command(name, "--check"), capture_output=True, text=True)
        equal(done.returncode, 0, f"--check of {name}: {done.stderr}")
    night.settings("captura-9", key="verifica-1")
    for more in ((), ("--check",)):
        done = subprocess.run(night.command("captura-9", *more), capture_output=True,
                              text=True)
        equal(done.returncode, 78, f"captura with verifica's key: {done.stderr}")
        if "event=arranque.fallido" not in done.stderr or "llave" not in done.stderr:
            fail(f"no reason: {done.stderr}")
    night.settings("captura-9", key="captura-1", reclamo_s=90000)
    done = subprocess.run(night.command("captura-9"), capture_output=True, text=True)
    equal(done.returncode, 78, f"reclamo_s: {done.stderr}")


def round_doors(night):
    """Who and what does not enter."""
    for name in ALL:
        night.start(name)
    ana = night.person(1, "captura-1")
    stranger = night.person(1, "captura-1")
    take, captures = {"cantidad": 1}, {"capturas": [{"acta": 1, "celdas": truth(1)}]}
    tries = [
        (401, stranger.once("POST", "/tomar", take, token="x" * 32)),
        (403, stranger.once("POST", "/tomar", take, token=night.tokens[900])),
        (404, ana.once("GET", "/nada")),
        (404, ana.once("POST", "/cotejos", {"cotejos": []})),  # verifica's
        (405, ana.once("GET", "/tomar")),
        (400, ana.once("POST", "/tomar", "{")),
        (400, ana.once("POST", "/tomar", {"cantidad": 51})),
        (400, ana.once("POST", "/capturas", {"capturas": [{"acta": 1, "celdas": ["a"]}]})),
        (400, ana.once("POST", "/capturas", {"capturas": [
            {"acta": 1, "celdas": truth(1), "hora_ms": 1}]})),
        (409, ana.once("POST", "/capturas", captures)),  # claimed by nobody
        (404, ana.once("GET", "/actas/999999")),
        (404, ana.once("GET", "/actas/1x")),
        (404, ana.once("GET", "/imagenes/" + "0" * 64)),
        (404, ana.once("GET", "/imagenes/../operadores.yaml")),
    ]
    for i, (want, (code, answer)) in enumerate(tries):
        equal(code, want, f"try {i}: {answer}")
    equal(tries[8][1][1]["error"]["codigo"], "hora.rechazada", "hour in official mode")
    equal(tries[9][1][1]["resultados"][0]["codigo"], "reclamo.ajeno", "claim")
    equal(ana.take(5), [], "work before any acopio")
    code, acta = ana.once("GET", "/actas/3")
    equal(code, 200, "GET /actas/3")
    equal([o["clave"] for o in acta["opciones"]], OPCIONES, "options in order")
    equal([o["aplica"] for o in acta["opciones"]].index(False),
          OPCIONES.index("CAND_IND_1"), "what does not apply")
    equal(acta["identidad"]["seccion"], "3", "identity")


def round_claims(night):
    """Claims: the same again, nobody else's, until they expire; then somebody else's."""
    night.seed(1, 20)
    night.seed(21, 25, sin_acta=1)
    ana, luz = night.person(1, "captura-1"), night.person(2, "captura-2")
    end = time.monotonic() + 10
    while len(ana.take(10)) < 10:
        if time.monotonic() > end:
            fail("the ledger is not followed")
        time.sleep(0.1)
    mine = ana.take(10)
    equal([t["acta"] for t in mine], list(range(1, 11)), "first in, first out")
    equal({t["paso"] for t in mine}, {1}, "paso")
    again = night.person(1, "captura-2").take(10)
    equal([t["acta"] for t in again], [t["acta"] for t in mine], "claims on another instance")
    equal([t["acta"] for t in luz.take([20, 20, 3, 19, 24, 599])], [20, 19],
          "by id: not Ana's, nor what is not ready")
    equal([t["acta"] for t in ana.take([3, 19])], [3], "her own by id")
    equal([t["acta"] for t in luz.take(50)], [19, 20] + list(range(11, 19)),
          "what nobody has")
    code, answer = luz.submit([{"acta": 1, "celdas": truth(1)}])
    equal((code, answer["resultados"][0]["codigo"]), (409, "reclamo.ajeno"), "not hers")
    wrong = truth(2)
    wrong[2] = -3
    code, answer = ana.submit([{"acta": 1, "celdas": truth(1)}, {"acta": 2, "celdas": wrong},
                               {"acta": 3, "celdas": truth(3)[:-1]},
                               {"acta": 1, "celdas": truth(1)}])
    equal((code, [r["resultado"] for r in answer["resultados"]]),
          (200, ["capturada", "rechazada", "rechazada", "repetida"]), "good, bad and again")
    if "PAN" not in answer["resultados"][1]["motivo"]:
        fail(f"the column is not named: {answer}")
    code, answer = ana.submit([{"acta": 1, "celdas": truth(1)}])
    equal((code, answer["resultados"][0]["resultado"]), (200, "repetida"), "again")
    code, answer = ana.submit([{"acta": 1, "celdas": truth(4)[:2] + truth(1)[2:]}])
    equal((code, answer["resultados"][0]["codigo"]), (409, "captura.existente"), "changed")

    time.sleep(CLAIM_S + 0.2)
    code, answer = ana.submit([{"acta": 4, "celdas": reading(4, 1)}])
    equal(answer["resultados"][0]["resultado"], "capturada", "late, but nobody took it")
    eva = night.person(3, "captura-1")
    want = [a for a in range(1, 21) if a not in (1, 4)]
    end = time.monotonic() + 10
    while len(tasks := eva.take(50)) < len(want) and time.monotonic() < end:
        time.sleep(0.1)
    equal(sorted(t["acta"] for t in tasks), want, "expired claims are offered again")
    code, answer = ana.submit([{"acta": 5, "celdas": truth(5)}])
    equal((code, answer["resultados"][0]["codigo"]), (409, "reclamo.ajeno"), "expired")
    code, answer = eva.submit([eva.read(t) for t in tasks])
    equal({r["resultado"] for r in answer["resultados"]}, {"capturada"}, "Eva's")
    equal(ana.take(50) + luz.take(50) + luz.take([1, 21]), [],
          "nothing left; sin acta is no work")


def round_blind(night):
    """Second and third person; nobody twice, nothing shown."""
    ana, luz, zoe = (night.person(n, "verifica-1") for n in (1, 2, 4))
    end = time.monotonic() + 10
    while luz.once("GET", "/estado")[1]["en_espera"] < 20:
        if time.monotonic() > end:
            fail("captures do not arrive at verifica")
        time.sleep(0.1)
    equal(ana.take([1, 4]), [], "her own captures, by id")
    other = [t["acta"] for t in ana.take(1)]
    tasks = luz.take(50)
    equal(sorted([t["acta"] for t in tasks] + other), list(range(1, 21)), "one Ana's")
    code, answer = ana.submit([{"acta": 1, "celdas": truth(1)}])
    equal((code, answer["resultados"][0]["codigo"]), (409, "persona.repetida"), "Ana again")
    night.sql("DELETE FROM reclamo WHERE operador = 1")
    tasks += luz.take(other)
    equal({t["paso"] for t in tasks}, {2}, "paso")
    equal(set(tasks[0]), {"acta", "eleccion", "paso", "imagen", "vence_ms"}, "blind")
    code, answer = luz.submit([luz.read(t) for t in tasks])
    equal(code, 200, f"{answer}")
    for result in answer["resultados"]:
        want = "verificada" if expected(result["acta"])[0] == 2 else "discrepancia"
        equal(result["resultado"], want, f"acta {result['acta']}")
        equal(set(result), {"acta", "resultado"}, "no value is shown")
    mismatched = sorted(t["acta"] for t in tasks if expected(t["acta"])[0] == 3)
    equal(mismatched, [7, 13, 14, 17], "the test has mismatches")
    equal(luz.take(50), [], "she does not resolve her own mismatch")
    equal([t["acta"] for t in night.person(3, "verifica-2").take(50)], [],
          "nor who captured first, on the other instance")
    third = zoe.take(50)
    equal((sorted(t["acta"] for t in third), {t["paso"] for t in third}),
          (mismatched, {3}), "third person")
    code, answer = zoe.submit([zoe.read(t) for t in third])
    equal({r["resultado"] for r in answer["resultados"]}, {"verificada"}, "resolved")
    check_actas(night, 1, 20)
    equal(night.number("SELECT count(*) FROM reclamo"), 0, "claims of what is done")
    code, answer = zoe.ask("POST", "/cotejos", {"cotejos": [
        {"acta": 1, "resultado": 1}, {"acta": 22, "resultado": 1}]})
    equal([r["resultado"] for r in answer["resultados"]], ["cotejada", "rechazada"],
          "cotejo")
    code, answer = zoe.ask("POST", "/cotejos", {"cotejos": [{"acta": 1, "resultado": 1}]})
    equal(answer["resultados"][0]["resultado"], "repetida", "cotejo again")


def round_feed(night):
    """What captura announces wakes verifica up long before it would look by itself."""
    night.seed(582, 584)
    ana, luz = night.person(1, "captura-1"), night.person(2, "verifica-1")
    waited = []
    for acta in (582, 583, 584):
        while not ana.take([acta]):
            time.sleep(0.05)
        time.sleep(random.uniform(0.2, 0.8))
        before = luz.once("GET", "/estado")[1]["en_espera"]
        started = time.monotonic()
        equal(ana.submit([{"acta": acta, "celdas": truth(acta)}])[0], 200, "capture")
        while luz.once("GET", "/estado")[1]["en_espera"] == before:
            if time.monotonic() > started + 5:
                fail("verifica does not follow captura")
            time.sleep(0.005)
        waited.append(time.monotonic() - started)
    if sorted(waited)[1] > 0.4:
        fail(f"nobody woke verifica up: {waited}")
    code, answer = luz.submit([luz.read(t) for t in luz.take(50)])
    equal([r["resultado"] for r in answer["resultados"]], ["verificada"] * 3, "verified")
    sha = hashlib.sha256(b"an image").hexdigest()
    os.makedirs(night.path(f"imagenes/{sha[:2]}"))
    night.write(f"imagenes/{sha[:2]}/{sha}.webp", "an image")
    equal(luz.once("GET", f"/imagenes/{sha}"), (200, b"an image"), "image")


def round_race(night):
    """The same actas wanted by eight at once, on two instances: each goes to one."""
    ids = list(range(501, 541))
    night.seed(501, 540)
    people = [night.person(n, f"captura-{1 + n % 2}") for n in range(1, 9)]
    people[0].ask("GET", "/actas/501")
    for _ in range(15):
        got, together = [], threading.Barrier(len(people))

        def grab(person):
            together.wait()
            got.extend(t["acta"] for t in person.take(random.sample(ids, len(ids))))

        finish(*workers(night, people, grab))
        equal(sorted(got), ids, "each acta in one hand")
        night.sql("DELETE FROM reclamo")
    everybody(night, 501, 540, seeded=True)


def everybody(night, first, last, disturb=None, seeded=False):
    until = threading.Event()
    people = [night.person(n, "captura-1", "captura-2") for n in range(1, 9)]
    people += [night.person(n, "verifica-1", "verifica-2") for n in range(1, 13)]
    before = night.number(VERIFIED)
    threads, errors = workers(night, people, clerk(until))
    half = (first + last) // 2
    try:
        if not seeded:
            night.seed(first, half)
        if disturb:
            disturb()
        if not seeded:
            night.seed(half + 1, last)
        wait_for(night, "verified", VERIFIED, before + last - first + 1)
    finally:
        until.set()
        finish(threads, errors)
    check_actas(night, first, last)
    return sum(p.repeats for p in people)


def round_together(night):
    """Two instances of each, eight captors and twelve verifiers: nothing twice."""
    everybody(night, 26, 225)
    for name in ALL:
        code, estado = night.person(1, name).once("GET", "/estado")
        if estado["capturadas"] + estado["verificadas"] == 0:
            fail(f"{name} did nothing: {estado}")
    time.sleep(CLAIM_S + 2.5)  # stale hints go away by themselves
    for name in ALL:
        code, estado = night.person(1, name).once("GET", "/estado")
        equal((estado["en_espera"], estado["reclamadas"], estado["base"]), (0, 0, True),
              f"queue of {name}")
    for name in ALL:
        if "event=base.perdida" in night.log(name):
            fail(f"{name} lost the database by itself")


def round_killed(night):
    """kill -9 of daemons and of PostgreSQL in the middle: no double event, none lost."""
    def disturb():
        for i in range(12):
            time.sleep(random.uniform(0.05, 0.4))
            if i % 4 == 3:
                night.pg_kill_and_start()
                continue
            name = random.choice(ALL)
            night.kill(name)
            time.sleep(random.uniform(0, 0.2))
            night.start(name)

    repeats = everybody(night, 226, 425, disturb)
    if repeats == 0:
        fail("nobody noticed: the test killed nothing in the middle")
    lost = sum(night.log(n).count("event=base.perdida") for n in ALL)
    back = sum(night.log(n).count("event=base.recuperada") for n in ALL)
    if lost == 0 or back == 0 or back > lost:
        fail(f"base.perdida {lost}, base.recuperada {back}")


def round_without_database(night):
    """Down: 503 and it says so; up: by itself. Starting without it waits for it."""
    subprocess.run([night.pg, "stop", night.pg_dir], check=True)
    ana = night.person(1, "captura-1")
    code, answer = ana.once("POST", "/tomar", {"cantidad": 1})
    equal((code, answer["error"]["codigo"]), (503, "base.no.disponible"), "/tomar")
    code, answer = ana.once("POST", "/capturas", {"capturas": [{"acta": 1, "celdas": [1]}]})
    equal(code, 503, "/capturas")
    equal(ana.once("GET", "/actas/1")[0], 503, "/actas")
    equal(ana.once("GET", "/estado")[1]["base"], False, "/estado")
    night.stop("verifica-1")
    night.start("verifica-1")
    done = subprocess.run(night.command("verifica-2", "--check"), capture_output=True)
    equal(done.returncode, 75, "--check without database")
    night.pg_kill_and_start(0)
    for name in ALL:
        end = time.monotonic() + 10
        while not night.person(1, name).once("GET", "/estado")[1]["base"]:
            if time.monotonic() > end:
                fail(f"{name} does not come back")
            time.sleep(0.1)
    everybody(night, 426, 475)


def round_same_key(night):
    """Two processes with one key: the second never forks the chain."""
    night.settings("captura-9", key="captura-1", reclamo_s=CLAIM_S)
    night.settings("captura-8", key="captura-1", reclamo_s=CLAIM_S)
    text = open(night.path("topologia.yaml"), encoding="utf-8").read()
    night.stop("captura-1")
    night.stop("captura-2")
    night.write("topologia.yaml", text.replace(
        f"ipc://{night.path('captura-1.pub')}", f"ipc://{night.path('captura-9.pub')}"))
    night.start("captura-9")
    night.write("topologia.yaml", text)
    night.start("captura-8")
    for name in ALL:
        if "event=llave.duplicada" in night.log(name):
            fail(f"{name} did not read its own chain again")
    night.seed(476, 500)
    for acta in range(476, 482):  # each finds that the other signed before
        person = night.person(1, f"captura-{8 + acta % 2}")
        while not person.take([acta]):
            time.sleep(0.05)
        equal(person.submit([{"acta": acta, "celdas": truth(acta)}])[0], 200, "capture")
    until = threading.Event()
    people = [night.person(n, "captura-8", "captura-9") for n in range(1, 7)]
    threads, errors = workers(night, people, clerk(until, batch=2))
    try:
        wait_for(night, "captured", "SELECT count(*) FROM acta WHERE id BETWEEN 476 AND 500"
                 " AND captura1_hash IS NOT NULL", 25)
    finally:
        until.set()
        finish(threads, errors)
    equal(night.number("SELECT count(*) FROM evidencia"), 0, "forks kept as evidence")
    logs = night.log("captura-8") + night.log("captura-9")
    if "event=llave.duplicada" not in logs:
        fail("nobody said that the key is used twice")


ROUNDS = [round_check, round_doors, round_claims, round_blind, round_feed, round_race,
          round_together, round_killed, round_without_database, round_same_key]


def main():
    bin_dir, seed_program = sys.argv[1:3]
    only = sys.argv[3:]
    random.seed(int(time.time()))
    night = Night(bin_dir, seed_program, actas=600)
    for name in ALL:
        night.settings(name, reclamo_s=CLAIM_S)
    try:
        for one in ROUNDS:
            started = time.monotonic()
            one(night)
            print(f"ok {one.__name__} ({time.monotonic() - started:.1f} s)", flush=True)
            if one.__name__ in only:
                break
        night.stop_all()
        print(night.prep("libro", "verifica", "--base", night.conninfo("prep_lectura"),
                         "--topologia", night.path("topologia.yaml")).strip())
    except BaseException:
        night.abandon()
        print(f"the logs are in {night.dir}", flush=True)
        raise
    shutil.rmtree(night.dir)


main()
