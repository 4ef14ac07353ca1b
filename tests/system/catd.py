#!/usr/bin/env python3
"""A CATD's people and machines, for tests: they insist until they are answered.

    catd.py eleccion DIR ACTAS          writes an election definition and its catalogue
    catd.py acopios DIR URL TOKEN N     registers N sobres, repeating some; DIR/acopios.json
    catd.py imagenes DIR ENTRADA N      drops N images in the hot folder; DIR/imagenes.json
    catd.py rapido URL TOKEN N          N answers over one connection, 50 ms each at most
    catd.py espera URL SECONDS          until nothing waits to be delivered
"""
import hashlib
import http.client
import json
import os
import random
import sys
import time
import urllib.parse

DEFINICION = """\
proceso: PRUEBA-2027
nombre: Prueba
entidad: PRU
modo: simulacro
desfase: "-06:00"
inicio: "2027-06-06T20:00:00-06:00"
fin: "2027-06-07T20:00:00-06:00"
cadencia_s: 900
cadencia_bases_s: 1200
vocabularios:
  mecanismos: [D, F, I]
  documentos: [ACTA PREP, RPP]
  origenes: [CASILLA, CATD]
  digitalizaciones: [MOVIL, ESCANER]
elecciones:
  - clave: GUB
    nombre: GUBERNATURA
    territorio: distrito_local
    campos: [TOTAL_BOLETAS_SOBRANTES, TOTAL_VOTOS_ASENTADO]
    opciones:
      - {clave: PAN, tipo: partido}
      - {clave: PRI, tipo: partido}
      - {clave: NO_REGISTRADAS, tipo: no_registradas}
      - {clave: NULOS, tipo: nulos}
    reglas:
      inconsistencia_algun_campo: yes
      inconsistencia_sin_acta: no
      campos_dan_observacion: no
      mixtos_contabilizan: no
      representantes_en_limite_especial: yes
      representantes_fijos: no
      boletas_especial_max: 1000
      representantes_default: 20
    perfil:
      archivo: PRU_GUB_2027.csv
      archivo_candidaturas: PRU_GUB_CANDIDATURAS_2027.csv
      separador: ","
      fin_de_linea: lf
      comillas: minimas
      porcentajes: cuatro_decimales
      bom: no
      preambulo: [titulo, fecha, vacia, nombres, valores, vacia]
      formato_fecha: "DD/MM/AAAA hh:mm (UTCZ)"
      formato_hora: "DD/MM/AAAA hh:mm:ss"
      columnas:
        - {nombre: CLAVE_ACTA, fuente: clave_acta}
        - {nombre: PAN, fuente: "opcion:PAN"}
        - {nombre: PRI, fuente: "opcion:PRI"}
        - {nombre: NO_REGISTRADAS, fuente: "opcion:NO_REGISTRADAS"}
        - {nombre: NULOS, fuente: "opcion:NULOS"}
        - {nombre: TOTAL_VOTOS_CALCULADO, fuente: total_calculado}
        - {nombre: OBSERVACIONES, fuente: observaciones}
        - {nombre: CONTABILIZADA, fuente: contabilizada}
      textos: {ilegible: ILEGIBLE, sin_dato: SIN DATO, no_aplica: "-", sin_hora: "-",
               sin_imagen: "-", sin_codigo: "", sin_representantes: N/A,
               sin_identificacion: "-", sin_cotejo: "-"}
      no_aplica_en: [sin_acta]
      excepciones:
        - {columnas: [votos, TOTAL_VOTOS_CALCULADO], estados: [sin_acta], texto: SIN ACTA}
        - {columnas: [votos, TOTAL_VOTOS_CALCULADO], estados: [fuera, no_capturada], texto: "-"}
      observaciones:
        estilo: local
        ninguna: ""
        no_capturada: "-"
        fuera: FUERA DE CATÁLOGO
        algun_campo: ALGÚN CAMPO ILEGIBLE O SIN DATO
        excede: EXCEDE LISTA NOMINAL
        todos_ilegibles: TODOS ILEGIBLES O SIN DATO
        todos_sin_dato: TODOS ILEGIBLES O SIN DATO
        todos_mixto: TODOS ILEGIBLES O SIN DATO
        paquete_no_entregado: SIN ACTA POR PAQUETE NO ENTREGADO
        casilla_no_instalada: SIN ACTA POR CASILLA NO INSTALADA
        sin_bolsa: SIN ACTA POR PAQUETE ENTREGADO SIN BOLSA
        contingencia_urna: SIN ACTA POR CONTINGENCIA EN URNA ELECTRÓNICA
      contabilizada: {si: "1", no: "0", fuera: "2", no_capturada: "-"}
"""
CATALOGO = ("id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,territorio,"
            "territorio_nombre,seccion,id_casilla,tipo_casilla,ext_contigua,ubicacion,"
            "tipo_acta,lista_nominal,representantes,catd,no_aplica")
PAUSE_S = 0.06  # so that the load lasts as long as what disturbs it
PNG = b"\x89PNG\r\n\x1a\n"


def eleccion(folder, actas):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/definicion.yaml", "w", encoding="utf-8") as out:
        out.write(DEFINICION)
    with open(f"{folder}/catalogo.csv", "w", encoding="utf-8") as out:
        print(CATALOGO, file=out)
        for acta in range(1, int(actas) + 1):
            clave = f"01{acta:04d}B0100"
            print(f"{acta},GUB,{clave},{clave}02,01,AGS,1,DISTRITO 1,{acta:04d},01,B,00,1,02,"
                  f"750,,catd-1,", file=out)


def insist(url, method, path, token=None, body=None):
    """Like a terminal: the same request until somebody answers something final."""
    where = urllib.parse.urlsplit(url)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            line = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read()
            if answer.status not in (429, 503):
                return answer.status, json.loads(text)
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    sys.exit(f"{url}{path}: nadie contestó en 120 s")


def acopio(number):
    one = {"solicitud": f"s-{number}", "mecanismo": number % 4, "documento": number % 3,
           "hora_ms": 1812000000000 + number}
    if number % 50 == 49:
        one["fuera"] = {"eleccion": "GUB" if number % 100 == 49 else None,
                        "identificacion": {"seccion": f"{number}", "territorio_nombre": "Ñ"}}
    else:
        one["acta"] = number + 1
        one["sin_acta"] = number % 5 if number % 7 == 0 else 0
    return one


def acopios(folder, url, token, count):
    chance = random.Random(7)
    answers = {}
    number = 0
    while number < int(count):
        many = chance.randrange(1, 30)
        group = [acopio(n) for n in range(number, min(number + many, int(count)))]
        number += many
        body = json.dumps({"acopios": group} if len(group) > 1 else group[0])
        for _ in range(1 + (chance.randrange(4) == 0)):  # some are repeated on purpose
            status, answer = insist(url, "POST", "/acopio", token, body)
            if status != 200:
                sys.exit(f"/acopio: {status} {answer}")
            for one in answer["acopios"]:
                before = answers.setdefault(one["solicitud"], one)
                if before != one:
                    sys.exit(f"dos respuestas para {one['solicitud']}: {before} {one}")
        time.sleep(PAUSE_S)
    with open(f"{folder}/acopios.json", "w", encoding="utf-8") as out:
        json.dump(answers, out)
    fuera = [a["acta"] for a in answers.values() if a["acta"] >= 1 << 52]
    assert len(answers) == int(count) and len(set(fuera)) == len(fuera) == int(count) // 50


def rapido(url, token, count):
    """An answer leaves when it is ready, not when a timer passes by."""
    where = urllib.parse.urlsplit(url)
    line = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    start = time.monotonic()
    for number in range(int(count)):
        line.request("POST", "/acopio", json.dumps(acopio(number)),
                     {"Authorization": f"Bearer {token}"})
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200
    each = (time.monotonic() - start) / int(count)
    print(f"{each * 1000:.1f} ms por respuesta")
    if each > 0.05:
        sys.exit("las respuestas esperan a un temporizador")


def imagenes(folder, entrada, count):
    chance = random.Random(11)
    made = {}
    for acta in range(1, int(count) + 1):
        size = chance.choice([0, 900, 30000, 64 * 1024, 200000, 700000 if acta % 50 == 0 else 5])
        image = PNG + b"%d" % acta + chance.randbytes(size)
        if acta % 100 == 0:
            image = before  # the same image for two actas
        before = image
        name = f"{acta}-casilla" if acta % 3 else f"foto{acta}"
        if acta % 3 == 0 or acta % 2:
            with open(f"{entrada}/{name}.json", "w", encoding="utf-8") as out:
                json.dump({"acta": acta, "origen": 1, "digitalizacion": 2, "documento": 1,
                           "operador": 4411, "hora_ms": 1812000000000 + acta}, out)
        with open(f"{entrada}/.{name}.tmp", "wb") as out:
            out.write(image)
        os.rename(f"{entrada}/.{name}.tmp", f"{entrada}/{name}.png")
        made[acta] = hashlib.sha256(image).hexdigest()
        time.sleep(PAUSE_S / 3)
    with open(f"{folder}/imagenes.json", "w", encoding="utf-8") as out:
        json.dump(made, out)


def espera(url, seconds):
    deadline = time.monotonic() + float(seconds)
    while True:
        _, estado = insist(url, "GET", "/estado")
        if estado["pendientes"] == 0 and estado.get("imagenes_pendientes", 0) == 0:
            print(json.dumps(estado))
            return
        if time.monotonic() > deadline:
            sys.exit(f"{url}: todavía espera: {estado}")
        time.sleep(0.1)


if __name__ == "__main__":
    orders = {"eleccion": eleccion, "acopios": acopios, "imagenes": imagenes, "rapido": rapido,
              "espera": espera}
    orders[sys.argv[1]](*sys.argv[2:])
