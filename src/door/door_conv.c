/*
 * POST /api/conv: the CPS network's door.
 *
 *   Authorization: Bearer pc_live_… | pc_test_…
 *   {"program_id", "brand_order_ref", "order_value", "order_currency", "pcps_click"?,
 *    "event"?, "code"?, "ref"?, "token"?, "campaign"?, "email"?, "ip"?, "country"?, "items"?,
 *    "subtotal"?, "tax"?, "occurred_at"?}   subtotal and tax: for programs that pay by a part
 *
 *   201 {"status":"attributed"|"unattributed"|"awaiting","conversion_id":…}   awaiting: the click
 *       is on its way; the sale is credited, or not, within a day
 *   200 {"status":"duplicate","conversion_id":…}   also with other content: the stored value stands
 *   202 {"status":"queued"}   stored; recording failed and is tried again
 *   401 key, 403 another brand's program, 422 a member, 503 send it again
 */
#include "base/clock.h"
#include "base/i18n.h"
#include "base/settings.h"
#include "door/door.h"
#include "db/db.h"
#include "program/api_key.h"

http_handler door_conv_post;

/*
 * Who a key belongs to is asked once a second and process, so that a busy server's key costs
 * nothing; a revoked key works for that second at most. Keys are held as keyed hashes.
 */
enum { CACHE_SLOTS = 64 };
#define CACHE_FOR_US CLOCK_SECOND

static struct {
    uint8_t hash[HASH_SIZE];
    struct api_key_caller caller;
    int64_t until_us; /* monotonic */
} cache[CACHE_SLOTS];

static enum db_status authenticate(struct http_request *request, struct api_key_caller *caller)
{
    uint8_t hash[HASH_SIZE];
    struct sv key = request->authorization;
    if (!sv_eq_nocase(sv_sub(key, 0, 7), SV("Bearer ")))
        return DB_NO_ROW;
    key = sv_trim(sv_from_index(key, 7));
    keys_hash(hash, KEY_API, key);
    size_t slot = hash[0] % CACHE_SLOTS;
    if (cache[slot].until_us > clock_monotonic_us() &&
        memcmp(cache[slot].hash, hash, HASH_SIZE) == 0) {
        *caller = cache[slot].caller;
        return DB_OK;
    }
    enum db_status status =
        api_key_authenticate(request->db, request->arena, API_KEY_BRAND, key, caller);
    if (status == DB_OK) {
        memcpy(cache[slot].hash, hash, HASH_SIZE);
        cache[slot].caller = *caller;
        cache[slot].until_us = clock_monotonic_us() + CACHE_FOR_US;
    }
    return status;
}

static void refuse_key(struct http_request *request, struct http_response *response)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 401,
                     .code = "bad_key",
                     .what = _("The request carries no valid key."),
                     .why = _("The key is missing, unknown or revoked."),
                     .next = _("Send the header Authorization: Bearer pc_live_…, with a key from "
                               "the brand's integration page."),
                 });
    http_set_header(response, "WWW-Authenticate", SV("Bearer"));
}

static void read_sale(struct door_reader *r, struct sale_event *event)
{
    event->program_pid = door_program(r, "program_id", DOOR_REQUIRED);
    event->order_ref = door_text(r, "brand_order_ref", SALE_ORDER_REF_MAX, DOOR_REQUIRED);
    door_kind(r, event);
    door_click(r, "pcps_click", event);
    sale_event_add_code(event, door_code(r, "code"));
    event->ref = door_code(r, "ref");
    event->token = door_code(r, "token");
    event->campaign = door_code(r, "campaign");
    door_money(r, "order_value", "order_currency", event->n_codes > 0, event);
    door_parts(r, event);
    door_customer(r, event);
    door_time(r, event);
    door_items(r, event);
}

static void answer_recorded(struct http_request *request, struct http_response *response,
                            const struct sale_event *event, const struct conversion_answer *a)
{
    char pid[UUID_TEXT_SIZE];
    struct buf b = buf_new(request->arena, 2048);
    bool created = a->outcome == CONVERSION_CREATED;
    uuid_format(pid, a->pid);
    buf_printf(&b, "{\"status\":\"%s\",\"conversion_id\":\"%s\"",
               created ? door_credit_text(a->credit) : "duplicate", pid);
    if (created) {
        buf_printf(&b, ",\"reason\":\"" SV_FMT "\",\"mode\":\"%s\"", SV_ARG(a->reason),
                   event->test_mode ? "test" : "live");
        door_put_money(request, &b, "commission", a->commission, &a->unit);
        buf_printf(&b, ",\"commission_currency\":\"%s\"", a->unit.code);
    } else if (a->outcome == CONVERSION_CONFLICT) {
        buf_printf(&b, ",\"conflict\":\"%s\"", a->field);
    }
    buf_puts(&b, "}\n");
    http_json(response, created ? 201 : 200, buf_sv(&b));
}

static void record(struct http_request *request, struct http_response *response,
                   const struct sale_event *event)
{
    struct conversion_answer answer;
    switch (conversion_record(request->db, request->arena, event, &answer)) {
    case CONVERSION_CREATED:
    case CONVERSION_DUPLICATE:
    case CONVERSION_CONFLICT:
        answer_recorded(request, response, event, &answer);
        return;
    case CONVERSION_REFUSED:
        door_refused(request, response, &answer);
        return;
    case CONVERSION_QUEUED:
        http_json(response, 202, SV("{\"status\":\"queued\"}\n"));
        return;
    case CONVERSION_UNAVAILABLE:
        door_unavailable(request, response);
        return;
    }
    UNREACHABLE();
}

static void accept_sale(struct http_request *request, struct http_response *response,
                        const struct api_key_caller *caller)
{
    struct door_reader reader;
    struct sale_event event = {
        .door = SALE_DOOR_API, .brand = caller->brand, .test_mode = caller->test_mode};
    if (!door_open(&reader, request, response))
        return;
    door_stamp(request, &event);
    read_sale(&reader, &event);
    if (door_is_sound(&reader, response))
        record(request, response, &event);
    door_close(&reader);
}

void door_conv_post(struct http_request *request, struct http_response *response)
{
    struct api_key_caller caller;
    switch (authenticate(request, &caller)) {
    case DB_OK:
        break;
    case DB_NO_ROW:
        refuse_key(request, response);
        return;
    default:
        http_unavailable(request, response);
        return;
    }
    request->actor.brand = caller.brand; /* a known caller: limits count by brand from here */
    if (!http_allow(request, response, "ingest_brand",
                    sv_of((char *)&caller.brand, sizeof caller.brand),
                    request->settings->ingest_limit_per_minute_brand))
        return;
    accept_sale(request, response, &caller);
    if (caller.test_mode)
        door_note_refusal(request, response, caller.brand, SALE_DOOR_API);
}
