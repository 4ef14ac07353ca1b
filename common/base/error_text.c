#include "base/error_text.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const struct {
    int error;
    const char *text;
} texts[] = {
    { EACCES, "sin permiso" },
    { EADDRINUSE, "otro proceso usa esa dirección" },
    { EADDRNOTAVAIL, "esa dirección no es de esta máquina" },
    { EBUSY, "en uso" },
    { ECONNREFUSED, "nadie atiende ahí" },
    { EDQUOT, "se acabó la cuota de disco de este usuario" },
    { EEXIST, "ya existe" },
    { EFBIG, "archivo demasiado grande" },
    { EIO, "falla del disco" },
    { EISDIR, "es una carpeta" },
    { ELOOP, "demasiados enlaces simbólicos" },
    { EMFILE, "demasiados archivos abiertos en este proceso" },
    { ENAMETOOLONG, "nombre demasiado largo" },
    { ENFILE, "demasiados archivos abiertos en la máquina" },
    { ENOENT, "no existe" },
    { ENOMEM, "sin memoria" },
    { ENOSPC, "no queda espacio en el disco" },
    { ENOTDIR, "una parte de la ruta no es una carpeta" },
    { ENOTEMPTY, "la carpeta no está vacía" },
    { EPERM, "operación no permitida" },
    { EROFS, "el disco es de solo lectura" },
    { EXDEV, "está en otro sistema de archivos" },
};

const char *error_text(int error)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].error == error) {
            return texts[i].text;
        }
    }
    return strerror(error);
}
