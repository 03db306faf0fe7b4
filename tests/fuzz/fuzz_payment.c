/*
 * Signature headers and events of Stripe and Paddle from hostile bytes. The first byte chooses the
 * reader and the event's type; the rest is its object, or the header. Whatever comes: no crash, and
 * what is taken for a sale, facts or an adjustment holds what the pipeline counts on.
 */
#include "base/json.h"
#include "door/door_paddle_read.h"
#include "door/door_stripe_read.h"
#include "door/door_timed_signature.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const stripe_types[] = {
    "checkout.session.completed", "invoice.paid",
    "invoice_payment.paid",       "charge.refunded",
    "charge.dispute.closed",      "customer.subscription.deleted",
};
static const char *const paddle_types[] = {"transaction.completed", "adjustment.updated",
                                           "subscription.canceled"};

/* The readers hash e-mail addresses: they need a key. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char path[] = "/tmp/meed-fuzz-payment-XXXXXX";
    const char *why = NULL;
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    (void)argc, (void)argv;
    CHECK(mkdtemp(path));
    const char *file = arena_printf(arena, "%s/keys", path);
    CHECK(keys_create(file) && keys_open(file, arena, &why));
    unlink(file);
    rmdir(path);
    arena_free(arena);
    return 0;
}

static void check_header(struct sv header)
{
    struct door_timed_signature s;
    for (int scheme = DOOR_TIMED_STRIPE; scheme <= DOOR_TIMED_PADDLE; scheme++) {
        if (!door_timed_signature_read((enum door_timed_scheme)scheme, header, &s))
            continue;
        CHECK(s.n_values > 0 && s.n_values <= DOOR_TIMED_VALUES_MAX);
        CHECK(s.time_s >= 0 && s.time.n > 0);
        CHECK(!door_timed_signature_fits(&s, SV("secret"), header));
        (void)door_timed_signature_is_fresh(&s, 1700000000);
    }
}

static void check_sale(struct arena *arena, const struct sale_event *sale)
{
    struct sale_event again;
    CHECK(sale->amount >= 0 && sale->amount <= MONEY_MAX && sale->unit.code[0] != '\0');
    CHECK(!sale->has_subtotal || (sale->subtotal >= 0 && sale->subtotal <= sale->amount));
    CHECK(!sale->has_tax || (sale->tax >= 0 && sale->tax <= sale->amount));
    CHECK(sale->order_ref.n <= SALE_ORDER_REF_MAX);
    CHECK(sale->ref.n <= SALE_CODE_MAX && sale->token.n <= SALE_CODE_MAX);
    CHECK(sale->subscription.n <= SALE_SUBSCRIPTION_MAX);
    CHECK(sale_event_read(arena, sale_event_write(arena, sale), &again));
    CHECK(again.n_keys == sale->n_keys);
}

static void check_event(struct arena *arena, const struct payment_event *e)
{
    CHECK(e->id.n > 0 && e->id.n <= PAYMENT_ID_MAX && e->topic.n > 0);
    switch (e->what) {
    case PAYMENT_NOTHING:
        CHECK(e->reason);
        return;
    case PAYMENT_SALE:
        CHECK(e->sale.order_ref.n > 0 && e->sale.n_keys > 0);
        check_sale(arena, &e->sale);
        return;
    case PAYMENT_FACTS:
        CHECK(e->about.n > 0 && e->about.n <= SALE_ORDER_REF_MAX && e->sale.amount == 0);
        check_sale(arena, &e->sale);
        return;
    case PAYMENT_ADJUSTMENT:
        CHECK(e->adjustment.n_targets > 0 && e->adjustment.n_targets <= SALE_KEYS_MAX);
        CHECK(e->adjustment.ref.n > 0 && e->adjustment.ref.n <= ADJUSTMENT_REF_MAX);
        CHECK(e->adjustment.amount >= 0 && e->adjustment.amount <= MONEY_MAX);
        return;
    }
    UNREACHABLE();
}

static struct sv wrap(struct arena *arena, uint8_t choice, struct sv object)
{
    if (choice % 2 == 0)
        return sv_from(arena_printf(
            arena,
            "{\"id\":\"evt_1\",\"type\":\"%s\",\"livemode\":true,\"created\":1700000000,"
            "\"data\":{\"object\":" SV_FMT "}}",
            stripe_types[choice / 2 % COUNT_OF(stripe_types)], SV_ARG(object)));
    return sv_from(
        arena_printf(arena, "{\"event_id\":\"evt_1\",\"event_type\":\"%s\",\"data\":" SV_FMT "}",
                     paddle_types[choice / 2 % COUNT_OF(paddle_types)], SV_ARG(object)));
}

static void check_body(struct arena *arena, uint8_t choice, struct sv body)
{
    const char *why = NULL;
    struct payment_event event;
    struct payment_reader r = {.arena = arena};
    struct json_object *json = json_parse(arena, body, &why);
    if (!json)
        return;
    if (choice % 2 == 0 ? stripe_event_read(&r, json, &event) : paddle_event_read(&r, json, &event))
        check_event(arena, &event);
    else
        CHECK(r.reason && r.field);
    json_free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    enum { HEADER = 255, WHOLE = 254 /* the bytes are all of the event */ };
    struct arena *arena;
    if (size == 0)
        return 0;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    struct sv rest = sv_of((const char *)bytes + 1, size - 1);
    if (bytes[0] == HEADER) {
        check_header(rest);
    } else if (bytes[0] >= WHOLE - 1) {
        check_body(arena, bytes[0], rest);
    } else if (memchr(rest.p, 0, rest.n) == NULL) {
        check_body(arena, bytes[0], wrap(arena, bytes[0], rest));
    }
    arena_free(arena);
    return 0;
}
