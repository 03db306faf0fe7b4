/*
 * One brand with a program, two creators with links and codes, and clicks: what
 * tests of the pipeline start from. Written straight into the tables, so that a
 * test of one room needs no other.
 */
#ifndef MEED_TESTS_SUPPORT_SHOP_H
#define MEED_TESTS_SUPPORT_SHOP_H

#include "conversion/sale_event.h"
#include "db/db.h"
#include "program/program.h"

struct shop_creator {
    uint64_t partner, partnership, link, coupon;
    char token[LINK_TOKEN_SIZE];
    char code[16], slug[64];
};

struct shop {
    struct db *db; /* the web's */
    struct arena *arena;
    uint64_t brand, program, version;
    struct uuid brand_pid, program_pid;
    struct program_settings settings; /* of the version in force */
    struct shop_creator a, b;
};

/* 10% of the sale, 30 days of window and of holdback, no network fee; "Shop" sells in USD. */
void shop_open(struct shop *shop, struct db *db, struct arena *arena);
/* A second one, for tests of tenants; `name` makes it differ. */
void shop_open_named(struct shop *shop, struct db *db, struct arena *arena, const char *name);
/* Puts changed settings in force as a new version. */
void shop_save_settings(struct shop *shop);
/* A program more, of the same brand, without creators of its own. */
struct uuid shop_add_program(struct shop *shop);

/* Another creator in the program, with link and code. */
void shop_add_creator(struct shop *shop, struct shop_creator *c, const char *handle);

/* A click on a creator's link; `visitor` zero makes a new visitor. */
struct shop_click {
    const struct shop_creator *creator;
    int64_t at_us;
    struct uuid visitor;
    bool bot, test_mode;
};
struct uuid shop_click(struct shop *shop, struct shop_click click);
/* The same with an id made before. */
void shop_put_click(struct shop *shop, struct uuid id, struct shop_click click);

/* A sale of 129.90 USD told by the API now, with an order reference of its own. */
struct sale_event shop_sale(struct shop *shop);

/* One number from the tables. */
int64_t shop_count(struct shop *shop, const char *sql);
/* Changes tables as the migrator would; for what no program may do. */
void shop_run(const char *sql);

#endif
