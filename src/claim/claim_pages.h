/* Handlers of claims, the partner's and the brand's. See web/routes.def. */
#ifndef MEED_CLAIM_CLAIM_PAGES_H
#define MEED_CLAIM_CLAIM_PAGES_H

#include "http/http.h"

http_handler claim_partner_show, claim_partner_file;
http_handler claim_brand_show, claim_brand_accept, claim_brand_decline;
http_handler claim_find_brand, claim_find_partner, claim_find_attach;

#endif
