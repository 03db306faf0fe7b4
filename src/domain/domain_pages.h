/* Handlers of src/web/routes.def. */
#ifndef MEED_DOMAIN_DOMAIN_PAGES_H
#define MEED_DOMAIN_DOMAIN_PAGES_H

#include "http/http.h"

http_handler domain_proof_get, domain_page_show, domain_page_live, domain_page_add,
    domain_page_add_label, domain_page_check, domain_page_remove;

#endif
