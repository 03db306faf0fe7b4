/*
 * POST /api/v2/affiliate/refund/{brand_id}: what the influencer program's door takes back. Signed
 * as the postback is.
 *
 *   {"order_id", "refund_id", "amount"?, "currency"?, "items"?: [{"line_id" | "sku", "quantity"?,
 *    "amount"?}], "reason"?, "program_id"?, "occurred_at"?}
 *
 *   201 {"data":{"status":"applied"|"parked",…}}   200 {"ok":true,"created":false,…}
 *   202 {"ok":true,"queued":true}   200 {"ok":false,"reason":…}
 *   400   401   409 told before with other content   422 a member, with why   429   503
 *
 * With an amount, that was given back of the order's total; else the items were; with neither, the
 * whole order. An amount without a currency is in the sale's. An order that is not known yet parks
 * the refund: it is applied when the order comes.
 */
#include "base/i18n.h"
#include "base/json.h"
#include "door/door.h"
#include "door/door_signed.h"

http_handler door_postback_refund_post;

static void read_extent(struct door_reader *r, struct adjustment_event *event)
{
    if (door_refund_amount(r, event))
        event->extent = ADJUSTMENT_OF_TOTAL;
    else if (door_refund_lines(r, event))
        event->extent = ADJUSTMENT_LINES;
    else
        event->extent = ADJUSTMENT_WHOLE;
}

/* False: the database failed on the question what currency the order is in. */
static bool read_refund(struct door_reader *r, struct adjustment_event *event)
{
    struct http_request *request = r->request;
    struct sv order = door_text(r, "order_id", SALE_ORDER_REF_MAX, DOOR_REQUIRED);
    event->targets[event->n_targets++] = (struct sale_key){SALE_KEY_ORDER, order};
    event->ref = door_text(r, "refund_id", ADJUSTMENT_REF_MAX, DOOR_REQUIRED);
    event->program_pid = door_program(r, "program_id", DOOR_OPTIONAL);
    event->note = door_text(r, "reason", ADJUSTMENT_NOTE_MAX, DOOR_OPTIONAL);
    event->occurred_us = door_occurred(r);
    bool has_money = json_get(r->json, "amount") || json_get(r->json, "items");
    if (!r->fault.code && has_money && !json_get(r->json, "currency") &&
        adjustment_find_unit(request->db, request->arena, event) != DB_OK)
        return false;
    read_extent(r, event);
    return true;
}

/* Answers ------------------------------------------------------------------------------------ */

static void answer_stored(struct http_request *request, struct http_response *response,
                          const struct adjustment_event *event, const struct adjustment_answer *a)
{
    struct buf b = buf_new(request->arena, 4096);
    buf_puts(&b, "{\"data\":{\"refund_id\":");
    json_put_string(&b, event->ref);
    buf_puts(&b, ",\"order_id\":");
    json_put_string(&b, event->targets[0].value);
    buf_printf(&b, ",\"status\":\"%s\",\"mode\":\"%s\"",
               a->outcome == ADJUSTMENT_PARKED ? "parked" : "applied",
               event->test_mode ? "test" : "live");
    if (a->outcome == ADJUSTMENT_APPLIED) {
        buf_printf(&b, ",\"conversion_id\":\"%s\",\"sale_status\":\"" SV_FMT "\"",
                   uuid_text(request->arena, a->conversion), SV_ARG(a->status));
        door_put_money(request, &b, "refunded_base", a->refunded_base, &a->unit);
        buf_printf(&b, ",\"currency\":\"%s\",\"over_refund\":%s", a->unit.code,
                   a->is_over ? "true" : "false");
    }
    if (a->commission_unit.code[0] != '\0') {
        door_put_money(request, &b, "clawed_back", a->clawed, &a->commission_unit);
        buf_printf(&b, ",\"commission_currency\":\"%s\"", a->commission_unit.code);
    }
    buf_puts(&b, "}}\n");
    http_json(response, 201, buf_sv(&b));
}

static void answer_known(struct http_request *request, struct http_response *response,
                         const struct adjustment_answer *a)
{
    struct buf b = buf_new(request->arena, 256);
    buf_puts(&b, "{\"ok\":true,\"created\":false");
    if (!uuid_is_zero(a->conversion))
        buf_printf(&b, ",\"conversion_id\":\"%s\"", uuid_text(request->arena, a->conversion));
    buf_puts(&b, "}\n");
    http_json(response, 200, buf_sv(&b));
}

static void answer_conflict(struct http_request *request, struct http_response *response,
                            const struct adjustment_answer *a)
{
    http_problem(
        request, response,
        &(struct http_problem){
            .status = 409,
            .code = "conflict",
            .field = a->field,
            .what = _("This refund is recorded with other content. What is stored stands."),
            .why =
                arena_printf(request->arena, _("%s differs from what was told before."), a->field),
            .next = _("Use another refund_id for another refund of the same order."),
        });
}

static void adjust(struct http_request *request, struct http_response *response,
                   const struct adjustment_event *event)
{
    struct adjustment_answer answer;
    switch (conversion_adjust(request->db, request->arena, event, &answer)) {
    case ADJUSTMENT_APPLIED:
    case ADJUSTMENT_PARKED:
        answer_stored(request, response, event, &answer);
        return;
    case ADJUSTMENT_DUPLICATE:
        answer_known(request, response, &answer);
        return;
    case ADJUSTMENT_CONFLICT:
        answer_conflict(request, response, &answer);
        return;
    case ADJUSTMENT_REFUSED:
        door_adjustment_refused(request, response, &answer);
        return;
    case ADJUSTMENT_QUEUED:
        http_json(response, 202, SV("{\"ok\":true,\"queued\":true}\n"));
        return;
    case ADJUSTMENT_UNAVAILABLE:
        door_unavailable(request, response);
        return;
    }
    UNREACHABLE();
}

void door_postback_refund_post(struct http_request *request, struct http_response *response)
{
    struct door_signed caller;
    struct door_reader reader;
    if (!door_signed_open(request, response, &caller) || !door_open(&reader, request, response))
        return;
    struct adjustment_event event = {.door = SALE_DOOR_POSTBACK,
                                     .brand = caller.brand,
                                     .test_mode = caller.test_mode,
                                     .kind = ADJUSTMENT_REFUND};
    door_stamp_adjustment(request, &event);
    if (!read_refund(&reader, &event))
        http_unavailable(request, response);
    else if (door_is_sound(&reader, response))
        adjust(request, response, &event);
    door_close(&reader);
}
