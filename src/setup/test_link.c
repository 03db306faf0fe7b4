#include "setup/test_link.h"

enum db_status test_link_find(struct db *db, struct arena *arena, const struct settings *settings,
                              const struct program *program, struct test_link *out)
{
    struct partnership_list creators;
    struct partner_link_list links;
    const struct partnership_filter filter = {
        .brand = program->brand, .program = program->id, .test_mode = true, .limit = 1};
    *out = (struct test_link){0};
    enum db_status status = partner_list_partnerships(db, arena, &filter, &creators);
    if (status != DB_OK || creators.n == 0)
        return status;
    status = partner_list_links_of(db, arena, creators.v[0].id, &links);
    if (status != DB_OK || links.n == 0)
        return status;
    *out = (struct test_link){.link = links.v[0].id,
                              .token = links.v[0].token,
                              .code = creators.v[0].code,
                              .url = partner_short_url(arena, settings, &links.v[0])};
    return DB_OK;
}
