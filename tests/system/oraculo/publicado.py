"""What publica published, as a stranger reads it: objects and official databases."""
import csv
import io
import json
import os
import zipfile


class Publicado:
    """The corte that the pointer names."""

    def __init__(self, salida, definicion):
        self.salida, self.definicion = salida, definicion
        self.corte = self.json("corte.json")
        self.niveles = {}  # (eleccion, entidad, territorio, seccion) -> resumen
        self.actas = {}    # (eleccion, id) -> acta
        root = self.objeto(self.corte["objeto"])
        for e in root["elecciones"]:
            self.eleccion(self.objeto(e["sha256"]), e["resumen"])

    def json(self, name):
        with open(os.path.join(self.salida, name), encoding="utf-8") as file:
            return json.load(file)

    def objeto(self, sha256):
        return self.json(f"o/{sha256}.json")

    def nivel(self, key, resumen, above=None):
        if above is not None and above != resumen:
            raise AssertionError(f"{key}: its resumen is not the one above it")
        if key in self.niveles:
            raise AssertionError(f"{key}: published twice")
        self.niveles[key] = resumen

    def acta(self, clave, acta):
        if (clave, acta["id"]) in self.actas:
            raise AssertionError(f"acta {acta['id']}: published twice")
        self.actas[clave, acta["id"]] = acta

    def eleccion(self, eleccion, above):
        clave = eleccion["eleccion"]
        self.nivel((clave, None, None, None), eleccion["resumen"], above)
        if eleccion["fuera_de_catalogo"] is not None:
            for acta in self.objeto(eleccion["fuera_de_catalogo"]["sha256"])["actas"]:
                self.acta(clave, acta)
        for e in eleccion["entidades"]:
            entidad = self.objeto(e["sha256"])
            where = (clave, entidad["entidad"]["id"])
            self.nivel((*where, None, None), entidad["resumen"], e["resumen"])
            for t in entidad["territorios"]:
                territorio = self.objeto(t["sha256"])
                place = (*where, territorio["territorio"]["id"])
                self.nivel((*place, None), territorio["resumen"], t["resumen"])
                for g in territorio["grupos"]:
                    for s in self.objeto(g["sha256"])["secciones"]:
                        self.nivel((*place, s["seccion"]), s["resumen"])
                        for acta in s["actas"]:
                            self.acta(clave, acta)

    def bases(self):
        """(eleccion, the 13 values, rows) of each official database."""
        for base in self.corte["bases"]:
            with zipfile.ZipFile(os.path.join(self.salida, base["archivo"])) as archive:
                names = archive.namelist()
                eleccion = next(e for e in self.definicion.elecciones
                                if e.perfil["archivo"] in
                                {os.path.basename(n) for n in names})
                name = next(n for n in names
                            if os.path.basename(n) == eleccion.perfil["archivo"])
                text = archive.read(name).decode("utf-8-sig")
            yield (eleccion, *self.base(eleccion, text))

    @staticmethod
    def base(eleccion, text):
        lines = text.split(eleccion.fin)
        before = eleccion.perfil["preambulo"]

        def cells(line):
            return next(csv.reader([line], delimiter=eleccion.perfil["separador"]))
        header = cells(lines[before.index("valores")])
        body = io.StringIO("\n".join(lines[len(before):]), newline="")
        rows = list(csv.reader(body, delimiter=eleccion.perfil["separador"]))
        if rows[0] != [c["nombre"] for c in eleccion.columnas]:
            raise AssertionError(f"{eleccion.clave}: column names {rows[0]}")
        return header, [row for row in rows[1:] if row]
