/*
 * GET /api/v2/affiliate/resolve/{token}: whose link a token is, for a shop that was handed one.
 *
 *   200 {"data":{"token","active","program_id","brand_id","code"}}   code: the partner's discount
 *       code, null where there is none. Nothing of the partner, nor where the link leads.
 *   404   429 with Retry-After
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"
#include "http/http.h"

http_handler door_resolve_get;

/* Active as for the link map (click/linkmap_store.c): a test link works while its program is a
 * draft.
 */
DB_SQL(resolve_find_token,
       "SELECT l.token, p.pid, b.pid,"
       " l.status = 'active' AND s.status = 'active' AND t.status = 'active'"
       " AND b.status = 'active'"
       " AND (p.status = 'active' OR (l.mode = 'test' AND p.status = 'draft')),"
       " (SELECT c.code FROM coupon c WHERE c.partnership = l.partnership AND c.mode = l.mode"
       "  AND c.status = 'active' AND (c.stops_us = 0 OR c.stops_us > ?) ORDER BY c.id LIMIT 1)"
       " FROM link l JOIN partnership s ON s.id = l.partnership JOIN partner t ON t.id = l.partner"
       " JOIN program p ON p.id = l.program JOIN brand b ON b.id = l.brand WHERE l.token = ?");

void door_resolve_get(struct http_request *request, struct http_response *response)
{
    struct db_rows *row;
    if (!http_allow(request, response, "resolve", request->client_ip,
                    request->settings->resolve_limit_per_minute_ip))
        return;
    enum db_status status = db_get_one(
        request->db, request->arena, &resolve_find_token,
        DB_ARGS(db_i64(clock_business_us()), db_text(http_path_param(request, "token"))), &row);
    if (!http_found(request, response, status))
        return;
    bool active = db_col_bool(row, 3);
    struct buf b = buf_new(request->arena, 1024);
    buf_puts(&b, "{\"data\":{\"token\":");
    json_put_string(&b, db_col_text(row, 0));
    buf_printf(&b, ",\"active\":%s,\"program_id\":\"%s\",\"brand_id\":\"%s\",\"code\":",
               active ? "true" : "false", uuid_text(request->arena, db_col_uuid(row, 1)),
               uuid_text(request->arena, db_col_uuid(row, 2)));
    if (active && !db_col_is_null(row, 4))
        json_put_string(&b, db_col_text(row, 4));
    else
        buf_puts(&b, "null");
    buf_puts(&b, "}}\n");
    http_json(response, 200, buf_sv(&b));
}
