/*
 * casilla_key.h - the keys that name a casilla or a mesa, and an acta of it.
 *
 * PURPOSE
 *     Parse, check and format the fixed-width text under which bases print a casilla,
 *     and split the key of an acta into its casilla and the number printed on it.
 *
 * CLAVE_CASILLA (11 ASCII bytes, no separators, no terminator on the wire)
 *
 *     bytes  field     contents                      example 010393C0200
 *     0-1    entidad   2 digits, 01 to 32            01   Aguascalientes
 *     2-5    seccion   4 digits                      0393
 *     6      tipo      B C E S U A P V M             C    contigua
 *     7-8    numero    2 digits                      02   the second one
 *     9-10   contigua  2 digits                      00
 *
 *     tipo B (basica)            numero 01, contigua 00: one per seccion
 *     tipo C (contigua)          numero 01 to 99, contigua 00
 *     tipo E (extraordinaria)    numero 01 to 99; contigua counts its own contiguas
 *     tipo S (especial)          numero 01 to 99, contigua 00
 *     tipo U (urna electronica)  as the casilla that it replaces
 *     tipos A (voto anticipado), P and V (prision preventiva), M (mesa of the vote
 *         abroad)                seccion 0000: they belong to no seccion; numero 00 to
 *                                99, contigua 00
 *
 *     The form is canonical: one casilla has exactly one text. It is not an identity:
 *     real bases print contigua 10 as 01, and the same A key in every distrito
 *     (prep-rules 4.1). Identity is acta_id.h.
 *
 * CLAVE_ACTA
 *     CLAVE_CASILLA and then the number printed on the acta, 1 to 12 letters and
 *     digits: 010338B010002, 090001C0100A02, 210424E01012. In especiales of legislative
 *     elections it ends in MR or RP (3EMR, 3ERP): two actas of one casilla. The number
 *     means something only inside its election.
 *
 * SOURCE
 *     Kinds of casilla: LGIPE articles 253 and 258. Order and widths: CLAVE_CASILLA of
 *     the published bases; prep-rules 4.1 to 4.3.
 *
 * ERRORS
 *     PREP_ERR_FORMAT  the bytes do not have the shape above
 *     PREP_ERR_RANGE   the shape is right and a field holds a forbidden value
 *     A NULL argument where NULL is not mentioned is a bug and stops the program.
 *
 * OWNERSHIP AND THREADS
 *     No allocation, no global state. out_ is written only on success and err_reason
 *     only on failure. Reasons are static strings that start with the field at fault.
 */
#ifndef PREP_CASILLA_KEY_H
#define PREP_CASILLA_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define CASILLA_KEY_TEXT_LEN 11u
#define CASILLA_KEY_TEXT_SIZE (CASILLA_KEY_TEXT_LEN + 1u)
#define ACTA_NUMERO_LEN_MAX 12u
#define ACTA_NUMERO_SIZE (ACTA_NUMERO_LEN_MAX + 1u)

#define CASILLA_ENTIDAD_MAX 32u
#define CASILLA_SECCION_MAX 9999u

/* The value of each tipo is its letter in the text form. */
enum casilla_tipo {
    CASILLA_BASICA = 'B',
    CASILLA_CONTIGUA = 'C',
    CASILLA_EXTRAORDINARIA = 'E',
    CASILLA_ESPECIAL = 'S',
    CASILLA_URNA_ELECTRONICA = 'U',
    CASILLA_VOTO_ANTICIPADO = 'A',
    CASILLA_PRISION_PREVENTIVA = 'P',
    CASILLA_PRISION_PREVENTIVA_2021 = 'V',
    CASILLA_EXTRANJERO = 'M',
};

struct casilla_key {
    uint8_t entidad;  /* 1 to CASILLA_ENTIDAD_MAX */
    uint16_t seccion; /* 0 in mesas without one; else 1 to CASILLA_SECCION_MAX */
    enum casilla_tipo tipo;
    uint8_t numero, contigua;
};

enum acta_representacion { ACTA_UNICA, ACTA_MR, ACTA_RP };

struct acta_key {
    struct casilla_key casilla;
    char numero[ACTA_NUMERO_SIZE]; /* as printed */
    enum acta_representacion representacion;
};

PREP_MUST_CHECK
enum prep_status casilla_key_parse(const char *text, size_t text_len,
                                   struct casilla_key *out_key,
                                   const char **err_reason);
/* A key that did not come from casilla_key_parse(). err_reason may be NULL. */
PREP_MUST_CHECK
enum prep_status casilla_key_check(const struct casilla_key *key,
                                   const char **err_reason);
/* Fails, writing nothing, when casilla_key_check() would. */
PREP_MUST_CHECK
enum prep_status casilla_key_format(const struct casilla_key *key,
                                    char out_text[static CASILLA_KEY_TEXT_SIZE]);

PREP_MUST_CHECK
enum prep_status acta_key_parse(const char *text, size_t text_len,
                                struct acta_key *out_key, const char **err_reason);

/* Mesas without seccion nor casilla: A, P, V and M. */
bool casilla_tipo_sin_seccion(enum casilla_tipo tipo);

#endif
