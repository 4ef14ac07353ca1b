/*
 * spread.h - folders that ext4 keeps apart.
 *
 * PURPOSE
 *     chattr +T: each folder made in this one goes to a block group of its own
 *     choosing, a free one. By default they share the group of their parent, where
 *     every new file steps over all that were deleted in the last seconds: 200 to 800
 * us per file were measured after something large was deleted nearby, against 25 us.
 *     Best effort: another file system has its own ways.
 */
#ifndef PREP_SPREAD_H
#define PREP_SPREAD_H

void spread_folders(int dir_fd);

#endif
