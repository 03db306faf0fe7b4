/*
 * Every mail that Meed sends: a row each. {name} is the addressee, {base} the
 * address of this installation, {token} the secret of a single-use link; other
 * placeholders are named by whoever calls outbox_put_mail().
 */
#include "base/i18n.h"
#include "outbox/outbox_internal.h"

static const struct outbox_mail_text texts[] = {
    {
        "mail.confirm",
        N_("Confirm your address"),
        /* no name: whoever signs up with another's address could write through it */
        N_("Hello,\n"
           "\n"
           "please confirm that this address is yours:\n"
           "\n"
           "{base}/confirm/{token}\n"
           "\n"
           "The link works once, within 24 hours. If you did not sign up at Meed, you need not do\n"
           "anything: without the confirmation nobody can use the account.\n"),
    },
    {
        "mail.known",
        N_("You already have an account"),
        N_("Hello {name},\n"
           "\n"
           "somebody, probably you, tried to sign up with this address, which has an account\n"
           "already. You can log in here:\n"
           "\n"
           "{base}/login\n"
           "\n"
           "If you don't know your password any more, set a new one:\n"
           "\n"
           "{base}/forgot\n"
           "\n"
           "If it was not you, nothing has changed and you need not do anything.\n"),
    },
    {
        "mail.reset",
        N_("Set a new password"),
        N_("Hello {name},\n"
           "\n"
           "with this link you can set a new password:\n"
           "\n"
           "{base}/reset/{token}\n"
           "\n"
           "It works once, within an hour, and ends all your sessions. If you did not ask for it,\n"
           "you need not do anything: your password stays as it is.\n"),
    },
    {
        "mail.password_changed",
        N_("Your password was changed"),
        N_("Hello {name},\n"
           "\n"
           "the password of your account was changed just now. If that was you, all is well.\n"
           "If not, set a new one at once:\n"
           "\n"
           "{base}/forgot\n"),
    },
    {
        "mail.application_accepted",
        N_("You are in: {program}"),
        N_("Hello {name},\n"
           "\n"
           "{brand} accepted your application to {program}. Your link and your discount code are\n"
           "ready:\n"
           "\n"
           "{base}/partner/links\n"
           "\n"
           "{note}\n"),
    },
    {
        "mail.application_declined",
        N_("Your application to {program}"),
        N_("Hello {name},\n"
           "\n"
           "{brand} declined your application to {program}.\n"
           "\n"
           "{note}\n"
           "\n"
           "You can change your profile and apply again:\n"
           "\n"
           "{base}/partner/marketplace\n"),
    },
    {
        "mail.partnership_paused",
        N_("Paused: {program}"),
        N_("Hello {name},\n"
           "\n"
           "{brand} paused your part in {program}. Your links lead nowhere until it is resumed; what\n"
           "you have earned stays yours.\n"
           "\n"
           "{note}\n"),
    },
    {
        "mail.partnership_resumed",
        N_("Resumed: {program}"),
        N_("Hello {name},\n"
           "\n"
           "{brand} resumed your part in {program}. Your links work again:\n"
           "\n"
           "{base}/partner/links\n"
           "\n"
           "{note}\n"),
    },
    {
        "mail.partnership_ended",
        N_("Ended: {program}"),
        N_("Hello {name},\n"
           "\n"
           "{brand} ended your part in {program}. Your links lead nowhere from now on; what you have\n"
           "earned stays yours.\n"
           "\n"
           "{note}\n"),
    },
    {
        "mail.shop_disconnected",
        N_("{shop} is no longer connected to {brand}"),
        N_("Hello {name},\n"
           "\n"
           "the shop {shop} has removed its connection to Meed. Sales of {brand} that it makes from\n"
           "now on are not told to Meed any more, so creators are not credited for them.\n"
           "\n"
           "If that was not meant, set the webhooks up again and paste their key here:\n"
           "\n"
           "{base}/brand/integrations\n"),
    },
    {
        "mail.customer_data",
        N_("A customer of {brand} asks for their data"),
        N_("Hello {name},\n"
           "\n"
           "a customer of {shop} asked which data is held about them. Please answer them by {due}.\n"
           "\n"
           "Orders that the shop names: {orders}\n"
           "\n"
           "Of a customer, Meed keeps hashes of the e-mail and network address, which can't be read\n"
           "back, the country, and what was bought when. You find each order under its number:\n"
           "\n"
           "{base}/brand/sales\n"),
    },
    {
        "mail.claim_accepted",
        N_("Accepted: your claim for order {order}"),
        N_("Hello {name},\n"
           "\n"
           "{brand} accepted your claim: order {order} in {program} is credited to you now. You find\n"
           "it, with its release date, among your earnings:\n"
           "\n"
           "{base}/partner/earnings\n"),
    },
    {
        "mail.claim_declined",
        N_("Your claim for order {order}"),
        N_("Hello {name},\n"
           "\n"
           "{brand} declined your claim for order {order} in {program}:\n"
           "\n"
           "{note}\n"
           "\n"
           "All your claims and their answers:\n"
           "\n"
           "{base}/partner/claims\n"),
    },
};

const struct outbox_mail_text *outbox_mail_text_find(struct sv kind)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (sv_eq_cstr(kind, texts[i].kind))
            return &texts[i];
    return NULL;
}
