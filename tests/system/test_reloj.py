#!/usr/bin/env python3
"""What test_reloj.sh plays, step by step: STEP NIGHT INICIO FIN (seconds UTC)."""
import datetime
import json
import os
import sys
import time

from desk_night import catalogo, definicion, equal, fail
from test_vida import Vida

SLACK_S = 10  # between a request and its reception


def iso(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat()


def elige(folder, inicio, fin):
    os.makedirs(folder)
    text = definicion()
    for key, value in (("inicio", inicio), ("fin", fin)):
        line = next(part for part in text.splitlines() if part.startswith(f"{key}:"))
        text = text.replace(line, f'{key}: "{iso(value)}"')
    with open(f"{folder}/definicion.yaml", "w", encoding="utf-8") as file:
        file.write(text)
    with open(f"{folder}/catalogo.csv", "w", encoding="utf-8") as file:
        file.write(catalogo(12))


class Reloj(Vida):
    def __init__(self, folder, inicio, fin):
        super().__init__(folder)
        self.inicio, self.fin = inicio, fin

    def sin_acta(self, acta):
        """An acopio of the worker; what the ledger says of its hour."""
        code, answer = self.ask("acopio-catd-1", "POST", "/acopio", {
            "solicitud": f"a{acta}", "acta": acta, "mecanismo": 1, "sin_acta": 1})
        equal(code, 200, f"acopio: {answer}")
        self.wait("acopio", "SELECT count(*) FROM libro WHERE hash = "
                  f"'\\x{answer['acopios'][0]['hash']}'")
        return int(self.sql(f"SELECT count(*) FROM libro WHERE acta = {acta} AND tipo = 28"))

    def hasta(self, seconds):
        time.sleep(max(0, seconds - time.time()))

    def pointer(self):
        try:
            return json.loads(self.lector.read("corte.json"))
        except FileNotFoundError:
            return None

    def espera_corte(self, numero):
        end = time.monotonic() + 40
        while (self.pointer() or {"numero": 0})["numero"] < numero:
            if time.monotonic() > end:
                fail(f"corte {numero} never came")
            time.sleep(0.1)


def antes(v):
    """20.10 and 20.9: at inicio - 1 s there is the announcement and nothing else; an acopio
    of before the start is taken, and flagged."""
    code, answer = v.ask("publica-1", "POST", "/corte", {"bases": True})
    equal((code, answer["error"]["codigo"]), (409, "corte.no_procede"), "before the start")
    equal(v.sin_acta(1), 1, "before the start")
    v.hasta(v.inicio - 1)
    equal(v.pointer(), None, "corte.json at inicio - 1 s")
    published = [name for _, _, names in os.walk(f"{v.dir}/publica") for name in names]
    equal([n for n in published if n.endswith((".zip", ".json"))], [], "at inicio - 1 s")
    if "index.html" not in published or time.time() >= v.inicio:
        fail(f"no announcement, or too late: {published}")
    v.espera_corte(1)
    equal(time.time() >= v.inicio, True, "corte 1 after the start")


def adelantado(v):
    equal(v.sin_acta(2), 1, "+3 h")


def otro_anio(v):
    equal(v.sin_acta(3), 1, "another year")


def a_tiempo(v):
    equal(v.sin_acta(4), 0, "a good clock")
    if time.time() >= v.fin:
        fail("the machine is too slow: give PREP_RELOJ_S")


def horas(acta):
    read = datetime.datetime.fromisoformat
    return (read(acta["acopio"]).timestamp(),
            read(acta["hora_dispositivo"]).timestamp() if "hora_dispositivo" in acta else None)


def fin(v):
    """The last corte, once, at fin; what was received is what it shows, by our clock."""
    v.hasta(v.fin)
    v.espera_corte(2)
    pointer, actas = v.lector.corte()
    equal((pointer["numero"], pointer["ultimo"]), (2, True), "the last one")
    actas = {a["id"]: a for a in actas["GUB"]}
    for acta, off in ((1, 0), (2, 10800), (3, -300000000)):
        acopio, device = horas(actas[acta])
        if not v.inicio - 60 <= acopio <= v.fin:
            fail(f"acopio of {acta} is not ours: {actas[acta]}")
        if abs(device - acopio - off) > SLACK_S:
            fail(f"device time of {acta} is not kept: {actas[acta]}")
    acopio, device = horas(actas[4])
    equal((device, v.inicio <= acopio <= v.fin), (None, True), "a good clock is believed")


def tarde(v):
    """Late events are kept and not published; the freeze holds."""
    published = v.lector.read("corte.json")
    equal(v.sin_acta(5), 1, "after the end")
    code, answer = v.ask("publica-1", "POST", "/corte", {"ultimo": True, "bases": True})
    equal((code, answer["error"]["codigo"]), (409, "corte.no_procede"), "frozen")
    time.sleep(3)
    equal(v.lector.read("corte.json"), published, "frozen")
    equal(v.sql("SELECT count(*) FROM libro WHERE tipo = 22"), "2", "cortes")
    _, actas = v.lector.corte()
    equal({a["id"]: a for a in actas["GUB"]}[5]["estado"], "no_capturada", "not published")


if __name__ == "__main__":
    step, folder, start, end = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if step == "elige":
        elige(folder, start, end)
    else:
        {"antes": antes, "adelantado": adelantado, "otro_anio": otro_anio,
         "a_tiempo": a_tiempo, "fin": fin, "tarde": tarde}[step](Reloj(folder, start, end))
        print(f"reloj: {step}")
