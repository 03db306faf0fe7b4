/* The page of one door, as its GET and the POSTs of its forms answer it. */
#ifndef MEED_SETUP_INTEGRATION_PAGE_H
#define MEED_SETUP_INTEGRATION_PAGE_H

#include "http/http.h"
#include "program/api_key.h"
#include "program/program.h"
#include "setup/integration.h"
#include "setup/setup_store.h"
#include "setup/test_link.h"
#include "view/layout.h"

/*
 * What the page has to say beyond what is stored. A live key or secret is shown on the page that
 * answers the POST that made it, and never again; so that page is no redirect.
 */
struct integration_notice {
    int status;
    struct sv key, secret; /* made just now */
    struct sv typed;       /* into the form that `error` is about: a name, a secret, an origin */
    const char *error, *problem;
};

struct integration_page {
    const struct integration *door;
    struct setup_brand brand;
    struct program_list programs; /* newest first, open ones and drafts */
    bool has_program;
    struct program program; /* the chosen one; of a door that is the brand's: for its examples */
    struct integration_facts facts;
    struct api_key_list keys;
    struct secret_list secrets;
    struct test_link link; /* in test mode */
};

/* Of the program that the form or the address names, else the newest. False: answered. */
MUST_USE bool integration_page_load(struct http_request *request, struct http_response *response,
                                    const struct integration *door, struct integration_page *page);
void integration_page_send(struct http_request *request, struct http_response *response,
                           const struct integration *door, const struct integration_notice *notice);
/* 303 to `back`, when the form carries one, else to the door's page of that program. */
void integration_page_go(struct http_request *request, struct http_response *response,
                         const struct integration *door, const char *done);

/*
 * The program that a form or an address names by its public id, zero where it names none.
 * False: there is no such program of the brand, or nothing can be read; answered.
 */
MUST_USE bool integration_page_program(struct http_request *request, struct http_response *response,
                                       uint64_t *program);

/* The hidden field of a form that is about one program; nothing for a brand's own doors. */
void integration_name_program(struct arena *arena, struct view *form,
                              const struct integration_page *page);

/* Parts of the page, in files of their own. */
void integration_show_keys(struct http_request *request, struct view *body,
                           const struct integration_page *page,
                           const struct integration_notice *notice);
void integration_show_secrets(struct http_request *request, struct view *body,
                              const struct integration_page *page,
                              const struct integration_notice *notice);
struct pixel_part; /* what the pixel's page reads beside */
MUST_USE bool integration_read_pixel(struct http_request *request, struct http_response *response,
                                     struct pixel_part **part);
void integration_show_pixel(struct http_request *request, struct view *body,
                            const struct integration_page *page, const struct pixel_part *part,
                            const struct integration_notice *notice);

#endif
