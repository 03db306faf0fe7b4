# For the operator to look at and copy to /etc/systemd/system: which paths and which user are his.
contribdir = $(pkgdatadir)/contrib/systemd
dist_contrib_DATA = \
	%D%/systemd/meed-migrate.service \
	%D%/systemd/meed-web.service \
	%D%/systemd/meed-worker.service
