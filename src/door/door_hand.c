/* By hand: pure reading of the texts, and the words for what came of them. */
#include "base/clock.h"
#include "base/i18n.h"
#include "door/door_hand.h"

enum {
    SALE_AGE_DAYS = 90, /* the pipeline clamps older ones: better said than done unseen */
    REFUND_ID_MAX = 190 /* "whole:" before it still fits an adjustment's ref */
};

static const char *const names[] = {
#define X(name, text) text,
    HAND_FIELDS(X)
#undef X
};

const char *hand_field_name(enum hand_field field)
{
    CHECK((unsigned)field < HAND_FIELD_COUNT);
    return names[field];
}

bool hand_field_find(struct sv name, enum hand_field *out)
{
    for (unsigned i = 0; i < HAND_FIELD_COUNT; i++) {
        if (!sv_eq_nocase(sv_trim(name), sv_from(names[i])))
            continue;
        *out = (enum hand_field)i;
        return true;
    }
    return false;
}

const struct hand_reason *hand_reason_at(size_t i)
{
    static const struct hand_reason reasons[] = {
        {"refund", N_("The customer got the money back"), ADJUSTMENT_REFUND},
        {"cancelled", N_("The order was cancelled"), ADJUSTMENT_REFUND},
        {"chargeback", N_("The customer's bank took the money back"), ADJUSTMENT_CHARGEBACK},
        {"duplicate", N_("The order was recorded under another number as well"), ADJUSTMENT_REFUND},
        {"test_order", N_("It was an order for trying the shop out"), ADJUSTMENT_REFUND},
        {"other", N_("Another reason, given in the note"), ADJUSTMENT_REFUND},
    };
    return i < COUNT_OF(reasons) ? &reasons[i] : NULL;
}

/* Fields ----------------------------------------------------------------------------------------
 */

struct reading {
    struct arena *arena;
    const struct hand_context *context;
    const struct hand_input *input;
    struct hand_entry *out;
};

static void fault(struct reading *r, enum hand_field field, const char *why)
{
    if (!r->out->error[field])
        r->out->errors++;
    r->out->error[field] = why;
}

static bool has_control(struct sv text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
            return true;
    return false;
}

/* A line of text; faults at its own field. */
static struct sv take(struct reading *r, enum hand_field field, size_t max)
{
    struct sv text = sv_trim(r->input->field[field]);
    if (text.n > max)
        fault(r, field, arena_printf(r->arena, _("It is longer than %zu bytes."), max));
    else if (!sv_is_utf8(text) || has_control(text))
        fault(r, field, _("It holds characters that are no plain text."));
    else
        return text;
    return SV_NONE;
}

/* The note alone may have several lines. */
static struct sv take_note(struct reading *r, size_t max)
{
    struct sv text = sv_trim(r->input->field[HAND_NOTE]);
    if (text.n > max)
        fault(r, HAND_NOTE, arena_printf(r->arena, _("It is longer than %zu bytes."), max));
    else if (!sv_is_utf8(text))
        fault(r, HAND_NOTE, _("It holds characters that are no plain text."));
    else
        return text;
    return SV_NONE;
}

static struct sv take_order(struct reading *r, size_t max)
{
    struct sv order = take(r, HAND_ORDER, max);
    if (order.n == 0 && !r->out->error[HAND_ORDER])
        fault(r, HAND_ORDER, _("Tell the order's number, as the shop writes it."));
    return order;
}

static struct unit take_currency(struct reading *r)
{
    struct unit unit = r->context->currency;
    struct sv text = take(r, HAND_CURRENCY, 20);
    char code[4] = "";
    for (size_t i = 0; i < text.n && i < 3; i++)
        code[i] = (char)(text.p[i] >= 'a' && text.p[i] <= 'z' ? text.p[i] - 'a' + 'A' : text.p[i]);
    if (text.n > 0 && (text.n != 3 || !unit_find_currency(sv_of(code, 3), &unit)))
        fault(r, HAND_CURRENCY, _("It is no ISO 4217 currency: use three letters, such as USD."));
    return unit;
}

static const char *amount_words(struct arena *arena, enum money_parse how, const struct unit *unit)
{
    switch (how) {
    case MONEY_OK:
        return NULL;
    case MONEY_NOT_A_NUMBER:
        return _("It is no plain number: write 129.90, with a point and without separators.");
    case MONEY_NEGATIVE:
        return _("It is below zero: record what was paid, and a refund as a refund.");
    case MONEY_OVER_PRECISE:
        return arena_printf(arena, _("%s has %d digits behind the point."), unit->code,
                            unit->exponent);
    case MONEY_TOO_LARGE:
        return _("It is larger than any amount Meed keeps.");
    }
    UNREACHABLE();
}

/* False: not told, or a fault. */
static bool take_amount(struct reading *r, const struct unit *unit, int64_t *minor)
{
    struct sv text = take(r, HAND_AMOUNT, 60);
    if (text.n == 0)
        return false;
    const char *why = amount_words(r->arena, money_parse_major(text, unit->exponent, minor), unit);
    if (why)
        fault(r, HAND_AMOUNT, why);
    return !why;
}

/* "2026-11-21" as its last second in the zone. */
static bool read_day(struct sv text, const char *zone, int64_t *us)
{
    int64_t year, month, day;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        !sv_to_i64(sv_sub(text, 0, 4), &year) || !sv_to_i64(sv_sub(text, 5, 2), &month) ||
        !sv_to_i64(sv_sub(text, 8, 2), &day) || year < 2000 || month < 1 || month > 12 || day < 1)
        return false;
    int32_t date = (int32_t)(year * 10000 + month * 100 + day);
    if (clock_date_add(clock_date_add(date, 1), -1) != date) /* 30 February */
        return false;
    *us = clock_local_day_start(clock_date_add(date, 1), zone) - CLOCK_SECOND;
    return true;
}

/* 0: not told, or today. */
static int64_t take_time(struct reading *r)
{
    int64_t us = 0, digits;
    struct sv text = take(r, HAND_DATE, 40);
    if (text.n == 0)
        return 0;
    bool is_day = read_day(text, r->context->zone, &us);
    if (!is_day && (sv_to_i64(text, &digits) || !clock_parse(text, &us))) {
        fault(r, HAND_DATE, _("It is no date: write 2026-11-21, or 2026-11-21T06:13:05Z."));
        return 0;
    }
    int64_t now_us = r->context->received_us;
    if (is_day && us > now_us &&
        clock_local_date(us, r->context->zone) == clock_local_date(now_us, r->context->zone))
        return 0;
    if (us > now_us)
        fault(r, HAND_DATE, _("It lies ahead."));
    else if (us < now_us - SALE_AGE_DAYS * CLOCK_DAY)
        fault(r, HAND_DATE,
              arena_printf(r->arena,
                           _("It is more than %d days ago: too late to "
                             "record it."),
                           SALE_AGE_DAYS));
    return r->out->error[HAND_DATE] ? 0 : us;
}

/* A sale --------------------------------------------------------------------------------------- */

static void read_credit(struct reading *r, struct sale_event *sale)
{
    struct sv creator = take(r, HAND_CREATOR, SALE_CODE_MAX);
    r->out->creator = sv_starts(creator, SV("@")) ? sv_from_index(creator, 1) : creator;
    sale_event_add_code(sale, take(r, HAND_CODE, SALE_CODE_MAX));
    struct sv click = take(r, HAND_CLICK, 60);
    if (click.n > 0 && !uuid_parse(click, &sale->click))
        fault(r, HAND_CLICK, _("It is no click id: copy it from the landing address."));
}

static void read_worth(struct reading *r, struct sale_event *sale)
{
    struct sv event = take(r, HAND_EVENT, 20);
    if (event.n > 0 && !sale_kind_find(event, &sale->kind))
        fault(r, HAND_EVENT,
              _("There is no such event: use sale, lead, signup, form, trial or "
                "rebill."));
    sale->unit = take_currency(r);
    bool told = take_amount(r, &sale->unit, &sale->amount);
    sale->base = sale->amount;
    bool may_be_zero = sale_kind_may_be_zero(sale->kind) ||
                       (sale->kind == SALE_KIND_SALE && sale->n_codes > 0 && told);
    if (sale->amount == 0 && !may_be_zero && !r->out->error[HAND_AMOUNT])
        fault(r, HAND_AMOUNT,
              told ? _("A sale is worth more than nothing, unless a discount code made it free.")
                   : _("Tell what the customer paid."));
}

static void read_sale(struct reading *r)
{
    const struct hand_context *c = r->context;
    struct sale_event *sale = &r->out->sale;
    *sale = (struct sale_event){.door = c->door,
                                .brand = c->brand,
                                .program = c->program,
                                .test_mode = c->test_mode,
                                .by_user = c->by_user,
                                .request = c->request,
                                .received_us = c->received_us};
    sale->order_ref = take_order(r, SALE_ORDER_REF_MAX);
    read_credit(r, sale);
    read_worth(r, sale);
    sale->occurred_us = take_time(r);
    sale->note = take_note(r, SALE_NOTE_MAX);
}

/* A refund --------------------------------------------------------------------------------------
 */

static const struct hand_reason *take_reason(struct reading *r)
{
    struct sv code = take(r, HAND_REASON, 40);
    const struct hand_reason *reason = hand_reason_at(0);
    if (code.n == 0 && r->context->door == SALE_DOOR_CSV)
        return reason; /* a file of refunds needn't say that they are refunds */
    for (size_t i = 0; (reason = hand_reason_at(i)) != NULL; i++)
        if (sv_eq_cstr(code, reason->code))
            return reason;
    fault(r, HAND_REASON,
          _("Choose a reason: refund, cancelled, chargeback, duplicate, test_order or other."));
    return hand_reason_at(0);
}

/* What the partner reads: the reason where the kind doesn't say it, and the note. */
static struct sv refund_note(struct reading *r, const struct hand_reason *reason)
{
    struct sv note = take_note(r, HAND_REFUND_NOTE_MAX);
    bool is_plain = strcmp(reason->code, "refund") == 0 || strcmp(reason->code, "chargeback") == 0;
    if (strcmp(reason->code, "other") == 0) {
        if (note.n == 0 && !r->out->error[HAND_NOTE])
            fault(r, HAND_NOTE, _("Write the reason here: the creator has nothing else to go by."));
        return note;
    }
    if (is_plain)
        return note;
    return sv_from(arena_printf(r->arena, "%s%s" SV_FMT, _(reason->text), note.n > 0 ? ": " : "",
                                SV_ARG(note)));
}

static void read_refund_amount(struct reading *r, struct adjustment_event *refund)
{
    struct unit unit = take_currency(r);
    bool told = take_amount(r, &unit, &refund->amount);
    struct sv id = take(r, HAND_REFUND, REFUND_ID_MAX);
    refund->extent = told ? ADJUSTMENT_OF_TOTAL : ADJUSTMENT_WHOLE;
    if (told && refund->amount == 0)
        fault(r, HAND_AMOUNT, _("Leave it empty for the whole order, or tell what was paid back."));
    if (told) {
        refund->unit = unit;
        if (id.n == 0 && !r->out->error[HAND_REFUND])
            fault(r, HAND_REFUND,
                  _("A partial refund needs an id of its own, so that it counts once."));
    }
    refund->ref =
        id.n > 0
            ? id
            : sv_from(arena_printf(r->arena, "whole:" SV_FMT, SV_ARG(refund->targets[0].value)));
}

static void read_refund(struct reading *r)
{
    const struct hand_context *c = r->context;
    struct adjustment_event *refund = &r->out->refund;
    *refund = (struct adjustment_event){.door = c->door,
                                        .brand = c->brand,
                                        .program = c->program,
                                        .test_mode = c->test_mode,
                                        .by_user = c->by_user,
                                        .request = c->request,
                                        .received_us = c->received_us};
    refund->targets[0] = (struct sale_key){SALE_KEY_ORDER, take_order(r, REFUND_ID_MAX)};
    refund->n_targets = 1;
    read_refund_amount(r, refund);
    const struct hand_reason *reason = take_reason(r);
    refund->kind = reason->kind;
    refund->note = refund_note(r, reason);
    refund->occurred_us = take_time(r);
}

/* One entry ------------------------------------------------------------------------------------ */

static void stamp(const struct reading *r)
{
    uint8_t *mac = r->out->is_refund ? r->out->refund.body_mac : r->out->sale.body_mac;
    struct buf b = buf_new(r->arena, 16 * 1024);
    for (unsigned i = 0; i < HAND_FIELD_COUNT; i++)
        buf_printf(&b, "%zu:" SV_FMT, r->input->field[i].n, SV_ARG(r->input->field[i]));
    keys_hash(mac, KEY_CONTENT_MAC, buf_sv(&b));
}

bool hand_read(struct arena *arena, const struct hand_context *context,
               const struct hand_input *input, struct hand_entry *out)
{
    struct reading r = {arena, context, input, out};
    *out = (struct hand_entry){0};
    struct sv type = take(&r, HAND_TYPE, 20);
    out->is_refund = sv_eq_nocase(type, SV("refund"));
    if (type.n > 0 && !out->is_refund && !sv_eq_nocase(type, SV("sale")))
        fault(&r, HAND_TYPE, _("It is neither sale nor refund."));
    if (out->is_refund)
        read_refund(&r);
    else
        read_sale(&r);
    if (out->errors == 0)
        stamp(&r);
    return out->errors == 0;
}

/* Words ---------------------------------------------------------------------------------------- */

static const char *credit_words(struct arena *arena, const struct hand_entry *entry,
                                const struct conversion_answer *answer)
{
    switch (answer->credit) {
    case CREDIT_AWAITING:
        return _("Recorded; its click is looked for during 24 hours.");
    case CREDIT_UNATTRIBUTED:
        return _("Recorded; nobody is credited.");
    case CREDIT_ATTRIBUTED:
        break;
    }
    const char *payout = money_format_display(arena, answer->payout, &answer->unit);
    if (entry->creator.n > 0)
        return arena_printf(arena, _("Recorded: @%.*s earns %s."), SV_ARG(entry->creator), payout);
    return arena_printf(arena, _("Recorded: the creator earns %s."), payout);
}

static const char *conflict_words(struct arena *arena, const char *field)
{
    const char *what = strcmp(field, "amount") == 0     ? _("amount")
                       : strcmp(field, "currency") == 0 ? _("currency")
                       : strcmp(field, "event") == 0    ? _("event")
                                                        : _("program");
    return arena_printf(arena,
                        _("This order is recorded already, with another %s. What is stored "
                          "stands: record a refund to correct it."),
                        what);
}

static const char *refusal_words(enum conversion_refusal refusal)
{
    switch (refusal) {
    case REFUSAL_PROGRAM_UNKNOWN:
    case REFUSAL_NO_PROGRAM:
        return _("Not recorded: the program is gone.");
    case REFUSAL_PROGRAM_DRAFT:
        return _("Not recorded: the program is a draft and takes test sales alone.");
    case REFUSAL_BRAND_INACTIVE:
        return _("Not recorded: the brand's account is suspended or closed.");
    case REFUSAL_AMOUNT_TOO_LARGE:
        return _("Not recorded: the amount is larger than any Meed keeps.");
    }
    UNREACHABLE();
}

const char *hand_outcome_words(struct arena *arena, const struct hand_entry *entry,
                               const struct conversion_answer *answer)
{
    switch (answer->outcome) {
    case CONVERSION_CREATED:
        return credit_words(arena, entry, answer);
    case CONVERSION_DUPLICATE:
        return _("Recorded already: nothing was changed.");
    case CONVERSION_CONFLICT:
        return conflict_words(arena, answer->field);
    case CONVERSION_REFUSED:
        return refusal_words(answer->refusal);
    case CONVERSION_QUEUED:
        return _("Stored; recording it is tried again by itself.");
    case CONVERSION_UNAVAILABLE:
        return _("Not recorded: a part of Meed is busy. Send it again: an order counts once.");
    }
    UNREACHABLE();
}

const char *hand_refund_words(struct arena *arena, const struct adjustment_answer *answer)
{
    switch (answer->outcome) {
    case ADJUSTMENT_APPLIED:
        return arena_printf(arena, _("Refunded: %s is taken back in all."),
                            money_format_display(arena, answer->clawed, &answer->commission_unit));
    case ADJUSTMENT_PARKED:
        return _("Stored; no sale of this order is known yet, and it is applied when one comes.");
    case ADJUSTMENT_DUPLICATE:
        return _("Refunded already: nothing was changed.");
    case ADJUSTMENT_CONFLICT:
        return _("Refunded already with other content. What is stored stands.");
    case ADJUSTMENT_REFUSED:
        switch (answer->refusal) {
        case ADJUSTMENT_REFUSED_CURRENCY:
            return _("Not refunded: the sale is in another currency.");
        case ADJUSTMENT_REFUSED_PROGRAM:
            return _("Not refunded: the sale belongs to another program.");
        case ADJUSTMENT_REFUSED_BRAND:
            return _("Not refunded: the brand's account is suspended or closed.");
        case ADJUSTMENT_REFUSED_AMBIGUOUS:
            return _("Not refunded: sales of several programs have this number.");
        }
        UNREACHABLE();
    case ADJUSTMENT_QUEUED:
        return _("Stored; applying it is tried again by itself.");
    case ADJUSTMENT_UNAVAILABLE:
        return _("Not refunded: a part of Meed is busy. Send it again: a refund counts once.");
    }
    UNREACHABLE();
}
