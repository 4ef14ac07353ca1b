#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_parts.h"

#define NODES_MAX 1000000u

/* 64 bits of a path are enough to tell apart those of one file that we wrote. */
struct node_line {
    uint64_t path_hash;
    uint32_t line;
};

struct config_lines {
    struct node_line *nodes; /* by path_hash, then line */
    size_t count, room;
};

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t path_hash(const char *path, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)path[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

struct config_lines *config_lines_new(void)
{
    return calloc(1, sizeof(struct config_lines));
}

enum prep_status config_lines_add(struct config_lines *lines, const char *path,
                                  unsigned line)
{
    if (lines->count == NODES_MAX) {
        return PREP_ERR_FULL;
    }
    if (lines->count == lines->room) {
        size_t room = lines->room == 0 ? 64 : lines->room * 2;
        struct node_line *nodes = realloc(lines->nodes, room * sizeof *nodes);

        if (nodes == NULL) {
            return PREP_ERR_MEMORY;
        }
        lines->nodes = nodes;
        lines->room = room;
    }
    lines->nodes[lines->count++] = (struct node_line){
        .path_hash = path_hash(path, strlen(path)),
        .line = line,
    };
    return PREP_OK;
}

static int node_compare(const void *a, const void *b)
{
    const struct node_line *x = a;
    const struct node_line *y = b;

    if (x->path_hash != y->path_hash) {
        return x->path_hash < y->path_hash ? -1 : 1;
    }
    return x->line < y->line ? -1 : x->line > y->line;
}

void config_lines_sort(struct config_lines *lines)
{
    if (lines->count > 0) {
        qsort(lines->nodes, lines->count, sizeof lines->nodes[0], node_compare);
    }
}

/* The first node with that path, or NULL. */
static const struct node_line *find(const struct config_lines *lines, const char *path,
                                    size_t len)
{
    const uint64_t hash = path_hash(path, len);
    size_t low = 0;
    size_t high = lines->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (lines->nodes[middle].path_hash < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < lines->count && lines->nodes[low].path_hash == hash
               ? &lines->nodes[low]
               : NULL;
}

unsigned config_line(const struct config_lines *lines, const char *path)
{
    size_t len = strlen(path);

    if (lines == NULL) {
        return 0;
    }
    for (;;) {
        const struct node_line *node = find(lines, path, len);

        if (node != NULL) {
            return node->line;
        }
        if (len == 0) {
            return 0;
        }
        do { /* The nearest known parent. */
            len--;
        } while (len > 0 && path[len] != '.' && path[len] != '[');
    }
}

bool config_has(const struct config_lines *lines, const char *path)
{
    return lines != NULL && find(lines, path, strlen(path)) != NULL;
}

unsigned config_line_repeated(const struct config_lines *lines, const char *path)
{
    const struct node_line *node = find(lines, path, strlen(path));
    const struct node_line *end = lines->nodes + lines->count;
    unsigned line = 0;

    for (; node != NULL && node + 1 < end && node[1].path_hash == node->path_hash;
         node++) {
        line = node[1].line;
    }
    return line;
}

void config_lines_free(struct config_lines **lines)
{
    if (*lines != NULL) {
        free((*lines)->nodes);
        free(*lines);
        *lines = NULL;
    }
}
