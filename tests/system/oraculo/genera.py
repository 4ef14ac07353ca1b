#!/usr/bin/env python3
"""An election process that never was: several elections with parameters, options and
territories drawn at random, and actas in every state that the rules know.

    genera.py SEED ACTAS FOLDER [--maximo]

Writes definicion.yaml, catalogo.csv and hechos.tsv (what each acta holds; columns of
HECHOS below, for COPY). The same seed gives the same bytes. Totals are drawn on both
sides of every number that could be taken for the limit. No rule is applied here.
"""
import json
import os
import random
import sys

PARTIDOS = ["PAN", "PRI", "PRD", "PT", "PVEM", "MC", "MORENA", "NAP", "PES", "RSP"]
CAMPOS = ["TOTAL_BOLETAS_SOBRANTES", "TOTAL_PERSONAS_VOTARON",
          "TOTAL_REP_PARTIDO_CI_VOTARON", "TOTAL_VOTOS_SACADOS", "TOTAL_VOTOS_ASENTADO"]
TERRITORIOS = ["distrito_local", "municipio", "distrito_federal", "junta"]
ILEGIBLE, SIN_DATO, NO_APLICA = -1, -2, -3
FUERA = 1 << 52
HECHOS = ["id", "eleccion", "acopio", "sin_acta", "imagen", "captura", "verificacion",
          "identificacion"]
SI_NO = ["inconsistencia_algun_campo", "inconsistencia_sin_acta", "campos_dan_observacion",
         "mixtos_contabilizan", "representantes_en_limite_especial", "representantes_fijos"]
TEXTOS = {"ninguna": "", "no_capturada": "-", "fuera": "FUERA DE CATÁLOGO",
          "excede": "EXCEDE LISTA NOMINAL", "todos_ilegibles": "TODOS ILEGIBLES",
          "todos_sin_dato": "TODOS SIN DATO", "todos_mixto": "TODOS ILEGIBLES O SIN DATO",
          "paquete_no_entregado": "SIN ACTA POR PAQUETE NO ENTREGADO",
          "casilla_no_instalada": "SIN ACTA POR CASILLA NO INSTALADA",
          "sin_bolsa": "SIN ACTA POR PAQUETE ENTREGADO SIN BOLSA",
          "contingencia_urna": "SIN ACTA POR CONTINGENCIA EN URNA ELECTRÓNICA"}


class Eleccion:
    def __init__(self, azar, ordinal, maximo):
        self.azar, self.ordinal, self.clave = azar, ordinal, f"E{ordinal}"
        self.territorio = azar.choice(TERRITORIOS)
        self.campos = CAMPOS[:azar.randint(1, len(CAMPOS))]
        self.partidos = azar.sample(PARTIDOS, 10 if maximo else azar.randint(2, 10))
        self.combinaciones = self.combina(azar.randint(0, 8))
        self.opciones = ([(p, "partido", None) for p in self.partidos]
                         + [("C_" + "_".join(c), "combinacion", c)
                            for c in self.combinaciones]
                         + [(f"CAND_IND_{n + 1}", "independiente", None)
                            for n in range(azar.randint(0, 3))]
                         + [("NO_REGISTRADAS", "no_registradas", None),
                            ("NULOS", "nulos", None)])
        self.reglas = {name: azar.random() < 0.5 for name in SI_NO}
        self.tope = azar.choice([750, 1000, 1500])
        self.default = azar.choice([0, 14, 20, 46])
        # options that a territory does not have
        self.territorios = {
            f"{n:03d}": {o for o, kind, _ in self.opciones
                         if kind not in ("no_registradas", "nulos", "partido")
                         and azar.random() < 0.3}
            for n in range(1, azar.randint(2, 12))}

    def combina(self, count):
        seen = set()
        for _ in range(count):
            size = self.azar.randint(2, min(4, len(self.partidos)))
            seen.add(tuple(sorted(self.azar.sample(self.partidos, size),
                                  key=self.partidos.index)))
        return sorted(seen)

    def definicion(self):
        azar = self.azar
        lista = azar.random() < 0.5
        textos = dict(TEXTOS)
        if lista:
            textos.update(estilo="lista", apertura="['", separador="', '", cierre="']",
                          orden=azar.sample(["excede", "ilegible", "sin_dato"], 3),
                          ilegible="Ilegible", sin_dato="Sin dato",
                          excede="Excede Lista Nominal",
                          todos_mixto=azar.choice(["", "Mixto"]))
        else:
            textos.update(estilo="local", algun_campo="ALGÚN CAMPO ILEGIBLE O SIN DATO")
        if azar.random() < 0.5:
            textos["excede_especial"] = "EXCEDE BOLETAS APROBADAS"
        columnas = ([{"nombre": c.upper(), "fuente": c} for c in
                     ("clave_casilla", "clave_acta", "entidad", "territorio", "seccion",
                      "tipo_casilla")]
                    + [{"nombre": c, "fuente": f"campo:{c}"} for c in self.campos]
                    + [{"nombre": o, "fuente": f"opcion:{o}"} for o, _, _ in self.opciones]
                    + [{"nombre": n, "fuente": f} for n, f in (
                        ("TOTAL_VOTOS_CALCULADO", "total_calculado"),
                        ("LISTA_NOMINAL", "lista_nominal"),
                        ("REPRESENTANTES_PP_CI", "representantes"),
                        ("OBSERVACIONES", "observaciones"),
                        ("CONTABILIZADA", "contabilizada"))])
        return {
            "clave": self.clave, "nombre": f"ELECCIÓN {self.ordinal}",
            "territorio": self.territorio, "campos": self.campos,
            "opciones": [{"clave": o, "tipo": kind, **({"miembros": list(m)} if m else {})}
                         for o, kind, m in self.opciones],
            "reglas": {**self.reglas, "boletas_especial_max": self.tope,
                       "representantes_default": self.default},
            "perfil": {
                "archivo": f"{self.clave}.csv",
                "archivo_candidaturas": f"{self.clave}_CANDIDATURAS.csv",
                "separador": azar.choice([",", "|"]),
                "fin_de_linea": azar.choice(["lf", "crlf", "cr"]), "comillas": "minimas",
                "porcentajes": "cuatro_decimales", "bom": azar.random() < 0.5,
                "preambulo": azar.choice([
                    ["titulo", "fecha", "vacia", "nombres", "valores", "vacia"],
                    ["titulo", "fecha", "nombres", "valores", "vacia"]]),
                "formato_fecha": "DD/MM/AAAA hh:mm (UTCZ)",
                "formato_hora": "DD/MM/AAAA hh:mm:ss", "columnas": columnas,
                "textos": {"ilegible": "ILEGIBLE", "sin_dato": "SIN DATO",
                           "no_aplica": "-", "sin_hora": "-", "sin_imagen": "-",
                           "sin_codigo": "", "sin_representantes": "N/A",
                           "sin_identificacion": "-", "sin_cotejo": "-"},
                "no_aplica_en": ["sin_acta"],
                "excepciones": [
                    {"columnas": ["votos", "campos", "TOTAL_VOTOS_CALCULADO"],
                     "estados": ["sin_acta"], "texto": "SIN ACTA"}],
                "observaciones": textos,
                "contabilizada": {"si": "1", "no": "0", "fuera": "2",
                                  "no_capturada": "-"}}}

    # ---- catalogue

    def casillas(self, actas):
        """The actas of one section at a time; territories interleave, as in real files."""
        azar, rows, seccion = self.azar, [], 0
        while len(rows) < actas:
            if seccion == 0 or azar.random() < 0.95:
                seccion += 1  # else: a section that votes in two territories
            territorio = azar.choice(list(self.territorios))
            tipos = ["B"] + ["C"] * azar.randint(0, 11)
            tipos += [t for t in "ESMAPU" if azar.random() < 0.15]
            if azar.random() < 0.05:
                tipos += ["S", "S"]  # MR and RP of one especial
            for numero, tipo in enumerate(tipos):
                lista = 0 if tipo == "S" else azar.choice([azar.randint(100, 750), 750, 3])
                if tipo == "M":
                    lista = azar.randint(100, 12113)
                reps = azar.choice(["", 0, 7, self.default, azar.randint(1, 48)])
                sin_seccion = tipo in "MAP" and azar.random() < 0.5
                rows.append({"territorio": territorio, "tipo": tipo,
                             "seccion": "N/A" if sin_seccion else f"{seccion:04d}",
                             "numero": max(1, numero), "lista": lista, "reps": reps})
        return rows[:actas]

    # ---- what an acta holds

    def hecho(self, casilla):
        """One of the ways in which a night leaves an acta."""
        azar = self.azar
        fate = azar.choices(
            ["verificada", "nada", "sin_acta", "sin_acta_verificada", "acopiada",
             "capturada", "sin_acopio"], [80, 5, 8, 1, 2, 2, 2])[0]
        sin_acta = azar.randint(1, 4) if fate.startswith("sin_acta") else 0
        celdas = self.celdas(casilla)
        return {"acopio": fate not in ("nada", "sin_acopio"), "sin_acta": sin_acta,
                "imagen": fate in ("verificada", "capturada", "sin_acopio"),
                "captura": celdas if fate not in ("nada", "sin_acta", "acopiada") else None,
                "verificacion": celdas if fate in ("verificada", "sin_acta_verificada",
                                                   "sin_acopio") else None}

    def celdas(self, casilla):
        azar = self.azar
        gone = self.territorios[casilla["territorio"]]
        places = [i for i, o in enumerate(self.opciones) if o[0] not in gone]
        votos = [NO_APLICA] * len(self.opciones)
        how = azar.choices(["reparte", "ceros", "ilegibles", "vacias", "mixtas", "una"],
                           [80, 3, 4, 4, 5, 4])[0]
        bad = (ILEGIBLE, SIN_DATO)
        fill = {"ceros": (0,), "ilegibles": (ILEGIBLE,), "vacias": (SIN_DATO,),
                "mixtas": bad, "una": bad}.get(how)
        if fill is not None:
            for i in places:
                votos[i] = azar.choice(fill)
            if how == "una":
                votos[azar.choice(places)] = azar.choice([0, 1, 5000, self.meta(casilla)])
        else:
            good = list(places)
            if azar.random() < 0.25:
                for i in azar.sample(places, azar.randint(1, len(places) - 1)):
                    votos[i] = azar.choice(bad)
                    good.remove(i)
            total = self.meta(casilla)
            cuts = sorted(azar.choices(range(total + 1), k=len(good) - 1))
            edges = [0] + cuts + [total]
            for i, low, high in zip(good, edges, edges[1:]):
                votos[i] = high - low
        campos = [azar.choice(bad) if azar.random() < 0.1 else azar.randint(0, 999)
                  for _ in self.campos]
        return campos + votos

    def meta(self, casilla):
        """A total; most of them where a limit might be, or one vote from there."""
        azar, reps = self.azar, casilla["reps"]
        base = self.tope if casilla["tipo"] == "S" else casilla["lista"]
        if azar.random() < 0.5:
            total = azar.randint(0, base)
        else:
            total = base + azar.choice([0, self.default, reps or 0]) + azar.choice(
                [-1, 0, 1, 1, 0, 400])
        return max(0, total)


def escribe(seed, actas, folder, maximo=False):
    azar = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    elecciones = [Eleccion(azar, n + 1, maximo) for n in range(azar.randint(2, 4))]
    definicion = {
        "proceso": f"AZAR-{seed}", "nombre": "Al azar", "entidad": "AZAR",
        "modo": "simulacro", "desfase": "-06:00", "inicio": "2027-06-06T20:00:00-06:00",
        "fin": "2027-06-07T20:00:00-06:00", "cadencia_s": 900, "cadencia_bases_s": 1200,
        "vocabularios": {"mecanismos": ["D", "F", "I"], "documentos": ["ACTA PREP", "RPP"],
                         "origenes": ["CASILLA", "CATD"],
                         "digitalizaciones": ["MOVIL", "ESCANER"]},
        "elecciones": [e.definicion() for e in elecciones]}
    import yaml
    with open(os.path.join(folder, "definicion.yaml"), "w", encoding="utf-8") as file:
        yaml.safe_dump(definicion, file, allow_unicode=True, sort_keys=False, width=1000)
    catalogo, hechos, fuera = [], [], 0
    for e in elecciones:
        entidades = azar.randint(1, 3)
        for c in e.casillas(actas // len(elecciones)):
            n = len(catalogo) + 1
            entidad = 1 + int(c["territorio"]) % entidades
            clave = f"{entidad:02d}{c['seccion']}{c['tipo']}{c['numero']:02d}00"
            gone = " ".join(sorted(e.territorios[c["territorio"]]))
            catalogo.append(
                f"{n},{e.clave},{clave},{clave}{e.ordinal},{entidad:02d},ENTIDAD {entidad},"
                f"{c['territorio']},\"LUGAR {c['territorio']}, EL\",{c['seccion']},"
                f"{c['numero']:02d},{c['tipo']},00,{azar.randint(1, 2)},{e.ordinal},"
                f"{c['lista']},{c['reps']},,{gone}\n")
            hechos.append({"id": n, "eleccion": e.ordinal, **e.hecho(c),
                           "identificacion": None})
    for e in elecciones + [None]:
        for _ in range(azar.randint(0, 6)):
            fuera += 1
            hechos.append({"id": FUERA | 7 << 32 | fuera, "eleccion": e.ordinal if e else 0,
                           "acopio": azar.random() < 0.8, "sin_acta": 0, "imagen": True,
                           "captura": None, "verificacion": None,
                           "identificacion": json.dumps({"seccion": "9999"})})
    with open(os.path.join(folder, "catalogo.csv"), "w", encoding="utf-8") as file:
        file.write("id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,territorio,"
                   "territorio_nombre,seccion,id_casilla,tipo_casilla,ext_contigua,"
                   "ubicacion,tipo_acta,lista_nominal,representantes,catd,no_aplica\n")
        file.writelines(catalogo)
    with open(os.path.join(folder, "hechos.tsv"), "w", encoding="utf-8") as file:
        file.writelines(linea(h) for h in hechos)
    return len(catalogo)


def linea(hecho):
    def text(value):
        if value is None:
            return "\\N"
        if isinstance(value, list):
            return "{" + ",".join(map(str, value)) + "}"
        return "tf"[not value] if isinstance(value, bool) else str(value)
    return "\t".join(text(hecho[name]) for name in HECHOS) + "\n"


if __name__ == "__main__":
    print(escribe(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], "--maximo" in sys.argv))
