libmeed_a_SOURCES += \
	%D%/ledger.h %D%/ledger_internal.h \
	%D%/ledger_accounts.c %D%/ledger_chart.c %D%/ledger_jobs_store.c \
	%D%/ledger_mac.c %D%/ledger_read_store.c %D%/ledger_rules.c \
	%D%/ledger_store.c \
	%D%/ledger_checks.c %D%/ledger_verify.c %D%/ledger_verify_chain.c \
	%D%/ledger_verify_rights.c \
	%D%/ledger_verify_internal.h
