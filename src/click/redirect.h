/*
 * A redirect's rules: where it leads, which cookies it sets, what of a visitor's text is
 * kept. Pure: no request, no map, no clock.
 */
#ifndef MEED_CLICK_REDIRECT_H
#define MEED_CLICK_REDIRECT_H

#include "base/arena.h"
#include "base/sv.h"
#include "click/click.h"

struct redirect_param {
    struct sv name, value;
};

enum { REDIRECT_PARAMS_MAX = 4, REDIRECT_URL_MAX = 16 * 1024 };

/*
 * The destination with parameters appended, encoded, before its fragment. Its query stays, but for
 * parameters of the same names: whoever reads the page must find one value, ours.
 * Refused (empty view) unless the destination is http or https in visible ASCII.
 */
struct sv redirect_location(struct arena *arena, struct sv dest_url,
                            const struct redirect_param *params, size_t count);

/*
 * What each shape appends and calls its cookie (all carry the one click id), in order; `own` is the
 * program's parameter, empty for none. Returns the count.
 */
size_t redirect_params(struct redirect_param out[REDIRECT_PARAMS_MAX], enum click_shape shape,
                       struct sv click_id, struct sv token, struct sv own);
const char *redirect_cookie_name(enum click_shape shape);
#define REDIRECT_VISITOR_COOKIE "meed_visitor"

/* The Domain of a tracking cookie for this request host (no port); empty: none is sent. */
struct sv redirect_cookie_domain(struct sv host, struct sv configured);

/* name=value; Domain=.d; Path=/; Max-Age=n; HttpOnly; Secure; SameSite=Lax */
struct sv redirect_cookie(struct arena *arena, const char *name, struct sv value, struct sv domain,
                          int64_t max_age_s, bool secure);

/* Request host without port, in lower case. */
struct sv redirect_host(struct arena *arena, struct sv host_header);

/* At most `max` bytes, cut between characters; what is not UTF-8 becomes '?'. */
struct sv redirect_clean(struct arena *arena, struct sv text, size_t max);

#endif
