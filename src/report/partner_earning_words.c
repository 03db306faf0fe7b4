#include "report/partner_earning_words.h"

#include "base/i18n.h"

static const struct {
    const char *status;
    enum format_state state;
} states[] = {
    {"pending", STATE_PENDING},   {"approved", STATE_APPROVED}, {"rejected", STATE_REJECTED},
    {"reversed", STATE_REVERSED}, {"paid", STATE_PAID},
};

enum format_state earning_state(const struct earning_row *row)
{
    if (row->in_review)
        return STATE_IN_REVIEW;
    for (size_t i = 0; i < COUNT_OF(states); i++)
        if (sv_eq_cstr(row->status, states[i].status))
            return states[i].state;
    UNREACHABLE(); /* a partner's sale has a commission, which has one of these */
}

/* Behind "Taken back:" and "Rejected:". */
static const char *reason_words(struct sv reason)
{
    static const struct {
        const char *reason, *words;
    } all[] = {
        {"refund", N_("the customer got the money back")},
        {"chargeback", N_("the customer's bank took the money back")},
        {"merged", N_("it was one and the same sale as another of yours")},
        {"replaced", N_("another entry of the same sale takes its place")},
        {"reattributed", N_("the brand credited it to another creator")},
    };
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (sv_eq_cstr(reason, all[i].reason))
            return _(all[i].words);
    return _("the brand decided so");
}

const char *earning_part_words(struct sv reason)
{
    if (sv_eq(reason, SV("refund")))
        return _("The customer got a part of the money back");
    if (sv_eq(reason, SV("chargeback")))
        return _("The customer's bank took a part of the money back");
    if (sv_eq(reason, SV("restore")))
        return _("A part that was taken back came again");
    return _("Checked again");
}

const char *earning_sentence(struct arena *arena, const struct earning_row *row)
{
    const struct format_sale sale = {.state = earning_state(row),
                                     .release_us = row->release_us,
                                     .zone = "Etc/UTC",
                                     .reason = reason_words(row->last_reason)};
    const char *sentence = format_sale_sentence(arena, &sale);
    if (row->clawed == 0 || sale.state == STATE_REVERSED || sale.state == STATE_REJECTED)
        return sentence;
    return arena_printf(arena, _("%s %s less, since the customer got a part of the money back."),
                        sentence, money_format_display(arena, row->clawed, &row->unit));
}

const char *earning_method_words(struct sv method)
{
    static const struct {
        const char *method, *words;
    } all[] = {
        {"click", N_("Your link")},        {"visitor", N_("Your link, an earlier visit")},
        {"coupon", N_("Your code")},       {"token", N_("Your link, told by the order")},
        {"ref", N_("Your ref code")},      {"parent", N_("Renewal of an earlier sale")},
        {"manual", N_("Entered by hand")},
    };
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (sv_eq_cstr(method, all[i].method))
            return _(all[i].words);
    return "";
}
