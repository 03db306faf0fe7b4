libmeed_a_SOURCES += \
	%D%/compose.c \
	%D%/compose.h \
	%D%/db.c \
	%D%/db.h \
	%D%/db_bulk.c \
	%D%/db_fault.c \
	%D%/db_internal.h \
	%D%/db_rows.c \
	%D%/db_statement.c \
	%D%/db_tx.c \
	%D%/job.c \
	%D%/job.h \
	%D%/lease.c \
	%D%/lease.h \
	%D%/migrate.c \
	%D%/migrate.h \
	%D%/migrate_file.c \
	%D%/migrate_file.h
