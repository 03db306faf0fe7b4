/* New accounts, and a company's further brands. */
#include "account/account_internal.h"

#include "crypto/password.h"

struct coming {
    struct arena *arena;
    enum account_kind kind;
    const struct account_input *input;
    const char *password;
    bool is_confirmed;   /* the operator vouches for the address */
    bool announce_known; /* tell a known address by mail instead of telling the caller */
    struct account_ids ids;
    enum account_status outcome;
};

static enum db_status found_company(struct db *db, struct coming *c)
{
    enum db_status status =
        account_store_add_company(db, c->input->field[ACCOUNT_COMPANY], &c->ids.company);

    if (status == DB_OK)
        status = account_store_add_brand(db, c->ids.company, c->input, &c->ids.brand);
    if (status == DB_OK)
        status = account_store_add_owner(db, c->ids.brand, c->ids.user);
    return status;
}

static enum db_status add_what_the_kind_has(struct db *db, struct coming *c)
{
    enum db_status status;

    switch (c->kind) {
    case ACCOUNT_OF_BRAND:
        return found_company(db, c);
    case ACCOUNT_OF_CREATOR:
        status = account_store_add_partner(db, c->arena, c->ids.user, c->input, &c->ids.partner);
        if (status != DB_DUPLICATE)
            return status;
        c->outcome = ACCOUNT_REFUSED; /* the handle is taken */
        return DB_ROLLBACK;
    case ACCOUNT_OF_ADMIN:
        return DB_OK;
    }
    UNREACHABLE();
}

/*
 * The account may be unconfirmed, made by somebody who does not own the address. So the mail
 * leads to a new password, never to a confirmation of the password that the other one chose.
 */
static enum db_status address_is_known(struct db *db, struct coming *c)
{
    struct account_user user;
    enum db_status status;

    c->outcome = ACCOUNT_KNOWN;
    if (!c->announce_known)
        return DB_ROLLBACK;
    status = account_store_find_by_email(db, c->arena, c->input->field[ACCOUNT_EMAIL], &user);
    if (status != DB_OK)
        return status;
    return account_plain_mail(db, c->arena, user.id, "mail.known");
}

static enum db_status come(struct db *db, void *context)
{
    struct coming *c = context;
    const struct account_new_user user = {
        .name = c->input->field[ACCOUNT_NAME],
        .email = c->input->field[ACCOUNT_EMAIL],
        .password = c->password,
        .is_admin = c->kind == ACCOUNT_OF_ADMIN,
        .is_confirmed = c->is_confirmed,
    };
    enum db_status status;

    c->outcome = ACCOUNT_DONE;
    c->ids = (struct account_ids){0};
    status = account_store_add_user(db, c->arena, &user, &c->ids.user);
    if (status == DB_DUPLICATE)
        return address_is_known(db, c);
    if (status == DB_OK)
        status = add_what_the_kind_has(db, c);
    if (status == DB_OK && !c->is_confirmed)
        status = account_token_mail(db, c->arena, c->ids.user, ACCOUNT_TOKEN_CONFIRM);
    return status;
}

static enum account_status run(struct db *db, struct coming *c, struct account_faults *faults)
{
    char hash[PASSWORD_HASH_SIZE];
    enum db_status status;

    if (!password_hash(hash, c->input->field[ACCOUNT_PASSWORD]))
        return ACCOUNT_BUSY;
    c->password = hash;
    status = db_tx_run(db, come, c);
    if (status != DB_OK && status != DB_ROLLBACK)
        return account_status_of(status);
    if (c->outcome == ACCOUNT_REFUSED)
        faults->field[ACCOUNT_HANDLE] = ACCOUNT_TAKEN;
    return c->outcome;
}

enum account_status account_sign_up(struct db *db, struct arena *arena, enum account_kind kind,
                                    struct account_input *input, struct account_faults *faults)
{
    struct coming c = {.arena = arena, .kind = kind, .input = input, .announce_known = true};
    enum account_status status;

    CHECK(kind != ACCOUNT_OF_ADMIN); /* only the operator makes admins */
    if (!account_check(kind, input, faults))
        return ACCOUNT_REFUSED;
    status = run(db, &c, faults);
    return status == ACCOUNT_KNOWN ? ACCOUNT_DONE : status;
}

enum account_status account_create(struct db *db, struct arena *arena, enum account_kind kind,
                                   struct account_input *input, struct account_faults *faults,
                                   struct account_ids *ids)
{
    struct coming c = {.arena = arena, .kind = kind, .input = input, .is_confirmed = true};
    enum account_status status;

    if (!account_check(kind, input, faults))
        return ACCOUNT_REFUSED;
    status = run(db, &c, faults);
    *ids = c.ids;
    return status;
}

/* ---- one more brand ---------------------------------------------------------------------------
 */

struct more {
    struct arena *arena;
    uint64_t user, company;
    const struct account_input *input;
    uint64_t brand;
};

static enum db_status add_brand(struct db *db, void *context)
{
    struct more *more = context;
    enum db_status status = account_store_is_owner(db, more->arena, more->user, more->company);

    if (status == DB_OK)
        status = account_store_add_brand(db, more->company, more->input, &more->brand);
    if (status == DB_OK)
        status = account_store_add_owners(db, more->brand, more->company);
    return status;
}

enum account_status account_add_brand(struct db *db, struct arena *arena, uint64_t user,
                                      uint64_t company, struct account_input *input,
                                      struct account_faults *faults, uint64_t *brand)
{
    static const enum account_field fields[] = {ACCOUNT_BRAND, ACCOUNT_TZ, ACCOUNT_CURRENCY};
    struct more more = {.arena = arena, .user = user, .company = company, .input = input};
    enum db_status status;
    bool fine = true;

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        input->field[fields[i]] = sv_trim(input->field[fields[i]]);
        faults->field[fields[i]] = account_check_field(fields[i], input->field[fields[i]]);
        fine &= faults->field[fields[i]] == ACCOUNT_FINE;
    }
    if (!fine)
        return ACCOUNT_REFUSED;
    status = db_tx_run(db, add_brand, &more);
    *brand = more.brand;
    return account_status_of(status);
}

enum account_status account_status_of(enum db_status status)
{
    switch (status) {
    case DB_OK:
        return ACCOUNT_DONE;
    case DB_NO_ROW:
        return ACCOUNT_NOT_FOUND;
    case DB_DUPLICATE:
    case DB_RETRY:
    case DB_UNAVAILABLE:
    case DB_AMBIGUOUS:
    case DB_FAILED:
    case DB_ROLLBACK:
        return ACCOUNT_UNAVAILABLE;
    }
    UNREACHABLE();
}
