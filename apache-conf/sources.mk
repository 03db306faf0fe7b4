# Installed as they stand: what a machine decides is a Define in the including file.
apacheconfdir = $(pkgdatadir)/apache
dist_apacheconf_DATA = \
	%D%/development.conf \
	%D%/meed-modules.conf \
	%D%/meed-routes.conf \
	%D%/meed-server.conf \
	%D%/production.conf
