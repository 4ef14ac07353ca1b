/*
 * transport_private.h - what transport.c and transport_zap.c share.
 */
#ifndef PREP_TRANSPORT_PRIVATE_H
#define PREP_TRANSPORT_PRIVATE_H

#define TRANSPORT_ZAP_DOMAIN "prep"

#endif
