/* CRC-32C (Castagnoli, RFC 3720 appendix B.4): what seals a slot of the click spool. */
#ifndef MEED_CLICK_CRC32C_H
#define MEED_CLICK_CRC32C_H

#include "base/base.h"

uint32_t crc32c(const void *bytes, size_t n);

#endif
