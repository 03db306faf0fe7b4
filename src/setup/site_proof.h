/* A site that is to be proved: in words, and what to put where. */
#ifndef MEED_SETUP_SITE_PROOF_H
#define MEED_SETUP_SITE_PROOF_H

#include "base/settings.h"
#include "program/site.h"
#include "view/layout.h"

/* A check is due: the worker makes it within a second or two. */
bool site_is_due(const struct site *site);
const char *site_method_words(enum site_method method);
/* Why it is not verified yet, and what to do. */
const char *site_hint_words(struct arena *arena, const struct site *site);

/* The hint, the time of the next look, and the proofs with buttons to copy, at {{>MARKER}}. */
void site_show_proof(struct arena *arena, const struct settings *settings, struct view *view,
                     const char *marker, const struct site *site, const char *zone);
/* For live_etag(): what is shown of a site. */
uint64_t site_mix(uint64_t mix, const struct site *site);

#endif
