/* What the files of outbox/ share among themselves, and nobody else includes. */
#ifndef MEED_OUTBOX_OUTBOX_INTERNAL_H
#define MEED_OUTBOX_OUTBOX_INTERNAL_H

#include "base/json.h"
#include "outbox/outbox.h"

/* The words of one kind of mail, in English; translated when rendered. */
struct outbox_mail_text {
    const char *kind;
    const char *subject;
    const char *body;
};

const struct outbox_mail_text *outbox_mail_text_find(struct sv kind); /* NULL: no such kind */

/* A message ready to be sent. */
struct outbox_message {
    struct sv to;     /* a bare address */
    const char *text; /* RFC 5322: header fields, an empty line, the body; CRLF line ends */
    const char *id;   /* unique, [a-z0-9-]: Message-ID's left part and the file's name */
};

/* What a message is made of. */
struct outbox_letter {
    const struct outbox_mail_text *text;
    struct sv to, name, token;
    struct json_object *args; /* string members; may be NULL */
    const char *id;
    int64_t date_us;
};

/* Fills the words in and lays the message out, in the current language. */
struct outbox_message outbox_message_render(struct arena *arena, const struct settings *settings,
                                            const struct outbox_letter *letter);

enum outbox_sent {
    OUTBOX_SENT,
    OUTBOX_SEND_LATER, /* the server can't be reached, or asks to wait */
    OUTBOX_REFUSED,    /* for good: the address does not exist, say */
};

/* By settings.mail_url: SMTP, or files of a folder. *why is worded when it was not sent. */
enum outbox_sent outbox_transport_send(struct arena *arena, const struct settings *settings,
                                       const struct outbox_message *message, const char **why);

#endif
