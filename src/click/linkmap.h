/*
 * The link map: every address a link answers to, on this host's disk (LMDB), so
 * that a redirect asks no database.
 *
 * Many processes read, one at a time writes; LMDB keeps both apart and survives
 * kill -9 of either. The database is the truth, the map a copy:
 *
 *   - whoever changes a link, a partnership, a program, a partner or a brand calls
 *     linkmap_note_…() in the same transaction: it queues the links concerned for
 *     every host that holds a map (web_host, link_change);
 *   - after the commit it calls linkmap_pull(), which brings this host's map up to date;
 *   - the worker of every host pulls each second, and rebuilds the whole map at its start.
 *
 * One map per process, opened on first use, also anew after a fork. Nothing
 * here knows of HTTP or of clicks.
 */
#ifndef MEED_CLICK_LINKMAP_H
#define MEED_CLICK_LINKMAP_H

#include "base/arena.h"
#include "base/sv.h"
#include "click/click.h"
#include "db/db.h"

/* Why a link does or does not lead somewhere. Stored: values never change. */
enum linkmap_state {
    LINKMAP_LIVE = 1,
    LINKMAP_LINK_PAUSED = 2,
    LINKMAP_PARTNER_STOPPED = 3, /* the partnership is not active, or the partner suspended */
    LINKMAP_PROGRAM_STOPPED = 4, /* paused, closed, or a draft (test links work in a draft) */
    LINKMAP_BRAND_STOPPED = 5,
    LINKMAP_NO_DESTINATION = 6, /* neither http nor https, or not a URL's bytes */
};

struct linkmap_entry {
    uint64_t link, partnership, program, brand, campaign;
    enum linkmap_state state;
    bool test_mode;
    uint32_t window_days; /* attribution window: the cookie's Max-Age */
    struct sv
        dest_url; /* where it leads: the link's own, else its campaign's, else its program's */
    struct sv shop_url;    /* the program's page, offered when the link is no longer active */
    struct sv click_param; /* the program's own parameter for the click id; empty: none */
};

enum linkmap_found { LINKMAP_FOUND, LINKMAP_UNKNOWN, LINKMAP_BROKEN /* can't be read: logged */ };

/* A script's value is PROGRAM/REF: the program's public id is in front of what others have. */
enum { LINKMAP_VALUE_MAX = UUID_TEXT_SIZE + 80, LINKMAP_HOST_MAX = 253 };

/*
 * Looks `value` up as a token, slug or ref of `host`, then of the platform ('').
 * A tracking host leads to its brand's links alone: those of others are unknown on it.
 * Host and value are compared in lower case. Views are the arena's.
 */
MUST_USE enum linkmap_found linkmap_find(const char *dir, struct arena *arena, struct sv host,
                                         enum click_shape shape, struct sv value,
                                         struct linkmap_entry *out);
/* The platform's ref of one program: what meed.js on a brand's page tells. Another's is UNKNOWN. */
MUST_USE enum linkmap_found linkmap_find_ref(const char *dir, struct arena *arena,
                                             struct uuid program, struct sv ref,
                                             struct linkmap_entry *out);
/* How such a ref stands in the map. */
struct sv linkmap_script_value(struct arena *arena, struct uuid program, struct sv ref);

/* The brand whose tracking host this is; LINKMAP_UNKNOWN: nobody's. */
MUST_USE enum linkmap_found linkmap_find_host(const char *dir, struct sv host, uint64_t *brand);

/* Inside the transaction of a change: queue what it touches, on all hosts. */
MUST_USE enum db_status linkmap_note_link(struct db *db, uint64_t link);
MUST_USE enum db_status linkmap_note_partnership(struct db *db, uint64_t partnership);
MUST_USE enum db_status linkmap_note_partner(struct db *db, uint64_t partner);
MUST_USE enum db_status linkmap_note_program(struct db *db, uint64_t program);
MUST_USE enum db_status linkmap_note_brand(struct db *db, uint64_t brand);
/* The table `domain` changed: all tracking hosts are read anew. */
MUST_USE enum db_status linkmap_note_hosts(struct db *db);

/*
 * Applies up to LINKMAP_PULL_MAX queued changes to this host's map; call it after the commit. A
 * failure is logged and left to the worker. True while more may be waiting.
 */
enum { LINKMAP_PULL_MAX = 500 };
bool linkmap_pull(struct db *db, const char *dir);

/*
 * The worker's part. linkmap_register() tells the database that this host holds a map; call it
 * at the start and each minute. *is_new: it was not known, so changes may have been missed:
 * rebuild.
 */
MUST_USE enum db_status linkmap_register(struct db *db, const char *dir, bool *is_new);
/* Copies every link; what the database no longer has goes. *links counts them. */
MUST_USE enum db_status linkmap_rebuild(struct db *db, const char *dir, uint64_t *links);
/* Frees what killed readers still hold. */
void linkmap_tend(const char *dir);

struct linkmap_health {
    uint64_t links, addresses;
    uint64_t bytes_used, bytes_mapped;
};
MUST_USE bool linkmap_health(const char *dir, struct linkmap_health *out);

/* Gives up this process's map; tests open another. */
void linkmap_close(void);

#endif
