/*
 * reglas.h - the electoral rules: pure functions, no I/O, no clock.
 *
 * PURPOSE
 *     From what was verified on an acta to its status, and from many actas to the
 *     13 header values of a public database.
 *
 * SOURCE
 *     prep-rules 6.2 (decision table), 7.1 (header), 7.2 (truncation), 7.3
 *     (participation), 8 (levels), 17 (choices); parameters in struct
 * reglas_parametros.
 *
 * ARITHMETIC
 *     Integers only. Percentages have 4 decimals, truncated, never rounded.
 */
#ifndef PREP_REGLAS_H
#define PREP_REGLAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prep/celda.h"
#include "prep/eleccion.h"

/* Causes of "sin acta": values travel in Acopio.sin_acta. */
enum sin_acta {
    SIN_ACTA_NO = 0,
    SIN_ACTA_PAQUETE_NO_ENTREGADO = 1,
    SIN_ACTA_CASILLA_NO_INSTALADA = 2,
    SIN_ACTA_SIN_BOLSA = 3,
    SIN_ACTA_CONTINGENCIA_URNA = 4,
};

/* What is known of an acta, before the rules. */
struct acta_hechos {
    bool fuera_de_catalogo;
    enum sin_acta sin_acta;
    bool verificada; /* celdas hold the values that stand */
    const celda
        *celdas;       /* eleccion->celda_count, campos first; NULL if not verificada */
    char tipo_casilla; /* B C E S M A P V U */
    char ubicacion;    /* 1 urbana, 2 no urbana; another: not known */
    int32_t lista_nominal;
    int32_t representantes; /* CATALOGO_REPRESENTANTES_DESCONOCIDO: use the default */
};

/* Row of table 6.2 that decided. Values are published: never renumbered. */
enum acta_estado {
    ACTA_FUERA_DE_CATALOGO = 1,
    ACTA_SIN_ACTA = 2,
    ACTA_TODOS_ILEGIBLES = 6,
    ACTA_EXCEDE = 7,
    ACTA_ALGUN_CAMPO = 8,
    ACTA_NORMAL = 9,
    ACTA_NO_CAPTURADA = 10,
};

/* Causes, several at once; profiles render them. */
enum {
    CAUSA_ILEGIBLE = 1u << 0, /* some vote cell */
    CAUSA_SIN_DATO = 1u << 1, /* some vote cell */
    CAUSA_EXCEDE = 1u << 2,
    CAUSA_TODOS_ILEGIBLES = 1u << 3, /* every vote cell is ilegible */
    CAUSA_TODOS_SIN_DATO = 1u << 4,  /* every vote cell is sin dato */
    CAUSA_TODOS_MIXTO = 1u << 5,     /* no number, some of each */
    CAUSA_SIN_ACTA = 1u << 6,        /* with enum sin_acta */
    CAUSA_FUERA = 1u << 7,
};

struct acta_decision {
    enum acta_estado estado;
    uint32_t causas;
    bool contabilizada;
    bool capturada;     /* rows 2 to 9 */
    bool inconsistente; /* enters the percentage of inconsistencies */
    uint32_t total;     /* sum of the legible votes */
    uint32_t limite;    /* LIM */
};

void reglas_decide(const struct eleccion *eleccion, const struct acta_hechos *hechos,
                   struct acta_decision *out_decision);

/*
 * Parts of a sum that are shown apart. An acta may be in none, or in two: an especial
 * in a city. Actas of A, P, M and V are tied to their entidad: the catalogue gives them
 * a territorio of their own and they add at the entidad and above.
 */
enum parte {
    PARTE_URBANAS = 0,
    PARTE_NO_URBANAS = 1,
    PARTE_ESPECIALES = 2, /* S */
    PARTE_ANTICIPADO = 3, /* A */
    PARTE_PRISION = 4,    /* P */
    PARTE_EXTRANJERO = 5, /* M and V */
    PARTE_COUNT = 6,
};
struct cuenta {
    uint64_t esperadas, capturadas, contabilizadas;
    uint64_t votos; /* of contabilizadas */
};
bool reglas_es_parte(const struct acta_hechos *hechos, enum parte parte);

/* The counts behind a header; sums of sums are sums, so levels add up. */
struct resumen {
    uint64_t esperadas, fuera_de_catalogo, capturadas, contabilizadas,
        no_contabilizadas;
    uint64_t inconsistentes, lista_nominal, votos_c_cs, votos_s_cs;
    struct cuenta partes[PARTE_COUNT];
    /* Of contabilizadas, by opcion. When combinations are divided below the territorio
     * (resumen_votos_count), what each party has comes after, by opcion too. */
    uint64_t votos[2 * ELECCION_OPCIONES_MAX];
};

/* True when nivel_reparto is acta or seccion and there are candidaturas to show. */
bool resumen_lleva_partidos(const struct eleccion *eleccion);
/* Of votos, how many the election uses. */
size_t resumen_votos_count(const struct eleccion *eleccion);

/* Adds (sign +1) or takes back (sign -1) one acta. Divides combinations only when
 * nivel_reparto is acta; the sums of a seccion are divided by who has them all. */
void resumen_suma(struct resumen *resumen, const struct eleccion *eleccion,
                  const struct acta_hechos *hechos,
                  const struct acta_decision *decision, int sign);
void resumen_agrega(struct resumen *resumen, const struct resumen *other,
                    size_t votos_count);

#define PORCENTAJE_SIZE 24u

/* Truncated: 8259 of 8334 is "99.1000"; x of 0 is "0.0000". num, den < 2^43. */
void porcentaje_texto(uint64_t num, uint64_t den,
                      char out_text[static PORCENTAJE_SIZE]);

/* The 13 header values in the order of prep-rules 10.3. */
#define ENCABEZADO_COUNT 13u
struct encabezado {
    char valores[ENCABEZADO_COUNT][PORCENTAJE_SIZE];
};
extern const char *const encabezado_nombres[ENCABEZADO_COUNT];

/* Votes of contabilizadas over their lista nominal; especiales have votes and no
 * lista. */
void participacion_texto(const struct resumen *resumen, bool con_especiales,
                         char out_text[static PORCENTAJE_SIZE]);

/* ultimo: the last corte divides C_CS, every other one S_CS (prep-rules 7.3). */
void encabezado_calcula(const struct resumen *resumen, bool ultimo,
                        struct encabezado *out_encabezado);

#endif
