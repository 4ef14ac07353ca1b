#include "prep/merkle.h"

#include <assert.h>
#include <string.h>

#define LEAF_PREFIX 0x00u /* RFC 6962, 2.1: so that a leaf never passes for a node */
#define NODE_PREFIX 0x01u

void merkle_init(struct merkle *merkle)
{
    memset(merkle, 0, sizeof *merkle);
}

void merkle_leaf(const struct hash *entry, struct hash *out_leaf)
{
    uint8_t bytes[1 + HASH_LEN];

    bytes[0] = LEAF_PREFIX;
    memcpy(bytes + 1, entry->bytes, HASH_LEN);
    hash_of(bytes, sizeof bytes, out_leaf);
}

static void node(const struct hash *left, const struct hash *right,
                 struct hash *out_node)
{
    uint8_t bytes[1 + 2 * HASH_LEN];

    bytes[0] = NODE_PREFIX;
    memcpy(bytes + 1, left->bytes, HASH_LEN);
    memcpy(bytes + 1 + HASH_LEN, right->bytes, HASH_LEN);
    hash_of(bytes, sizeof bytes, out_node);
}

/* Like adding one to a binary counter: each carry joins two full subtrees. */
void merkle_add(struct merkle *merkle, const struct hash *leaf)
{
    struct hash carry = *leaf;
    unsigned level = 0;

    while ((merkle->size >> level) & 1) {
        node(&merkle->frontier[level], &carry, &carry);
        level++;
    }
    assert(level < MERKLE_LEVELS_MAX);
    merkle->frontier[level] = carry;
    merkle->size++;
}

/* The incomplete right edge hangs from the smallest subtree up. */
void merkle_root(const struct merkle *merkle, struct hash *out_root)
{
    bool found = false;
    struct hash root;

    if (merkle->size == 0) {
        hash_of("", 0, out_root);
        return;
    }
    for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if (((merkle->size >> level) & 1) == 0) {
            continue;
        }
        if (found) {
            node(&merkle->frontier[level], &root, &root);
        } else {
            root = merkle->frontier[level];
            found = true;
        }
    }
    *out_root = root;
}
