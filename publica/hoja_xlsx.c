#include "hoja_xlsx.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "prep/perfil_privado.h"

#define FOLDER_SIZE 4096u
#define READ_SIZE (64u * 1024u)
#define ANCHO_COLUMNA 14.0

struct libro {
    const struct base_texto *base;
    const char *path;
    lxw_workbook *workbook;
    lxw_worksheet *hoja;
    lxw_row_t row; /* next of the open sheet */
    unsigned hojas;
    uint64_t rows; /* with some cell, in all sheets */
};

static enum prep_status xlsx_fail(const struct libro *libro, lxw_error error,
                                  struct prep_reason *reason)
{
    return prep_fail(reason, PREP_ERR_IO, "%s: %s", libro->path, lxw_strerror(error));
}

static enum prep_status hoja_abre(struct libro *libro, struct prep_reason *reason)
{
    const char *clave = libro->base->eleccion->clave;
    const size_t columns = libro->base->eleccion->perfil->columna_count;
    char name[40];

    libro->hojas++;
    if (libro->hojas == 1) {
        (void)snprintf(name, sizeof name, "%s", clave);
    } else {
        (void)snprintf(name, sizeof name, "%s (%u)", clave, libro->hojas);
    }
    libro->hoja = workbook_add_worksheet(libro->workbook, name);
    if (libro->hoja == NULL) {
        return prep_fail(reason, PREP_ERR_IO, "%s: no se pudo abrir la hoja %s",
                         libro->path, name);
    }
    libro->row = 0;
    (void)worksheet_set_column(libro->hoja, 0, (lxw_col_t)(columns - 1), ANCHO_COLUMNA,
                               NULL);
    return PREP_OK;
}

static enum prep_status celda_pone(struct libro *libro, size_t column,
                                   const struct celda_texto *una,
                                   struct prep_reason *reason)
{
    lxw_error error;

    if (una->texto[0] == '\0') {
        return PREP_OK;
    }
    error = una->cantidad
                ? worksheet_write_number(libro->hoja, libro->row, (lxw_col_t)column,
                                         strtod(una->texto, NULL), NULL)
                : worksheet_write_string(libro->hoja, libro->row, (lxw_col_t)column,
                                         una->texto, NULL);
    return error == LXW_NO_ERROR ? PREP_OK : xlsx_fail(libro, error, reason);
}

static enum prep_status renglon_pone(void *context, enum renglon_clase clase,
                                     const struct celda_texto *celdas, size_t count,
                                     struct prep_reason *reason)
{
    struct libro *libro = context;
    enum prep_status status = PREP_OK;
    bool some = false;

    if (libro->row == LXW_ROW_MAX) {
        const struct perfil *perfil = libro->base->eleccion->perfil;

        status = hoja_abre(libro, reason);
        for (size_t i = 0; i < perfil->columna_count && status == PREP_OK; i++) {
            const struct celda_texto nombre = { .texto = perfil->columnas[i].nombre };

            status = celda_pone(libro, i, &nombre, reason);
        }
        libro->row++;
        libro->rows++;
    }
    for (size_t i = 0; i < count && status == PREP_OK; i++) {
        status = celda_pone(libro, i, &celdas[i], reason);
        some = some || celdas[i].texto[0] != '\0';
    }
    libro->row++;
    libro->rows += some;
    if (clase == RENGLON_COLUMNAS) {
        worksheet_freeze_panes(libro->hoja, libro->row, 2);
    }
    return status;
}

/* ---- the finished file */

static size_t cuenta(const char *text, size_t len, const char *mark)
{
    const size_t mark_len = strlen(mark);
    size_t found = 0;

    for (const char *at = text;
         (at = memmem(at, len - (size_t)(at - text), mark, mark_len)) != NULL;
         at += mark_len) {
        found++;
    }
    return found;
}

/* Rows of one sheet; marks that fall between two reads are kept with the second. */
static enum prep_status hoja_cuenta(struct archive *archive, char *bytes,
                                    uint64_t *rows, unsigned *hojas)
{
    static const char row[] = "<row ", end[] = "</worksheet>";
    size_t kept = 0;
    bool ended = false;
    la_ssize_t n;

    while ((n = archive_read_data(archive, bytes + kept, READ_SIZE)) > 0) {
        const size_t len = kept + (size_t)n;
        const size_t tail = len < sizeof end ? len : sizeof end;

        *rows += cuenta(bytes, len, row) - cuenta(bytes, kept, row);
        ended = memmem(bytes + len - tail, tail, end, strlen(end)) != NULL;
        kept = tail;
        memmove(bytes, bytes + len - tail, tail);
    }
    *hojas += ended;
    return n < 0 ? PREP_ERR_IO : PREP_OK;
}

static enum prep_status libro_revisa(const struct libro *libro,
                                     struct prep_reason *reason)
{
    struct archive *archive = archive_read_new();
    char *bytes = malloc(READ_SIZE + 64);
    struct archive_entry *entry;
    enum prep_status status = PREP_OK;
    uint64_t rows = 0;
    unsigned hojas = 0;

    if (archive == NULL || bytes == NULL) {
        status = PREP_ERR_MEMORY;
    } else if (archive_read_support_format_zip(archive) != ARCHIVE_OK ||
               archive_read_open_filename(archive, libro->path, READ_SIZE) !=
                   ARCHIVE_OK) {
        status = PREP_ERR_IO;
    }
    while (status == PREP_OK &&
           archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
        if (strncmp(archive_entry_pathname(entry), "xl/worksheets/sheet",
                    strlen("xl/worksheets/sheet")) == 0) {
            status = hoja_cuenta(archive, bytes, &rows, &hojas);
        }
    }
    if (archive != NULL) {
        (void)archive_read_free(archive);
    }
    free(bytes);
    if (status != PREP_OK || rows != libro->rows || hojas != libro->hojas) {
        return prep_fail(reason, PREP_ERR_IO,
                         "%s: quedó incompleto (%llu renglones de %llu): revise el "
                         "espacio en disco",
                         libro->path, (unsigned long long)rows,
                         (unsigned long long)libro->rows);
    }
    return PREP_OK;
}

enum prep_status hoja_xlsx_escribe(const struct base_texto *base, int64_t nominal_ms,
                                   const char *titulo, const char *path,
                                   struct prep_reason *reason)
{
    struct libro libro = { .base = base, .path = path };
    lxw_doc_properties properties = { .title = (char *)(uintptr_t)titulo,
                                      .created = (time_t)(nominal_ms / 1000) };
    char folder[FOLDER_SIZE];
    lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = folder };
    enum prep_status status;
    lxw_error error;

    (void)snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path),
                   path);
    libro.workbook = workbook_new_opt(path, &options);
    if (libro.workbook == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    error = workbook_set_properties(libro.workbook, &properties);
    status = error == LXW_NO_ERROR ? hoja_abre(&libro, reason)
                                   : xlsx_fail(&libro, error, reason);
    if (status == PREP_OK) {
        status = celdas_lee(base, renglon_pone, &libro, reason);
    }
    error = workbook_close(libro.workbook);
    if (status == PREP_OK && error != LXW_NO_ERROR) {
        status = xlsx_fail(&libro, error, reason);
    }
    return status == PREP_OK ? libro_revisa(&libro, reason) : status;
}
