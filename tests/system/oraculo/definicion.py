"""What the oracle takes from definicion.yaml: the parameters of section reglas, and the
texts in which a base says each status. Its own reading, with PyYAML."""
import os

import yaml

REGLAS = ["inconsistencia_algun_campo", "inconsistencia_sin_acta", "campos_dan_observacion",
          "mixtos_contabilizan", "representantes_en_limite_especial",
          "representantes_fijos", "boletas_especial_max", "representantes_default"]
FIN_DE_LINEA = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}


class Eleccion:
    def __init__(self, ordinal, raw):
        self.ordinal, self.clave = ordinal, raw["clave"]
        self.campos, self.opciones = len(raw["campos"]), len(raw["opciones"])
        self.reglas = {name: raw["reglas"][name].replace("yes", "true").replace("no", "false")
                       for name in REGLAS}
        self.perfil = raw["perfil"]
        self.columnas = self.perfil["columnas"]
        self.fin = FIN_DE_LINEA[self.perfil["fin_de_linea"]]

    def columna(self, fuente):
        """Place of the column with that source; None if the profile has none."""
        places = [i for i, c in enumerate(self.columnas) if c["fuente"] == fuente]
        return places[0] if places else None

    def excepcion(self, columna, estado, tipo):
        """The text that the profile puts there instead, or None."""
        name, source = self.columnas[columna]["nombre"], self.columnas[columna]["fuente"]
        group = {"opcion": "votos", "campo": "campos"}.get(source.split(":")[0])
        for e in self.perfil.get("excepciones", []):
            if estado in e["estados"] and (name in e["columnas"] or group in e["columnas"]):
                if "tipos" not in e or (tipo and tipo in e["tipos"]):
                    return e["texto"]
        return None

    def observaciones(self, fila, tipo, ilegibles, vacias, excede):
        """prep-rules 6.2 and 6.3, in the words of the profile. fila: of table 6.2."""
        obs = self.perfil["observaciones"]
        whole = {1: "fuera", 2: "casilla_no_instalada", 3: "paquete_no_entregado",
                 4: "sin_bolsa", 5: "contingencia_urna", 9: "ninguna", 10: "no_capturada"}
        if fila in whole:
            return obs[whole[fila]]
        todos = {(True, False): "todos_ilegibles", (False, True): "todos_sin_dato",
                 (True, True): "todos_mixto"}[ilegibles > 0, vacias > 0] if fila == 6 else None
        text_excede = obs["excede_especial" if tipo == "S" and "excede_especial" in obs
                          else "excede"]
        if obs["estilo"] == "local":
            return {6: obs.get(todos), 7: text_excede, 8: obs.get("algun_campo")}[fila]
        if todos and obs[todos]:
            return obs[todos] if todos == "todos_mixto" else self.lista([obs[todos]])
        causes = {"excede": text_excede if excede else None,
                  "ilegible": obs["ilegible"] if ilegibles else None,
                  "sin_dato": obs["sin_dato"] if vacias else None}
        return self.lista([causes[c] for c in obs["orden"] if causes[c] is not None])

    def lista(self, texts):
        obs = self.perfil["observaciones"]
        return obs["apertura"] + obs["separador"].join(texts) + obs["cierre"]

    def contabilizada(self, fila):
        words = self.perfil["contabilizada"]
        return words["fuera" if fila == 1 else "no_capturada" if fila == 10
                     else "si" if fila in (8, 9) else "no"]


class Definicion:
    def __init__(self, carpeta):
        with open(os.path.join(carpeta, "definicion.yaml"), encoding="utf-8") as file:
            raw = yaml.load(file, yaml.BaseLoader)  # texts: a key `no` is a text
        self.proceso = raw["proceso"]
        self.elecciones = [Eleccion(i + 1, e) for i, e in enumerate(raw["elecciones"])]

    def parametros(self):
        """Lines for COPY parametros: one per election."""
        return "".join("\t".join([str(e.ordinal), e.clave, str(e.campos), str(e.opciones)]
                                 + [e.reglas[n] for n in REGLAS]) + "\n"
                       for e in self.elecciones)
