libmeed_a_SOURCES += \
	src/account/account.h src/account/account_internal.h \
	src/account/account_cookie.c src/account/account_cookie.h \
	src/account/account_page.h src/account/account_pages.h \
	src/account/account_form.c \
	src/account/account_login_pages.c \
	src/account/account_page.c \
	src/account/account_profile.c \
	src/account/account_profile_pages.c \
	src/account/account_rules.c \
	src/account/account_session.c \
	src/account/account_signup.c \
	src/account/account_signup_pages.c \
	src/account/account_store.c \
	src/account/account_token.c \
	src/account/account_token_pages.c
