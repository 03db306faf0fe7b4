/*
 * The country of an address, by the operator's own database: a MaxMind DB file (MMDB 2.0), whose
 * records name it as `country_code` or, as MaxMind's do, `country.iso_code`. Opened before the
 * responders are forked, which share its pages; a look-up allocates nothing and asks nobody.
 */
#ifndef MEED_BASE_GEO_H
#define MEED_BASE_GEO_H

#include "base/arena.h"
#include "base/sv.h"

/* An empty path: no database, every address is unknown. False, with a sentence, for any other. */
MUST_USE bool geo_open(const char *path, struct arena *arena, const char **why);
void geo_close(void);

/* ISO 3166-1 alpha-2 in capitals; empty: unknown, or `ip` is no IPv4 or IPv6 address. */
void geo_find_country(struct sv ip, char out[3]);

/*
 * A country as others tell it (a proxy's header, a database): two letters, in capitals, else
 * empty. XX, ZZ and T1 (a Tor exit) are how they say that they don't know.
 */
void geo_read_country(struct sv told, char out[3]);

#endif
