/*
 * merkle.h - the RFC 6962 tree over the ledger, grown one leaf at a time.
 *
 * PURPOSE
 *     A compact frontier: O(log n) hashes of memory, O(1) amortised per leaf, and
 *     the root of the tree of any size at the moment that size is reached.
 *
 * SOURCE
 *     RFC 6962 section 2.1: leaf SHA-256(0x00 || entry), node SHA-256(0x01 || l || r).
 *     Our entry is SHA-256(envelope), so that a log discloses nothing by itself.
 */
#ifndef PREP_MERKLE_H
#define PREP_MERKLE_H

#include "base/hash.h"

#define MERKLE_LEVELS_MAX 64u

struct merkle {
    uint64_t size;
    struct hash frontier[MERKLE_LEVELS_MAX]; /* level i holds a full subtree of 2^i iff
                                                bit i of size */
};

void merkle_init(struct merkle *merkle);
void merkle_leaf(const struct hash *entry, struct hash *out_leaf);
void merkle_add(struct merkle *merkle, const struct hash *leaf);
/* Of no leaves: SHA-256 of nothing, as the RFC says. */
void merkle_root(const struct merkle *merkle, struct hash *out_root);

#endif
