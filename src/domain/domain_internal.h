/* What the files of domain/ share. */
#ifndef MEED_DOMAIN_DOMAIN_INTERNAL_H
#define MEED_DOMAIN_DOMAIN_INTERNAL_H

#include "domain/domain.h"

/* As stored; the words of the columns dns_state and cert_state. */
enum domain_dns { DNS_UNKNOWN, DNS_NONE, DNS_WRONG, DNS_RIGHT };
enum domain_cert { CERT_UNKNOWN, CERT_NONE, CERT_OTHER, CERT_RIGHT };

const char *domain_dns_text(enum domain_dns dns);
const char *domain_cert_text(enum domain_cert cert);
enum domain_dns domain_dns_of(struct sv text);
enum domain_cert domain_cert_of(struct sv text);

/* What is wrong with a host that is not active; DOMAIN_NEW: nothing is known yet. */
enum domain_state domain_fault_of(enum domain_dns dns, enum domain_cert cert);
/*
 * When to look again after a failure, in microseconds from now; 0: never by itself. `tries`
 * counts the failures before this one.
 */
int64_t domain_wait_us(bool was_active, bool is_broken, uint64_t tries);

#define DOMAIN_ACTIVE_EVERY_US  (20 * CLOCK_SECOND)
#define DOMAIN_CONFIRM_AFTER_US (5 * CLOCK_SECOND)
#define DOMAIN_CLAIM_LASTS_US   (7 * CLOCK_DAY)

#endif
