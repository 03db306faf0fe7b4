# libFuzzer targets (configure --enable-fuzzers CC=clang CXX=clang++); run one as
#   tests/fuzz/fuzz_spool -max_total_time=60
if FUZZERS
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
noinst_PROGRAMS += tests/fuzz/fuzz_spool
tests_fuzz_fuzz_spool_SOURCES = tests/fuzz/fuzz_spool.c
tests_fuzz_fuzz_spool_LDADD = $(MEED_LIBS)
tests_fuzz_fuzz_spool_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/fuzz_csv
tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz_csv.c
tests_fuzz_fuzz_csv_LDADD = $(MEED_LIBS)
tests_fuzz_fuzz_csv_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/fuzz_multipart
tests_fuzz_fuzz_multipart_SOURCES = tests/fuzz/fuzz_multipart.c
tests_fuzz_fuzz_multipart_LDADD = $(MEED_LIBS)
tests_fuzz_fuzz_multipart_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/fuzz_params
tests_fuzz_fuzz_params_SOURCES = tests/fuzz/fuzz_params.c
tests_fuzz_fuzz_params_LDADD = $(MEED_LIBS)
tests_fuzz_fuzz_params_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/fuzz_router
tests_fuzz_fuzz_router_SOURCES = tests/fuzz/fuzz_router.c
tests_fuzz_fuzz_router_LDADD = $(MEED_LIBS)
tests_fuzz_fuzz_router_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/fuzz_shopify
tests_fuzz_fuzz_shopify_SOURCES = tests/fuzz/fuzz_shopify.c tests/fuzz/fuzz_shops.h
tests_fuzz_fuzz_shopify_LDADD = $(MEED_LIBS)
tests_fuzz_fuzz_shopify_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/fuzz_woocommerce
tests_fuzz_fuzz_woocommerce_SOURCES = tests/fuzz/fuzz_woocommerce.c tests/fuzz/fuzz_shops.h
tests_fuzz_fuzz_woocommerce_LDADD = $(MEED_LIBS)
tests_fuzz_fuzz_woocommerce_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/fuzz_payment
tests_fuzz_fuzz_payment_SOURCES = tests/fuzz/fuzz_payment.c
tests_fuzz_fuzz_payment_LDADD = $(MEED_LIBS)
tests_fuzz_fuzz_payment_LDFLAGS = $(FUZZ_LINK)
noinst_PROGRAMS += tests/fuzz/fuzz_pixel
tests_fuzz_fuzz_pixel_SOURCES = tests/fuzz/fuzz_pixel.c tests/fuzz/fuzz_shops.h
tests_fuzz_fuzz_pixel_LDADD = $(MEED_LIBS)
tests_fuzz_fuzz_pixel_LDFLAGS = $(FUZZ_LINK)
endif
