/* A folder of its own for each test program, removed at the end. */
#ifndef PREP_TEST_CARPETA_PRUEBA_H
#define PREP_TEST_CARPETA_PRUEBA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct carpeta {
    char path[64];
};

static inline void carpeta_crea(struct carpeta *carpeta)
{
    strcpy(carpeta->path, "/tmp/prep-prueba-XXXXXX");
    if (mkdtemp(carpeta->path) == NULL) {
        abort();
    }
}

static inline void carpeta_escribe(const struct carpeta *carpeta, const char *name,
                                   const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", carpeta->path, name);
    file = fopen(path, "wb");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        abort();
    }
}

static inline void carpeta_borra(const struct carpeta *carpeta)
{
    char command[96];

    snprintf(command, sizeof command, "rm -rf '%s'", carpeta->path);
    if (system(command) != 0) {
        abort();
    }
}

#endif
