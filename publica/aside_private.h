/* aside_private.h - what aside.c (writing) and aside_apply.c (moving) share. */
#ifndef PUBLICA_ASIDE_PRIVATE_H
#define PUBLICA_ASIDE_PRIVATE_H

#include <stdio.h>

#include "aside.h"

#define MANIFEST_OPEN "MANIFIESTO"
#define MANIFEST_SEAL "SELLO" /* first line of the manifest, written last of all */
#define PUBLIC_DIR_MODE 0755

#define OBJECT_PATH_SIZE (HASH_TEXT_SIZE + 16u)
static inline void object_path(const char *name, const char *suffix,
                               char out_path[static OBJECT_PATH_SIZE])
{
    (void)snprintf(out_path, OBJECT_PATH_SIZE, "o/%s.json%s", name, suffix);
}

/* Makes the folders that lead to path under fd. 0, or errno. */
int aside_parents(int fd, const char *path);

#endif
