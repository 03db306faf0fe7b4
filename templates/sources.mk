# Templates hold their text as [[English]]; the build writes a copy for each language
# to templates/<language>/, which is what the programs load. A new template in a
# folder templates/<feature>/ needs no entry here.
TEMPLATES = $(wildcard $(top_srcdir)/templates/*/*.tpl)
TEMPLATE_TOOL = $(top_srcdir)/templates/translate
TEMPLATE_CATALOGUES = $(LANGUAGES:%=$(top_srcdir)/po/%.po)

EXTRA_DIST += %D%/translate $(TEMPLATES)
noinst_DATA += templates.stamp
CLEANFILES += templates.stamp

templates.stamp: $(TEMPLATES) $(TEMPLATE_TOOL) $(TEMPLATE_CATALOGUES) $(top_srcdir)/po/sources.mk
	$(AM_V_GEN)rm -rf $(top_builddir)/templates/en $(LANGUAGES:%=$(top_builddir)/templates/%)
	$(AM_V_at)$(TEMPLATE_TOOL) $(top_srcdir)/templates - $(top_builddir)/templates/en
	$(AM_V_at)for language in $(LANGUAGES); do \
	  $(TEMPLATE_TOOL) $(top_srcdir)/templates $(top_srcdir)/po/$$language.po \
	    $(top_builddir)/templates/$$language || exit 1; \
	done
	$(AM_V_at)touch $@

CLEAN_LOCAL += clean-templates
.PHONY: clean-templates
clean-templates:
	rm -rf $(top_builddir)/templates/en $(LANGUAGES:%=$(top_builddir)/templates/%)

INSTALL_DATA_LOCAL += install-templates
.PHONY: install-templates uninstall-templates
install-templates: templates.stamp
	cd $(top_builddir)/templates && for file in $(TEMPLATE_LANGUAGES:%=%/*/*.tpl); do \
	  $(MKDIR_P) "$(DESTDIR)$(pkgdatadir)/templates/`dirname $$file`" && \
	  $(INSTALL_DATA) $$file "$(DESTDIR)$(pkgdatadir)/templates/$$file" || exit 1; \
	done
uninstall-templates:
	rm -rf "$(DESTDIR)$(pkgdatadir)/templates"
UNINSTALL_LOCAL += uninstall-templates
