#include <arpa/inet.h>
#include <maxminddb.h>

#include "base/geo.h"

static MMDB_s database;
static bool is_open;

bool geo_open(const char *path, struct arena *arena, const char **why)
{
    geo_close();
    if (*path == '\0')
        return true;
    int code = MMDB_open(path, MMDB_MODE_MMAP, &database);
    is_open = code == MMDB_SUCCESS;
    if (!is_open)
        *why = arena_printf(arena,
                            "country_database, %s, can't be used: %s Name a .mmdb file, or "
                            "leave the setting out.",
                            path, MMDB_strerror(code));
    return is_open;
}

void geo_close(void)
{
    if (is_open)
        MMDB_close(&database);
    is_open = false;
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

void geo_read_country(struct sv told, char out[3])
{
    static const char *const unknown[] = {"XX", "ZZ"};

    memset(out, 0, 3);
    if (told.n != 2 || !is_letter(told.p[0]) || !is_letter(told.p[1])) /* T1 has a digit */
        return;
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        if (sv_eq_nocase(told, sv_from(unknown[i])))
            return;
    out[0] = (char)(told.p[0] & ~32);
    out[1] = (char)(told.p[1] & ~32);
}

/* An IPv4 address within IPv6, as some peers tell theirs, is asked for as what it is. */
static bool parse(struct sv ip, struct sockaddr_storage *out)
{
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)out;
    char text[INET6_ADDRSTRLEN];
    struct in6_addr parsed;

    if (ip.n == 0 || ip.n >= sizeof(text))
        return false;
    memcpy(text, ip.p, ip.n);
    text[ip.n] = '\0';
    *out = (struct sockaddr_storage){.ss_family = AF_INET};
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1)
        return true;
    if (inet_pton(AF_INET6, text, &parsed) != 1)
        return false;
    if (IN6_IS_ADDR_V4MAPPED(&parsed)) {
        memcpy(&four->sin_addr, parsed.s6_addr + 12, sizeof(four->sin_addr));
        return true;
    }
    out->ss_family = AF_INET6;
    six->sin6_addr = parsed;
    return true;
}

void geo_find_country(struct sv ip, char out[3])
{
    static const char *const flat[] = {"country_code", NULL};
    static const char *const nested[] = {"country", "iso_code", NULL};
    struct sockaddr_storage address;
    MMDB_lookup_result_s found;
    MMDB_entry_data_s data;
    int code;

    memset(out, 0, 3);
    if (!is_open || !parse(ip, &address))
        return;
    found = MMDB_lookup_sockaddr(&database, (struct sockaddr *)&address, &code);
    if (code != MMDB_SUCCESS || !found.found_entry)
        return;
    if ((MMDB_aget_value(&found.entry, &data, flat) == MMDB_SUCCESS ||
         MMDB_aget_value(&found.entry, &data, nested) == MMDB_SUCCESS) &&
        data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING)
        geo_read_country(sv_of(data.utf8_string, data.data_size), out);
}
