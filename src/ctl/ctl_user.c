/* meedctl user add: the way in for admins, and a short one for everybody else. */
#include <getopt.h>

#include "account/account.h"
#include "crypto/password.h"
#include "ctl/ctl.h"

struct role {
    const char *name;
    enum account_kind kind;
};

static const struct role roles[] = {
    {"admin", ACCOUNT_OF_ADMIN}, {"brand", ACCOUNT_OF_BRAND}, {"influencer", ACCOUNT_OF_CREATOR}};

enum { OPTION_ROLE = ACCOUNT_FIELDS, OPTION_PASSWORD_STDIN };

/* The option of each field stands at the field's number. */
static const struct option options[] = {
    {"name", required_argument, NULL, ACCOUNT_NAME},
    {"email", required_argument, NULL, ACCOUNT_EMAIL},
    {"company", required_argument, NULL, ACCOUNT_COMPANY},
    {"brand", required_argument, NULL, ACCOUNT_BRAND},
    {"time-zone", required_argument, NULL, ACCOUNT_TZ},
    {"currency", required_argument, NULL, ACCOUNT_CURRENCY},
    {"handle", required_argument, NULL, ACCOUNT_HANDLE},
    {"country", required_argument, NULL, ACCOUNT_COUNTRY},
    {"channel", required_argument, NULL, ACCOUNT_CHANNELS},
    {"role", required_argument, NULL, OPTION_ROLE},
    {"password-stdin", no_argument, NULL, OPTION_PASSWORD_STDIN},
    {NULL, 0, NULL, 0},
};

static const char *option_of(enum account_field field)
{
    for (const struct option *o = options; o->name != NULL; o++)
        if (o->val == (int)field)
            return o->name;
    return "password-stdin";
}

struct wish {
    const struct role *role;
    bool password_comes;
    struct account_input input;
};

static const struct role *role_named(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (strcmp(name, roles[i].name) == 0)
            return &roles[i];
    return NULL;
}

static bool parse(struct ctl *ctl, struct wish *wish)
{
    char **argv = arena_array(ctl->arena, (size_t)ctl->argc + 2, sizeof(*argv));
    int option;

    argv[0] = arena_strdup(ctl->arena, "meedctl"); /* getopt's own name */
    memcpy(argv + 1, ctl->argv, (size_t)ctl->argc * sizeof(*argv));
    optind = 1;
    while ((option = getopt_long(ctl->argc + 1, argv, "", options, NULL)) >= 0) {
        if (option == OPTION_ROLE)
            wish->role = role_named(optarg);
        else if (option == OPTION_PASSWORD_STDIN)
            wish->password_comes = true;
        else if (option < ACCOUNT_FIELDS)
            wish->input.field[option] = sv_from(optarg);
        else
            return false;
    }
    return optind == ctl->argc + 1 && wish->role != NULL && wish->password_comes;
}

/* What stands on standard input, without the line's end. */
static struct sv read_password(struct ctl *ctl)
{
    char *text = arena_alloc(ctl->arena, PASSWORD_MAX + 3);
    size_t n = fread(text, 1, PASSWORD_MAX + 2, stdin);

    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    return sv_of(text, n);
}

static const char *fault_words(enum account_field field, enum account_fault fault)
{
    switch (fault) {
    case ACCOUNT_FINE:
    case ACCOUNT_WRONG:
        break;
    case ACCOUNT_MISSING:
        return "is missing";
    case ACCOUNT_TOO_SHORT:
        return field == ACCOUNT_PASSWORD ? "needs at least 10 characters" : "is too short";
    case ACCOUNT_TOO_LONG:
        return "is too long";
    case ACCOUNT_MALFORMED:
        return "is not written as it must be";
    case ACCOUNT_UNKNOWN:
        return "is not one we know";
    case ACCOUNT_TOO_MANY:
        return "are too many";
    case ACCOUNT_TAKEN:
        return "is taken";
    }
    UNREACHABLE();
}

static enum ctl_exit print_faults(const struct account_faults *faults)
{
    for (unsigned field = 0; field < ACCOUNT_FIELDS; field++)
        if (faults->field[field] != ACCOUNT_FINE)
            (void)ctl_fail("--%s %s", option_of((enum account_field)field),
                           fault_words((enum account_field)field, faults->field[field]));
    return CTL_FAILED;
}

enum ctl_exit ctl_user_add(struct ctl *ctl)
{
    struct wish wish = {.input.field = {[ACCOUNT_TZ] = SV("UTC"), [ACCOUNT_CURRENCY] = SV("USD")}};
    struct account_faults faults;
    struct account_ids ids;
    enum account_status status;
    struct db *db;

    if (!parse(ctl, &wish))
        return CTL_USAGE;
    wish.input.field[ACCOUNT_PASSWORD] = read_password(ctl);
    if (wish.input.field[ACCOUNT_NAME].n == 0)
        wish.input.field[ACCOUNT_NAME] = wish.input.field[ACCOUNT_EMAIL];
    db = ctl_open_db(ctl, DB_WEB);
    if (db == NULL)
        return CTL_FAILED;
    status = account_create(db, ctl->arena, wish.role->kind, &wish.input, &faults, &ids);
    db_close(db);
    switch (status) {
    case ACCOUNT_DONE:
        printf("added user %" PRIu64 " (%s); the address counts as confirmed\n", ids.user,
               wish.role->name);
        return CTL_OK;
    case ACCOUNT_REFUSED:
        return print_faults(&faults);
    case ACCOUNT_KNOWN:
        return ctl_fail("that address has an account already; nothing was changed.");
    case ACCOUNT_BUSY:
        return ctl_fail("too many passwords are being hashed here; try again in a moment.");
    case ACCOUNT_UNAVAILABLE:
        return ctl_fail("the database did not take it; the log says why.");
    case ACCOUNT_DEAD_TOKEN:
    case ACCOUNT_NOT_FOUND:
        break;
    }
    UNREACHABLE();
}
