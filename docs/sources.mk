EXTRA_DIST += $(wildcard $(top_srcdir)/docs/*.* $(top_srcdir)/docs/decisions/*.md)
