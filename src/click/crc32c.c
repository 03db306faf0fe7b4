#include "click/crc32c.h"

#define POLYNOMIAL UINT32_C(0x82f63b78) /* 0x1edc6f41, bits reversed */

static uint32_t table[256];

__attribute__((constructor)) static void fill_table(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;

        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
        table[byte] = crc;
    }
}

uint32_t crc32c(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < n; i++)
        crc = crc >> 8 ^ table[(crc ^ p[i]) & 0xff];
    return ~crc;
}
