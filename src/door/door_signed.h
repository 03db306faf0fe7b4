/*
 * What the signed doors share, the postback and its refund endpoint: the brand in the address, its
 * secrets, and the signature over time and raw body.
 */
#ifndef MEED_DOOR_DOOR_SIGNED_H
#define MEED_DOOR_DOOR_SIGNED_H

#include "http/http.h"

struct door_signed {
    uint64_t brand; /* of the address; 0: unknown */
    bool is_signed; /* by one of its secrets, and just now */
    bool test_mode; /* which of them signed says so */
};

/*
 * Checks the call and counts it. False: an answer stands in the response, and `caller` has what is
 * known of the caller all the same.
 */
MUST_USE bool door_signed_open(struct http_request *request, struct http_response *response,
                               struct door_signed *caller);

#endif
