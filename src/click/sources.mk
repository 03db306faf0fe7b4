libmeed_a_SOURCES += \
	%D%/beacon_queue.c %D%/beacon_queue.h \
	%D%/bots.c %D%/bots.def %D%/bots.h \
	%D%/click.h %D%/click_store.c \
	%D%/click_endpoints.c \
	%D%/click_jobs.c %D%/click_jobs.h \
	%D%/click_pool.c %D%/click_pool.h \
	%D%/crc32c.c %D%/crc32c.h \
	%D%/drain.c %D%/drain.h %D%/drain_store.c %D%/drain_store.h \
	%D%/host_id.c %D%/host_id.h \
	%D%/linkmap.c %D%/linkmap.h %D%/linkmap_entry.h \
	%D%/linkmap_env.c %D%/linkmap_env.h %D%/linkmap_store.c \
	%D%/partitions.c %D%/partitions.h \
	%D%/record.c %D%/record.h \
	%D%/redirect.c %D%/redirect.h \
	%D%/spool.h %D%/spool_format.h %D%/spool_read.c %D%/spool_write.c \
	%D%/track_click.c \
	%D%/visit.c %D%/visit.h
