/*
 * Who calls by a key: a brand with `Authorization: Bearer pc_…`, a program with `X-Offer-Key:
 * ok_…`. A known caller's limits count by brand from then on.
 */
#ifndef MEED_DOOR_DOOR_KEY_H
#define MEED_DOOR_DOOR_KEY_H

#include "http/http.h"
#include "program/api_key.h"

/* False: a 401, 429 or 503 stands in the response. */
MUST_USE bool door_authenticate(struct http_request *request, struct http_response *response,
                                enum api_key_kind kind, struct api_key_caller *caller);

#endif
