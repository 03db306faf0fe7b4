#include "claim/claim_words.h"

#include "base/i18n.h"

enum format_state claim_state_chip(enum claim_state state)
{
    switch (state) {
    case CLAIM_OPEN:
        return STATE_APPLIED;
    case CLAIM_ACCEPTED:
        return STATE_APPROVED;
    case CLAIM_DECLINED:
        return STATE_DECLINED;
    }
    UNREACHABLE();
}

const char *claim_result_words(enum claim_result result)
{
    switch (result) {
    case CLAIM_NO_ORDER:
        return _("Give the order's number, as the customer was told it; 200 characters at most.");
    case CLAIM_NO_WORDS:
        return _("Say in a sentence or two why; 1,000 characters at most.");
    case CLAIM_KNOWN:
        return _("You have claimed this order before: its answer stands below.");
    case CLAIM_TOO_MANY:
        return _(
            "50 of your claims in this program wait for an answer. File this one when the "
            "brand has answered some.");
    case CLAIM_DECIDED:
        return _("Somebody has answered this claim meanwhile.");
    case CLAIM_NO_SALE:
        return _(
            "No sale of this number is recorded, so none can be credited. Record it by hand "
            "first, then accept the claim.");
    case CLAIM_NO_PARTNER:
        return _(
            "The creator is not active in the program that this sale belongs to. Resume the "
            "creator there first, then accept the claim.");
    case CLAIM_LOCKED:
        return _(
            "The commission of this sale is paid, on its way, rejected or reversed: it can't "
            "move any more.");
    case CLAIM_OK:
    case CLAIM_NOT_FOUND:
    case CLAIM_UNAVAILABLE:
        break;
    }
    UNREACHABLE();
}
