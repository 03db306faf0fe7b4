# The route table and the operator's endpoints are in the library: meedctl lists the routes as well.
libmeed_a_SOURCES += \
	%D%/health.c %D%/health.h \
	%D%/landing.c %D%/landing.h \
	%D%/routes.c %D%/routes.def
meed_web_SOURCES += %D%/main.c %D%/master.c %D%/master.h %D%/problem_page.c %D%/problem_page.h \
	%D%/tracking_host.c %D%/tracking_host.h
