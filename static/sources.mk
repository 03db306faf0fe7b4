# Served by Apache under /static/. Addresses carry a hash of the content
# (layout_start), so a browser may keep a file for ever.
STATIC_FILES = \
	%D%/favicon.svg \
	%D%/icons.svg \
	%D%/meed-app.js \
	%D%/meed.css \
	%D%/meed.js \
	%D%/pixel.js
STATIC_ERROR_PAGES = \
	%D%/errors/400.html \
	%D%/errors/404.html \
	%D%/errors/408.html \
	%D%/errors/413.html \
	%D%/errors/502.html \
	%D%/errors/503.html \
	%D%/errors/400.problem \
	%D%/errors/408.problem \
	%D%/errors/413.problem \
	%D%/errors/503.problem

staticdir = $(pkgdatadir)/static
dist_static_DATA = $(STATIC_FILES)
staticerrorsdir = $(staticdir)/errors
dist_staticerrors_DATA = $(STATIC_ERROR_PAGES)
