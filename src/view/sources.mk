libmeed_a_SOURCES += \
	%D%/chart.c %D%/chart.h \
	%D%/form.c %D%/form.h \
	%D%/format.c %D%/format.h \
	%D%/layout.c %D%/layout.h %D%/nav.def \
	%D%/view.cc %D%/view.h
