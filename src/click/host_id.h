/*
 * The name by which the database knows a folder of this host (its link map, its spool):
 * drawn once and kept in the folder, so that it outlives a change of the machine's
 * name and tells two installations on one machine apart.
 */
#ifndef MEED_CLICK_HOST_ID_H
#define MEED_CLICK_HOST_ID_H

#include "base/base.h"

enum { HOST_ID_SIZE = 33 };

/* False (logged) when the folder can be neither read nor written. */
MUST_USE bool host_id_of(const char *dir, char out[HOST_ID_SIZE]);

#endif
