#include "worker/process.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "crypto/keys.h"
#include "crypto/password.h"

static enum log_level level_of(const char *name)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum log_level)i;
    return LOG_INFO;
}

struct settings *process_open(struct arena *arena, const char *program, const char *config)
{
    const char *why = NULL;
    struct settings *settings =
        settings_read(arena, config ? config : settings_default_path(), &why);
    if (!settings) {
        fprintf(stderr, "%s: %s\n", program, why);
        return NULL;
    }
    log_open(program, level_of(settings->log_level));
    i18n_open(settings->locale_dir);
    if (settings->development && !clock_open(arena_printf(arena, "%s/clock", settings->run_dir)))
        return NULL;
    if (!keys_open(settings->key_file, arena, &why)) {
        fprintf(stderr, "%s: %s\n", program, why);
        return NULL;
    }
    password_set_lock(arena_printf(arena, "%s/password.lock", settings->run_dir));
    return settings;
}
