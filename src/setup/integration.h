/*
 * The doors by which a brand's sales come in, as the integration pages show them: what each is
 * called, how it proves who sends, and how it goes, in a chip and a sentence. Pure.
 */
#ifndef MEED_SETUP_INTEGRATION_H
#define MEED_SETUP_INTEGRATION_H

#include "conversion/sale_event.h"
#include "program/secret.h"
#include "view/format.h"

enum integration_proof {
    INTEGRATION_BY_KEY,    /* an API key of ours: the brand's, or a program's */
    INTEGRATION_BY_SECRET, /* a secret that signs: ours, or the provider's own */
    INTEGRATION_BY_ORIGIN, /* nothing secret: the page that it comes from */
};

struct integration {
    enum sale_door door; /* its text is the page's address as well */
    const char *title, *about, *icon;
    enum integration_proof proof;
    enum secret_door secrets; /* BY_SECRET */
    bool is_pasted;           /* the provider makes the secret, the brand pastes it */
    bool by_program;          /* the address or the key is one program's */
};

enum { INTEGRATIONS = 8 };

/* In the order of the overview; title and about are translated where they are shown. */
extern const struct integration integrations[INTEGRATIONS];
/* NULL: no such door has a page. */
const struct integration *integration_find(struct sv name);
const char *integration_path(struct arena *arena, const struct integration *integration);

/* What is known of one door, in one mode. */
struct integration_facts {
    bool is_set_up;   /* there is a key or secret that works, or an allowed page */
    int64_t heard_us; /* wire clock: the last authentic event; 0: none */
    struct sv topic;  /* of the last event, as the provider calls it; empty: not told */
    struct sv account;
    bool is_disconnected;
    int64_t changed_us; /* wire clock: since when it is disconnected */
    struct sv refused_code, refused_field;
    int64_t refused_us; /* business clock; 0: nothing was refused */
};

struct integration_state {
    enum format_state chip;
    const char *words;
};

/* A door is silent after this long without an event. */
#define INTEGRATION_SILENT_US (24 * CLOCK_HOUR)

/* The two clocks apart: a refusal is newer than an event when it is less long ago. */
struct integration_state integration_judge(struct arena *arena, const struct integration *door,
                                           const struct integration_facts *facts, int64_t wire_us,
                                           int64_t business_us);

/* Why a key that was pasted can't be this provider's; NULL: it may be. */
const char *integration_pasted_fault(const struct integration *door, struct sv pasted);

#endif
