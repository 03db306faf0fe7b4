/*
 * Clicks: what a visit to a tracked link leaves behind, and how the conversion
 * pipeline finds it again.
 *
 * A click is recorded by the track pool in this host's spool (click/spool.h),
 * and reaches the table `click` by the drain (click/drain.h), usually within a
 * tenth of a second, but after an outage of the database only when that is
 * over. So a click id that is unknown here may still be on its way:
 * click_may_still_come() says for how long a sale waits for it.
 *
 * This header knows nothing of HTTP. Views in a struct click belong to whoever
 * filled it in: an arena, or the spool segment it was read from.
 */
#ifndef MEED_CLICK_CLICK_H
#define MEED_CLICK_CLICK_H

#include "base/arena.h"
#include "base/id.h"
#include "base/sv.h"
#include "db/db.h"

/* The address a click came by; the values stand in spools and never change. */
enum click_shape {
    CLICK_TOKEN = 1,  /* /{token} */
    CLICK_SLUG = 2,   /* /go/{slug} */
    CLICK_REF = 3,    /* /r?ref= */
    CLICK_SCRIPT = 4, /* the brand's page, by meed.js */
};

enum click_utm {
    CLICK_UTM_SOURCE,
    CLICK_UTM_MEDIUM,
    CLICK_UTM_CAMPAIGN,
    CLICK_UTM_TERM,
    CLICK_UTM_CONTENT,
    CLICK_UTMS,
};

/* Bytes kept of each text; longer ones are cut at a character's end. */
enum {
    CLICK_SUBS = 10,
    CLICK_SUB_MAX = 255,
    CLICK_SUBS_JSON_MAX = 1500,
    CLICK_AGENT_MAX = 300,
    CLICK_REFERRER_MAX = 500,
    CLICK_UTM_MAX = 100,
    CLICK_FBCLID_MAX = 255,
    CLICK_IP_HASH_SIZE = 32,
};

struct click {
    struct uuid id;      /* UUIDv7: key, cookie value and URL parameter */
    struct uuid visitor; /* the visitor cookie */
    struct uuid prev;    /* the click its cookie held before; zero: none */
    uint64_t link, partnership, program, brand;
    int64_t at_us; /* business clock */
    enum click_shape shape;
    bool test_mode;
    bool bot; /* bot, preview, prefetch or HEAD: never credited */
    uint8_t ip_hash[CLICK_IP_HASH_SIZE];
    char country[3]; /* ISO 3166-1, empty: unknown */
    struct sv agent, referrer, fbclid;
    struct sv utm[CLICK_UTMS];
    struct sv subs[CLICK_SUBS]; /* s1 … s10 */
};

const char *click_shape_name(enum click_shape shape); /* the ENUM's word in SQL */

/* Of a stored click, what attribution and the sale's page read. Texts are the arena's. */
struct click_row {
    struct uuid id, visitor, prev;
    uint64_t link, partnership, program, brand;
    int64_t at_us;
    struct sv shape;
    bool test_mode, bot;
    uint8_t ip_hash[CLICK_IP_HASH_SIZE];
    struct sv country, agent, referrer, fbclid;
    struct sv utm[CLICK_UTMS];
    struct sv subs_json; /* {"s1":"…"}; empty: none */
};

/* DB_NO_ROW when the click is not in the table (yet). Any tenant's: the caller compares program. */
MUST_USE enum db_status click_find(struct db *db, struct arena *arena, const struct uuid *id,
                                   struct click_row *out);

struct click_list {
    struct click_row *v;
    size_t n;
};

enum { CLICK_LIST_MAX = 50 };

/*
 * The clicks of one visitor in one program and mode, bots left out, that fell in
 * [from_us, until_us]: the latest first, at most CLICK_LIST_MAX. The first is
 * the one that a sale at `until_us` is credited to; the others are its losing candidates.
 */
MUST_USE enum db_status click_list_of_visitor(struct db *db, struct arena *arena,
                                              const struct uuid *visitor, uint64_t program,
                                              bool test_mode, int64_t from_us, int64_t until_us,
                                              struct click_list *out);
/* The same for one link and one hashed address: a sale that names a token alone. */
MUST_USE enum db_status click_list_of_link_ip(struct db *db, struct arena *arena, uint64_t link,
                                              const uint8_t ip_hash[CLICK_IP_HASH_SIZE],
                                              int64_t from_us, int64_t until_us,
                                              struct click_list *out);

/*
 * The smallest id of a click made at `us` or later. An index finds the rows of a time span; this
 * bound beside it leaves out the months' partitions that can't have any.
 */
struct uuid click_id_floor(int64_t us);

/*
 * Whether a click id that is not in the table may be on its way in a spool: its
 * own time lies within the last 24 h, or a clock's drift ahead of us.
 */
bool click_may_still_come(struct uuid id, int64_t now_us);

#endif
