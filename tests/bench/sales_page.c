/*
 * What a page of 50 sales costs the database: rows, names and count.
 *
 *   sales_page BRAND [CREATOR]      internal id, a handle; database of MEED_CONFIG
 *
 * Prints the median of 200 readings in microseconds of: the first page, one far behind, one
 * filtered by status, and one by creator.
 */
#include "base/clock.h"
#include "conversion/conversion_list.h"

enum { READINGS = 200 };

static struct db *db;
static struct arena *arena;
static struct sale_scope scope;

static int by_value(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static int64_t median_us(struct sale_query query)
{
    static int64_t took_us[READINGS];
    for (int i = 0; i < READINGS; i++) {
        struct sale_filter filter;
        struct sale_page page;
        const char *field;
        arena_reset(arena);
        int64_t started_us = clock_monotonic_us();
        CHECK(sale_query_resolve(db, arena, &scope, &query, &filter, &field) == SALE_QUERY_OK);
        CHECK(sale_list(db, arena, &filter, &page) == DB_OK && page.n == SALE_PAGE_ROWS);
        took_us[i] = clock_monotonic_us() - started_us;
    }
    qsort(took_us, READINGS, sizeof *took_us, by_value);
    return took_us[READINGS / 2];
}

int main(int argc, char **argv)
{
    const char *why;
    struct arena *kept = arena_new(ARENA_CEILING_DEFAULT);
    CHECK(argc == 3);
    uint64_t brand = strtoul(argv[1], NULL, 10);
    const struct settings *s = settings_read(kept, settings_default_path(), &why);
    CHECK(s);
    struct db_settings web = {.socket = s->db_socket,
                              .name = s->db_name,
                              .user = s->db_web_user,
                              .password = s->db_web_password,
                              .connect_timeout_s = 5,
                              .statement_timeout_ms = 20000,
                              .lock_wait_timeout_s = 5};
    db = db_open(&web);
    arena = arena_new(ARENA_CEILING_DEFAULT);
    scope = (struct sale_scope){.brands = &brand, .n = 1};
    printf("%" PRId64, median_us((struct sale_query){0}));
    printf(" %" PRId64, median_us((struct sale_query){.cursor = SV("1760300000000000-1")}));
    printf(" %" PRId64, median_us((struct sale_query){.status = SV("pending")}));
    printf(" %" PRId64 "\n", median_us((struct sale_query){.creator = sv_from(argv[2])}));
    db_close(db);
    arena_free(arena);
    arena_free(kept);
    return 0;
}
