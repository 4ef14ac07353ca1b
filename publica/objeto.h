/*
 * objeto.h - the public JSON: what each object of a corte says, and nothing else.
 *
 * FORM
 *     docs/FORMATO_PUBLICO.md lists every field. Objects are canonical: no blanks, the
 *     keys in the order written here, so that equal contents are equal bytes.
 *
 *     raiz -> eleccion -> entidad -> territorio -> secciones (a grupo, with its actas)
 *
 *     Raiz, eleccion and entidad say which corte they belong to; below, an object says
 *     only what it contains, so that it stays the same while nothing in it changes.
 *
 * OWNERSHIP AND THREADS
 *     Plain functions that append to the caller's buffer.
 */
#ifndef PUBLICA_OBJETO_H
#define PUBLICA_OBJETO_H

#include "arbol.h"
#include "base/buffer.h"
#include "prep/acta_vista.h"
#include "resultado.h"

struct corte {
    uint64_t numero;
    int64_t nominal_ms; /* printed on it */
    int64_t hora_ms;    /* of its event */
    bool ultimo;
    bool bases;
    uint64_t tamano;  /* events of the ledger that it shows */
    struct hash raiz; /* of the Merkle tree of those */
    struct hash objeto;
};

#define OBJETO_VERSION 1

/* One acta of a grupo or fuera de catalogo. formato: of the image, proto/prep.proto. */
void objeto_acta(const struct definicion *definicion, const struct eleccion *eleccion,
                 uint64_t id, const struct acta_vista *vista, uint32_t formato,
                 struct buffer *out);
/* "webp" for 1; NULL for a number without a name. */
const char *objeto_formato(uint32_t formato);

/* The 13 header values and the votes of each opcion: {"actas_esperadas":9,...}. */
void objeto_resumen(const struct eleccion *eleccion, const struct resumen *resumen,
                    bool ultimo, struct buffer *out);
/* The counts alone, for a seccion. sumas: as kept by struct arbol_grupo. */
void objeto_sumas(const struct eleccion *eleccion, const uint64_t *sumas,
                  struct buffer *out);

/* ,"resumen":{...},"partes":{...} and, when the definition says what adds up,
 * ,"resultado":{...}. */
void objeto_nivel(const struct eleccion *eleccion, const struct resumen *resumen,
                  const struct resultado *resultado, bool ultimo, struct buffer *out);
/* ,"mayoria":[...] of a territorio; nothing without candidaturas. */
void objeto_mayoria(const struct arbol *arbol, size_t territorio, struct buffer *out);
/* The candidaturas of the definition, for the object of an election. */
void objeto_candidaturas(const struct eleccion *eleccion, struct buffer *out);

void objeto_territorio(const struct arbol *arbol, size_t territorio, bool ultimo,
                       struct buffer *out);
void objeto_entidad(const struct arbol *arbol, size_t entidad,
                    const struct corte *corte, struct buffer *out);
struct objeto_fuera {
    size_t actas;       /* 0: no object */
    struct hash objeto; /* {"tipo":"fuera_de_catalogo","actas":[...]} */
};
void objeto_eleccion(const struct arbol *arbol, const struct eleccion *eleccion,
                     const struct resumen *resumen, const struct objeto_fuera *fuera,
                     const struct corte *corte, struct buffer *out);
/* resumenes and objetos: one per election. */
void objeto_raiz(const struct definicion *definicion, const struct resumen *resumenes,
                 const struct hash *objetos, const struct corte *corte,
                 struct buffer *out);

/* corte.json. anterior: NULL for the first. formatos: what was made of the bases. */
struct corte_base {
    char archivo[256];
    struct hash sha256;
    uint64_t bytes;
};
void objeto_corte(const struct definicion *definicion, const struct corte *corte,
                  const struct corte *anterior, const struct corte_base *bases,
                  size_t base_count, const struct corte_base *formatos,
                  size_t formato_count, struct buffer *out);

/* Addresses under datos/, without .gz: "datos/GOB/territorio/04-007.json". */
#define DIRECCION_SIZE 256u
void direccion_eleccion(const struct eleccion *eleccion,
                        char out_path[static DIRECCION_SIZE]);
void direccion_fuera(const struct eleccion *eleccion,
                     char out_path[static DIRECCION_SIZE]);
void direccion_entidad(const struct arbol *arbol, size_t entidad,
                       char out_path[static DIRECCION_SIZE]);
void direccion_territorio(const struct arbol *arbol, size_t territorio,
                          char out_path[static DIRECCION_SIZE]);
void direccion_grupo(const struct arbol *arbol, size_t grupo,
                     char out_path[static DIRECCION_SIZE]);

/* Shared by the functions above. */
void objeto_celdas(const celda *valores, size_t count, struct buffer *out); /* [...] */
void objeto_hash(const char *clave, const struct hash *hash, struct buffer *out);
void objeto_hora(const char *clave, int64_t ms, int desfase_min, struct buffer *out);

#endif
