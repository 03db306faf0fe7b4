/*
 * Keys that call us: `pc_live_…` and `pc_test_…` of a brand (Authorization:
 * Bearer), `ok_live_…` and `ok_test_…` of a program (X-Offer-Key).
 *
 *   pc_live_ 32 URL-safe characters = 192 random bits
 *
 * Only a keyed hash of a key is stored, and its last four characters to tell it
 * apart, so a key is shown once, when it is made; a lost one is replaced. Test keys
 * are stored sealed as well: the product's examples can be pasted with them.
 * Which key it is says whether what it sends is test data.
 */
#ifndef MEED_PROGRAM_API_KEY_H
#define MEED_PROGRAM_API_KEY_H

#include "db/db.h"

enum api_key_kind { API_KEY_BRAND, API_KEY_PROGRAM };

enum {
    API_KEY_SIZE = 41, /* prefix of 8, 32 characters, NUL */
    API_KEY_NAME_MAX = 80,
    API_KEY_LIST_MAX = 100,
    API_KEY_LIVE_MAX = 20, /* not revoked, of one owner and mode */
};

/* Whose key: the brand's own, or one of its programs'. */
struct api_key_owner {
    enum api_key_kind kind;
    uint64_t brand;   /* the tenant */
    uint64_t program; /* API_KEY_PROGRAM: the program's id, already known to be the brand's */
};

enum api_key_result {
    API_KEY_OK,
    API_KEY_NOT_FOUND, /* not there, another tenant's, or revoked already */
    API_KEY_BAD_NAME,  /* empty, over 80 bytes, or no UTF-8 */
    API_KEY_TOO_MANY,
    API_KEY_UNAVAILABLE,
};

/* `text` gets the key: show it now, it can't be had again (but for a test key). */
MUST_USE enum api_key_result api_key_create(struct db *db, struct arena *arena,
                                            const struct api_key_owner *owner, bool test_mode,
                                            struct sv name, uint64_t by_user,
                                            char text[API_KEY_SIZE]);
/* A new key of the same name; the old one stops at that moment. */
MUST_USE enum api_key_result api_key_replace(struct db *db, struct arena *arena,
                                             const struct api_key_owner *owner, uint64_t key,
                                             uint64_t by_user, char text[API_KEY_SIZE]);
MUST_USE enum api_key_result api_key_revoke(struct db *db, const struct api_key_owner *owner,
                                            uint64_t key);

struct api_key {
    uint64_t id;
    struct sv name, prefix, last4;
    bool test_mode;
    struct sv text;                               /* a test key's own; empty for live ones */
    int64_t created_us, revoked_us, last_used_us; /* 0: not */
};

struct api_key_list {
    struct api_key *v;
    size_t n;
};

/* Newest first, revoked ones too; the latest API_KEY_LIST_MAX. */
MUST_USE enum db_status api_key_list(struct db *db, struct arena *arena,
                                     const struct api_key_owner *owner, struct api_key_list *out);

/* Who is calling. */
struct api_key_caller {
    uint64_t key, brand;
    uint64_t program; /* API_KEY_PROGRAM */
    enum api_key_kind kind;
    bool test_mode;
};

/*
 * DB_NO_ROW: no such key, revoked, or of the other kind. A key's last use is noted at most
 * once a minute.
 */
MUST_USE enum db_status api_key_authenticate(struct db *db, struct arena *arena,
                                             enum api_key_kind kind, struct sv text,
                                             struct api_key_caller *out);

#endif
