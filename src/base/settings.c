#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/settings.h"

enum { FILE_LIMIT = 64 * 1024 };

enum kind { TEXT, URL, PATH, NUMBER, ENVIRONMENT, LEVEL };

/*
 * `fallback` is what stands when the file does not name the setting; NULL: it must be named.
 * An empty path stays empty.
 */
struct setting {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *fallback;
    int64_t lowest, highest;
};

#define AT(member) offsetof(struct settings, member)

static const struct setting table[] = {
    {"environment", ENVIRONMENT, AT(development), "production", 0, 0},
    {"base_url", URL, AT(base_url), NULL, 0, 0},
    {"short_url", URL, AT(short_url), "", 0, 0},
    {"company_domain", TEXT, AT(company_domain), "", 0, 0},
    {"cookie_domain", TEXT, AT(cookie_domain), "", 0, 0},
    {"run_dir", PATH, AT(run_dir), "run", 0, 0},
    {"spool_dir", PATH, AT(spool_dir), "spool", 0, 0},
    {"link_map_dir", PATH, AT(link_map_dir), "links", 0, 0},
    {"key_file", PATH, AT(key_file), "meed.keys", 0, 0},
    {"template_dir", PATH, AT(template_dir), MEED_DATA_DIR "/templates", 0, 0},
    {"static_dir", PATH, AT(static_dir), MEED_DATA_DIR "/static", 0, 0},
    {"locale_dir", PATH, AT(locale_dir), MEED_LOCALE_DIR, 0, 0},
    {"migration_dir", PATH, AT(migration_dir), MEED_DATA_DIR "/migrations", 0, 0},
    {"db_socket", PATH, AT(db_socket), "", 0, 0},
    {"db_host", TEXT, AT(db_host), "127.0.0.1", 0, 0},
    {"db_port", NUMBER, AT(db_port), "3306", 1, 65535},
    {"db_name", TEXT, AT(db_name), "meed", 0, 0},
    {"db_web_user", TEXT, AT(db_web_user), "meed_web", 0, 0},
    {"db_web_password", TEXT, AT(db_web_password), "", 0, 0},
    {"db_worker_user", TEXT, AT(db_worker_user), "meed_worker", 0, 0},
    {"db_worker_password", TEXT, AT(db_worker_password), "", 0, 0},
    {"db_migrator_user", TEXT, AT(db_migrator_user), "meed_migrator", 0, 0},
    {"db_migrator_password", TEXT, AT(db_migrator_password), "", 0, 0},
    {"mail_url", URL, AT(mail_url), "smtp://127.0.0.1:25", 0, 0},
    {"mail_user", TEXT, AT(mail_user), "", 0, 0},
    {"mail_password", TEXT, AT(mail_password), "", 0, 0},
    {"mail_from", TEXT, AT(mail_from), "", 0, 0},
    {"trusted_proxies", TEXT, AT(trusted_proxies), "", 0, 0},
    {"country_header", TEXT, AT(country_header), "", 0, 0},
    {"country_database", PATH, AT(country_database), "", 0, 0},
    {"dns_server", TEXT, AT(dns_server), "", 0, 0},
    {"outbound_allow", TEXT, AT(outbound_allow), "", 0, 0},
    {"track_processes", NUMBER, AT(track_processes), "2", 1, 64},
    {"ingest_processes", NUMBER, AT(ingest_processes), "4", 1, 64},
    {"app_processes", NUMBER, AT(app_processes), "4", 1, 64},
    {"beacon_processes", NUMBER, AT(beacon_processes), "1", 1, 64},
    {"login_limit_per_minute", NUMBER, AT(login_limit_per_minute), "30", 1, 100000},
    {"ingest_limit_per_minute_ip", NUMBER, AT(ingest_limit_per_minute_ip), "120", 1, 100000000},
    {"ingest_limit_per_minute_brand", NUMBER, AT(ingest_limit_per_minute_brand), "6000", 1,
     100000000},
    {"click_limit_per_minute_ip", NUMBER, AT(click_limit_per_minute_ip), "240", 1, 100000000},
    {"pixel_limit_per_minute_ip", NUMBER, AT(pixel_limit_per_minute_ip), "240", 1, 100000000},
    {"resolve_limit_per_minute_ip", NUMBER, AT(resolve_limit_per_minute_ip), "600", 1, 100000000},
    {"log_level", LEVEL, AT(log_level), "info", 0, 0},
};

struct reading {
    struct arena *arena;
    struct settings *settings;
    const char *folder; /* of the file, with its '/' */
    const char **why;
    bool seen[COUNT_OF(table)];
};

static const struct setting *find_setting(struct sv name)
{
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (sv_eq_cstr(name, table[i].name))
            return &table[i];
    return NULL;
}

static const char *resolve_path(struct reading *r, struct sv value)
{
    if (value.n == 0 || value.p[0] == '/')
        return sv_dup(r->arena, value);
    return arena_printf(r->arena, "%s" SV_FMT, r->folder, SV_ARG(value));
}

static const char *url_fault(struct sv value)
{
    if (value.n > 0 && (!sv_is_ascii_graph(value) || sv_find(value, ':') < 1))
        return "a URL, such as https://meed.example";
    if (sv_ends(value, SV("/")) && !sv_starts(value, SV("file:")))
        return "a URL without a slash at its end";
    return NULL;
}

static bool is_log_level(struct sv value)
{
    return sv_eq_cstr(value, "debug") || sv_eq_cstr(value, "info") || sv_eq_cstr(value, "warn") ||
           sv_eq_cstr(value, "error");
}

/* Stores the value; what the setting should have been otherwise. */
static const char *store(struct reading *r, const struct setting *setting, struct sv value)
{
    char *at = (char *)r->settings + setting->offset;
    const char *text, *fault;
    int64_t number;

    switch (setting->kind) {
    case ENVIRONMENT:
        *(bool *)(void *)at = sv_eq_cstr(value, "development");
        return *(bool *)(void *)at || sv_eq_cstr(value, "production") ? NULL
                                                                      : "development or production";
    case NUMBER:
        if (!sv_to_i64(value, &number) || number < setting->lowest || number > setting->highest)
            return arena_printf(r->arena, "a whole number from %" PRId64 " to %" PRId64,
                                setting->lowest, setting->highest);
        memcpy(at, &number, sizeof(number));
        return NULL;
    case LEVEL:
        if (!is_log_level(value))
            return "debug, info, warn or error";
        break;
    case URL:
        if ((fault = url_fault(value)) != NULL)
            return fault;
        break;
    case TEXT:
    case PATH:
        break;
    }
    text = setting->kind == PATH ? resolve_path(r, value) : sv_dup(r->arena, value);
    memcpy(at, &text, sizeof(text));
    return NULL;
}

static bool take_line(struct reading *r, struct sv line, unsigned no)
{
    struct sv value = line;
    struct sv name = sv_trim(sv_cut(&value, '='));
    const struct setting *setting = find_setting(name);
    const char *fault;

    if (!sv_contains(line, '=')) {
        *r->why = arena_printf(r->arena, "Line %u is not of the form name = value.", no);
        return false;
    }
    if (setting == NULL) {
        *r->why = arena_printf(r->arena, "Line %u names an unknown setting, " SV_FMT ".", no,
                               SV_ARG(name));
        return false;
    }
    if (r->seen[setting - table]) {
        *r->why = arena_printf(r->arena, "Line %u sets %s a second time.", no, setting->name);
        return false;
    }
    r->seen[setting - table] = true;
    fault = store(r, setting, sv_trim(value));
    if (fault != NULL)
        *r->why = arena_printf(r->arena, "Line %u: %s must be %s.", no, setting->name, fault);
    return fault == NULL;
}

/* no-reply@ the host that people know us by. */
static const char *default_sender(struct reading *r)
{
    struct sv rest = sv_from(r->settings->base_url);

    (void)sv_cut(&rest, ':');
    rest = sv_from_index(rest, strlen("//"));
    rest = sv_cut(&rest, '/');
    rest = sv_cut(&rest, ':');
    return arena_printf(r->arena, "no-reply@" SV_FMT, SV_ARG(rest));
}

static bool fill_in_the_rest(struct reading *r)
{
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (r->seen[i])
            continue;
        if (table[i].fallback == NULL) {
            *r->why = arena_printf(r->arena, "The setting %s is missing.", table[i].name);
            return false;
        }
        CHECK(store(r, &table[i], sv_from(table[i].fallback)) == NULL);
    }
    if (r->settings->short_url[0] == '\0')
        r->settings->short_url = r->settings->base_url;
    if (r->settings->mail_from[0] == '\0')
        r->settings->mail_from = default_sender(r);
    if (!r->settings->development && r->settings->outbound_allow[0] != '\0') {
        *r->why = "outbound_allow opens private addresses and is for development alone.";
        return false;
    }
    return true;
}

static bool read_file(struct arena *arena, const char *path, struct sv *text, const char **why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *bytes;
    ssize_t got;

    if (fd < 0) {
        *why =
            arena_printf(arena, "The settings file %s can't be opened: %s.", path, strerror(errno));
        return false;
    }
    bytes = arena_alloc(arena, FILE_LIMIT);
    got = read(fd, bytes, FILE_LIMIT);
    close(fd);
    if (got < 0 || got == FILE_LIMIT) {
        *why = arena_printf(arena, "The settings file %s can't be read, or is too long.", path);
        return false;
    }
    *text = sv_of(bytes, (size_t)got);
    return true;
}

/* The folder of `path`, made absolute: a program may change its own later. */
static const char *folder_of(struct arena *arena, const char *path)
{
    char *absolute = realpath(path, NULL);
    const char *slash, *folder;

    CHECK(absolute != NULL); /* it was just read */
    slash = strrchr(absolute, '/');
    folder = arena_copy(arena, absolute, (size_t)(slash - absolute) + 1);
    free(absolute);
    return folder;
}

struct settings *settings_read(struct arena *arena, const char *path, const char **why)
{
    struct reading r = {.arena = arena, .settings = ARENA_NEW(arena, struct settings), .why = why};
    struct sv text;

    if (!read_file(arena, path, &text, why))
        return NULL;
    r.folder = folder_of(arena, path);
    for (unsigned no = 1; text.n > 0; no++) {
        struct sv line = sv_trim(sv_cut(&text, '\n'));

        if (line.n > 0 && line.p[0] != '#' && !take_line(&r, line, no))
            return NULL;
    }
    return fill_in_the_rest(&r) ? r.settings : NULL;
}

const char *settings_default_path(void)
{
    const char *named = getenv("MEED_CONFIG");

    if (named != NULL && named[0] != '\0')
        return named;
    return access("var/meed.conf", R_OK) == 0 ? "var/meed.conf" : MEED_CONFIG_FILE;
}
