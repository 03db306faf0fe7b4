/* What the three endpoints of the CPA network's door share. */
#ifndef MEED_DOOR_DOOR_INGEST_H
#define MEED_DOOR_DOOR_INGEST_H

#include "door/door.h"
#include "door/door_key.h"

/* Bytes: "chargeback:" before it still fits an adjustment's ref. */
enum { DOOR_PAYMENT_ID_MAX = 180 };

#endif
