libmeed_a_SOURCES += \
	%D%/example.c \
	%D%/example.h \
	%D%/integration_pages.c \
	%D%/live_etag.c \
	%D%/live_etag.h \
	%D%/program_form.c \
	%D%/program_form.h \
	%D%/program_pages.c \
	%D%/setup_checks.c \
	%D%/setup_checks.h \
	%D%/setup_pages.h \
	%D%/setup_state.c \
	%D%/setup_state.h \
	%D%/setup_store.c \
	%D%/setup_store.h \
	%D%/site_pages.c \
	%D%/site_proof.c \
	%D%/site_proof.h \
	%D%/snippet.c \
	%D%/snippet.h \
	%D%/test_data.c \
	%D%/test_data.h \
	%D%/test_data_pages.c \
	%D%/test_link.c \
	%D%/test_link.h \
	%D%/wizard_pages.c
