# The jobs and their loop are in the library: `meedctl worker drain` runs them, too.
libmeed_a_SOURCES += \
	%D%/jobs.def \
	%D%/process.c \
	%D%/process.h \
	%D%/worker.h \
	%D%/worker_drain.c \
	%D%/worker_internal.h \
	%D%/worker_jobs.c \
	%D%/worker_run.c
meed_worker_SOURCES += %D%/main.c
