/* meedctl [--config FILE] COMMAND …: finds the command and gives it what it needs. */
#include <stdarg.h>

#include "ctl/ctl.h"

#include "worker/process.h"

enum needs { NEEDS_NOTHING, NEEDS_SETTINGS };

struct command {
    const char *first, *second; /* words; second NULL: one word */
    ctl_command *run;
    enum needs needs;
    const char *arguments, *help;
};

static const struct command commands[] = {
    {"migrate", NULL, ctl_migrate, NEEDS_SETTINGS, "",
     "bring the database to this release's schema, and grant rights to web and worker"},
    {"clock", "show", ctl_clock_show, NEEDS_SETTINGS, "", "print both clocks"},
    {"clock", "advance", ctl_clock_advance, NEEDS_SETTINGS, "SPAN",
     "move the business clock (31d, 12h, 90m, 45s; development alone)"},
    {"worker", "drain", ctl_worker_drain, NEEDS_SETTINGS, "",
     "run every job until none has anything to do"},
    {"worker", "failures", ctl_worker_failures, NEEDS_SETTINGS, "",
     "list what jobs failed at, and what they set aside"},
    {"worker", "retry", ctl_worker_retry, NEEDS_SETTINGS, "JOB [ITEM]",
     "give what a job set aside another three tries"},
    {"ledger", "verify", ctl_ledger_verify, NEEDS_SETTINGS, "",
     "prove every balance: check all invariants and name what breaks one"},
    {"domains", NULL, ctl_domains, NEEDS_SETTINGS, "",
     "list the tracking hosts: name, state, what DNS and certificate look like, whose"},
    {"routes", NULL, ctl_routes, NEEDS_NOTHING, "[--json]", "print the route table"},
    {"health", NULL, ctl_health, NEEDS_SETTINGS, "", "say what works here and what doesn't"},
    {"user", "add", ctl_user_add, NEEDS_SETTINGS,
     "--role admin|brand|influencer --email ADDRESS --password-stdin [--name NAME]\n"
     "      brand: --company NAME --brand NAME [--time-zone ZONE] [--currency CODE]\n"
     "      influencer: --handle HANDLE --country CODE --channel URL",
     "add a login, confirmed at once; the password is read from standard input"},
    {"demo", "load", ctl_demo_load, NEEDS_SETTINGS, "FILE",
     "fill an empty database with the demo (development alone); FILE gets logins, keys and links"},
    {"keys", "create", ctl_keys_create, NEEDS_NOTHING, "FILE",
     "write a new key file (mode 0600); never overwrites one"},
};

enum ctl_exit ctl_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("meedctl: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return CTL_FAILED;
}

struct db *ctl_open_db(struct ctl *ctl, enum db_role role)
{
    struct db_settings settings = db_settings_for(ctl->settings, role);
    struct db *db = db_open(&settings);
    if (db_is_reachable(db))
        return db;
    (void)ctl_fail(
        "the database can't be reached as %s: %s. Is it running, and do the db_… "
        "settings name it?",
        settings.user, db_last_error(db));
    db_close(db);
    return NULL;
}

static void print_usage_of(FILE *out, const struct command *c)
{
    fprintf(out, "  %s%s%s%s%s\n      %s\n", c->first, c->second ? " " : "",
            c->second ? c->second : "", *c->arguments ? " " : "", c->arguments, c->help);
}

static int print_help(FILE *out)
{
    fputs("usage: meedctl [--config FILE] COMMAND …\n\n", out);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        print_usage_of(out, &commands[i]);
    fputs("\nWithout --config: $MEED_CONFIG, else ./var/meed.conf, else the installed file.\n",
          out);
    return out == stdout ? CTL_OK : CTL_USAGE;
}

static const struct command *find(int argc, char **argv)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        const struct command *c = &commands[i];
        bool first = argc > 0 && strcmp(argv[0], c->first) == 0;
        if (first && (!c->second || (argc > 1 && strcmp(argv[1], c->second) == 0)))
            return c;
    }
    return NULL;
}

static int run(const struct command *command, const char *config, int argc, char **argv)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    int words = command->second ? 2 : 1;
    struct ctl ctl = {.arena = arena, .argc = argc - words, .argv = argv + words};
    if (command->needs == NEEDS_SETTINGS) {
        ctl.settings = process_open(arena, "meedctl", config);
        if (!ctl.settings)
            return CTL_FAILED;
    }
    enum ctl_exit how = command->run(&ctl);
    if (how == CTL_USAGE) {
        fputs("usage: meedctl [--config FILE]\n", stderr);
        print_usage_of(stderr, command);
    }
    arena_free(arena);
    return (int)how;
}

int main(int argc, char **argv)
{
    const char *config = NULL;
    argc--;
    argv++;
    if (argc >= 2 && strcmp(argv[0], "--config") == 0) {
        config = argv[1];
        argc -= 2;
        argv += 2;
    }
    if (argc == 1 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "help") == 0))
        return print_help(stdout);
    const struct command *command = find(argc, argv);
    return command ? run(command, config, argc, argv) : print_help(stderr);
}
