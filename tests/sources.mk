# The C tests: each is a cmocka program, listed in TESTS and check_PROGRAMS, that links the library.
TEST_LDADD = libtestsupport.a $(MEED_LIBS) $(CMOCKA_LIBS)

check_LIBRARIES += libtestsupport.a
libtestsupport_a_SOURCES = \
	%D%/support/shop.c \
	%D%/support/shop.h \
	%D%/support/book.c \
	%D%/support/book.h \
	%D%/support/fixture.c \
	%D%/support/fixture.h \
	%D%/support/testdb.c \
	%D%/support/testdb.h

# Where a test finds the sources and the programs under test, also in a build outside the tree.
AM_TESTS_ENVIRONMENT = \
	MEED_SOURCE_DIR='$(abs_top_srcdir)'; export MEED_SOURCE_DIR; \
	MEED_BUILD_DIR='$(abs_top_builddir)'; export MEED_BUILD_DIR;


# What is no C: found by pattern, so that a new test needs no entry. check-dist sees what they miss.
EXTRA_DIST += $(wildcard $(addprefix $(top_srcdir)/tests/, \
	*/*.mjs */prepare */*.json */*.conf */.npmrc */*.sql \
	*/*.mjs */*.json */*.conf */.npmrc */*.sql */*.lua \
	support/check-* support/instance support/leaks-of-others.txt support/template-names \
	support/gallery-templates/*/*.tpl))

noinst_PROGRAMS += %D%/bench/bare_responder
tests_bench_bare_responder_SOURCES = %D%/bench/bare_responder.c
tests_bench_bare_responder_LDADD = $(MEED_LIBS)

# The database that tests copy (tests/support/instance).
CLEAN_LOCAL += clean-test-template
.PHONY: clean-test-template
clean-test-template:
	rm -rf tests/template-* tests/.template.lock

noinst_PROGRAMS += %D%/bench/sale_client %D%/bench/raw_sales %D%/bench/sales_page
tests_bench_sale_client_SOURCES = %D%/bench/sale_client.c
tests_bench_sale_client_LDADD = $(MEED_LIBS) -lpthread
tests_bench_raw_sales_SOURCES = %D%/bench/raw_sales.c
tests_bench_raw_sales_LDADD = $(MEED_LIBS)
tests_bench_sales_page_SOURCES = %D%/bench/sales_page.c
tests_bench_sales_page_LDADD = $(MEED_LIBS)
EXTRA_DIST += %D%/bench/many_sales.sql

# Fills a database for tests over HTTP.
check_PROGRAMS += %D%/support/make_shop
tests_support_make_shop_SOURCES = %D%/support/make_shop.c
tests_support_make_shop_LDADD = $(TEST_LDADD)
check_PROGRAMS += %D%/support/paste_secret
tests_support_paste_secret_SOURCES = %D%/support/paste_secret.c
tests_support_paste_secret_LDADD = $(TEST_LDADD)

# For script/test, which runs them one by one and counts their cases.
list-tests:
	@printf '%s\n' $(TESTS)
list-dist:
	@printf '%s\n' $(DISTFILES)
.PHONY: list-tests list-dist

include tests/unit/sources.mk
include tests/db/sources.mk
include tests/fuzz/sources.mk
include tests/scenario/sources.mk

# Every component of the look on one page; tests/browser renders and checks it.
check_PROGRAMS += tests/support/gallery
tests_support_gallery_SOURCES = tests/support/gallery.c
tests_support_gallery_LDADD = $(TEST_LDADD)

# HTTP through Apache, end to end.
EXTRA_DIST += \
	tests/http/attribution.test.mjs \
	tests/http/click.test.mjs \
	tests/http/click_faults.test.mjs \
	tests/http/click_support.mjs \
	tests/http/conversion.test.mjs \
	tests/http/conversion_faults.test.mjs \
	tests/http/conversion_support.mjs \
	tests/http/delivery.test.mjs \
	tests/http/door_support.mjs \
	tests/http/forward_stripe.test.mjs \
	tests/http/front.test.mjs \
	tests/http/hand.test.mjs \
	tests/http/ingest.test.mjs \
	tests/http/integration.test.mjs \
	tests/http/meed.local.conf \
	tests/http/package-lock.json \
	tests/http/package.json \
	tests/http/json_corpus.test.mjs \
	tests/http/pool.test.mjs \
	tests/http/protocol.test.mjs \
	tests/http/security.test.mjs \
	tests/http/support.mjs \
	tests/http/v1.test.mjs \
	tests/soak/click.test.mjs \
	tests/soak/conversion.test.mjs \
	tests/soak/faults.mjs
