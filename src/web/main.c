/*
 * meed-web: reads the settings, opens what all responders share, and hands over to the master.
 * What each responder needs for itself (a database connection, the link map) it opens after
 * the fork.
 */
#include <fcgiapp.h>
#include <getopt.h>

#include "account/account_cookie.h"
#include "base/clock.h"
#include "base/geo.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/settings.h"
#include "click/click_pool.h"
#include "click/linkmap.h"
#include "crypto/keys.h"
#include "crypto/password.h"
#include "db/db.h"
#include "http/http_address.h"
#include "http/http_server.h"
#include "http/http_shared.h"
#include "view/layout.h"
#include "web/health.h"
#include "web/master.h"
#include "web/problem_page.h"
#include "web/tracking_host.h"

enum {
    EXIT_SETTINGS = 78, /* EX_CONFIG: a supervisor need not try again */
    DB_CONNECT_TIMEOUT_S = 2,
    DB_STATEMENT_TIMEOUT_MS = 5000,
    DB_LOCK_TIMEOUT_S = 5,
};

static struct arena *process_arena;
static const char *settings_path;
static const struct settings *process_settings;

static int fail(const char *why)
{
    fprintf(stderr, "meed-web: %s\n", why);
    return EXIT_SETTINGS;
}

/* Before a restart: would it come up again? */
static bool settings_are_good(void)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    const char *why = NULL;
    bool good = settings_read(arena, settings_path, &why) != NULL;

    if (!good)
        log_line(LOG_ERROR, "settings_refused", LOG_STR("why", why));
    arena_free(arena);
    return good;
}

static bool link_map_is_open(void)
{
    struct linkmap_health health;

    return linkmap_health(process_settings->link_map_dir, &health);
}

static struct db *open_database(const struct settings *settings)
{
    return db_open(&(struct db_settings){
        .socket = settings->db_socket,
        .host = settings->db_host,
        .name = settings->db_name,
        .user = settings->db_web_user,
        .password = settings->db_web_password,
        .port = (unsigned)settings->db_port,
        .connect_timeout_s = DB_CONNECT_TIMEOUT_S,
        .statement_timeout_ms = DB_STATEMENT_TIMEOUT_MS,
        .lock_wait_timeout_s = DB_LOCK_TIMEOUT_S,
    });
}

/* In the child: redirects and beacons must not know that there is a database. */
static void respond(enum http_pool pool, int listen_fd, const struct settings *settings)
{
    bool needs_database = pool == POOL_APP || pool == POOL_INGEST;
    struct db *db = needs_database ? open_database(settings) : NULL;
    const struct http_hooks hooks = {.authenticate = account_authenticate,
                                     .turn_away = web_tracking_host,
                                     .render_problem = web_problem_page};

    CHECK(FCGX_Init() == 0);
    http_stop_install();
    struct http_server *server = http_server_new(pool, settings, db, &hooks);
    if (pool == POOL_TRACK)
        click_pool_run(listen_fd, server, settings);
    else if (pool == POOL_BEACON)
        click_pool_run_beacons(listen_fd, server, settings);
    else
        http_pool_run(listen_fd, server);
    http_server_free(server);
    if (db != NULL)
        db_close(db);
}

/* What all responders share, opened once before they are forked. */
static bool open_shared(const struct settings *settings, const char **why)
{
    if (http_proxies_parse(process_arena, sv_from(settings->trusted_proxies), why) == NULL)
        return false;
    if (!keys_open(settings->key_file, process_arena, why))
        return false;
    if (!geo_open(settings->country_database, process_arena, why))
        return false;
    *why = "what it shares with its responders can't be opened; the log says why";
    if (settings->development &&
        !clock_open(arena_printf(process_arena, "%s/clock", settings->run_dir)))
        return false;
    password_set_lock(arena_printf(process_arena, "%s/password.lock", settings->run_dir));
    i18n_open(settings->locale_dir);
    view_check_names(settings->development ? VIEW_CHECK_LOG : VIEW_CHECK_OFF);
    return http_shared_open(settings->run_dir) && view_open(settings->template_dir) &&
           layout_start(settings->static_dir);
}

static const char *parse_arguments(int argc, char **argv, int *status)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *path = settings_default_path();
    int option;

    *status = -1;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) >= 0) {
        if (option == 'c') {
            path = optarg;
            continue;
        }
        fprintf(option == 'h' ? stdout : stderr, "usage: meed-web [--config FILE]\n");
        *status = option == 'h' ? 0 : EXIT_SETTINGS;
    }
    return path;
}

int main(int argc, char **argv)
{
    const char *why = NULL;
    int status;

    settings_path = parse_arguments(argc, argv, &status);
    if (status >= 0)
        return status;
    process_arena = arena_new(ARENA_CEILING_DEFAULT);
    const struct settings *settings = settings_read(process_arena, settings_path, &why);
    if (settings == NULL)
        return fail(why);
    process_settings = settings;
    log_open("meed-web", log_level_named(settings->log_level));
    if (!open_shared(settings, &why))
        return fail(why);
    if (!web_master_open(settings))
        return fail("its sockets can't be opened; the log says why");
    web_health_set_link_map_check(link_map_is_open);
    return web_master_run(settings, respond, argv, settings_are_good);
}
