/*
 * POST /api/ingest/refund and /api/ingest/chargeback: what the CPA network's door takes back.
 *
 *   X-Offer-Key: ok_live_… | ok_test_…
 *   {"external_payment_id", "amount"?, "currency"?, "refund_id"?, "occurred_at"?}
 *
 *   201 {"status":"created","conversion_id",…}   200 {"status":"duplicate"|"parked",…}
 *   202 {"status":"queued"}   400   401   422   429   503
 *
 * Without an amount it is the whole payment, once. A part needs a refund_id, so that a repeated
 * delivery is not taken for another refund. A payment that is not known yet parks it: 200, and it
 * is applied when the payment comes.
 */
#include "base/i18n.h"
#include "conversion/adjustment.h"
#include "door/door_ingest.h"

http_handler door_ingest_refund_post, door_ingest_chargeback_post;

static void read_extent(struct door_reader *r, struct adjustment_event *event)
{
    bool told = door_refund_amount(r, event);
    struct sv id =
        door_text(r, "refund_id", DOOR_PAYMENT_ID_MAX, told ? DOOR_REQUIRED : DOOR_OPTIONAL);
    event->extent = told ? ADJUSTMENT_OF_TOTAL : ADJUSTMENT_WHOLE;
    event->ref =
        sv_from(arena_printf(r->request->arena, "%s:" SV_FMT, adjustment_kind_text(event->kind),
                             SV_ARG(id.n > 0 ? id : event->targets[0].value)));
}

static void read_adjustment(struct door_reader *r, struct adjustment_event *event)
{
    struct sv payment = door_text(r, "external_payment_id", DOOR_PAYMENT_ID_MAX, DOOR_REQUIRED);
    event->targets[event->n_targets++] = (struct sale_key){SALE_KEY_PAYMENT, payment};
    read_extent(r, event);
    event->occurred_us = door_occurred(r);
}

static void answer_stored(struct http_request *request, struct http_response *response,
                          const char *status, const struct adjustment_answer *a)
{
    struct buf b = buf_new(request->arena, 1024);
    buf_printf(&b, "{\"status\":\"%s\"", status);
    if (!uuid_is_zero(a->conversion)) {
        buf_printf(&b, ",\"conversion_id\":\"%s\"", uuid_text(request->arena, a->conversion));
        door_put_money(request, &b, "refunded", a->refunded_base, &a->unit);
        buf_printf(&b, ",\"currency\":\"%s\"", a->unit.code);
    }
    if (a->outcome == ADJUSTMENT_CONFLICT)
        buf_printf(&b, ",\"conflict\":\"%s\"", a->field);
    buf_puts(&b, "}\n");
    http_json(response, a->outcome == ADJUSTMENT_APPLIED ? 201 : 200, buf_sv(&b));
}

static void answer(struct http_request *request, struct http_response *response,
                   const struct adjustment_answer *a)
{
    switch (a->outcome) {
    case ADJUSTMENT_APPLIED:
        answer_stored(request, response, "created", a);
        return;
    case ADJUSTMENT_PARKED:
        answer_stored(request, response, "parked", a);
        return;
    case ADJUSTMENT_DUPLICATE:
    case ADJUSTMENT_CONFLICT:
        answer_stored(request, response, "duplicate", a);
        return;
    case ADJUSTMENT_REFUSED:
        door_adjustment_refused(request, response, a);
        return;
    case ADJUSTMENT_QUEUED:
        http_json(response, 202, SV("{\"status\":\"queued\"}\n"));
        return;
    case ADJUSTMENT_UNAVAILABLE:
        door_unavailable(request, response);
        return;
    }
    UNREACHABLE();
}

static void accept_adjustment(struct http_request *request, struct http_response *response,
                              enum adjustment_kind kind)
{
    struct api_key_caller caller;
    struct door_reader reader;
    struct adjustment_answer a;
    if (!door_authenticate(request, response, API_KEY_PROGRAM, &caller) ||
        !door_open(&reader, request, response))
        return;
    struct adjustment_event event = {.door = SALE_DOOR_INGEST,
                                     .brand = caller.brand,
                                     .program = caller.program,
                                     .test_mode = caller.test_mode,
                                     .kind = kind};
    door_stamp_adjustment(request, &event);
    read_adjustment(&reader, &event);
    if (door_is_sound(&reader, response)) {
        a.outcome = conversion_adjust(request->db, request->arena, &event, &a);
        answer(request, response, &a);
    }
    door_close(&reader);
}

void door_ingest_refund_post(struct http_request *request, struct http_response *response)
{
    accept_adjustment(request, response, ADJUSTMENT_REFUND);
}

void door_ingest_chargeback_post(struct http_request *request, struct http_response *response)
{
    accept_adjustment(request, response, ADJUSTMENT_CHARGEBACK);
}
