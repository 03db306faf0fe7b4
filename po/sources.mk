# Languages beside English, which needs no catalogue: English is the key.
# A new one: add it here, to enum language (base/i18n.h), and run `make update-po`.
LANGUAGES =
TEMPLATE_LANGUAGES = en $(LANGUAGES)

EXTRA_DIST += %D%/meed.pot $(LANGUAGES:%=%D%/%.po)

# Rewrites po/meed.pot from sources and templates, and merges it into every catalogue.
.PHONY: update-po
update-po:
	$(AM_V_GEN)cd $(top_srcdir) && templates/translate --extract templates > po/templates.pot.tmp
	$(AM_V_at)cd $(top_srcdir) && find src \( -name '*.c' -o -name '*.h' -o -name '*.def' \) | sort | \
	  xargs $(XGETTEXT) -L C -k_ -kN_ -ki18n_plural:1,2 --from-code=UTF-8 -cTRANSLATORS: \
	  --package-name=meed -o po/sources.pot.tmp
	$(AM_V_at)cd $(top_srcdir) && sed -i s/charset=CHARSET/charset=UTF-8/ po/sources.pot.tmp
	$(AM_V_at)cd $(top_srcdir) && msgcat --use-first po/sources.pot.tmp po/templates.pot.tmp -o po/meed.pot
	$(AM_V_at)cd $(top_srcdir) && rm -f po/sources.pot.tmp po/templates.pot.tmp
	$(AM_V_at)cd $(top_srcdir) && for language in $(LANGUAGES); do \
	  msgmerge -q -U --backup=none po/$$language.po po/meed.pot || exit 1; \
	done

# What the programs load: settings' locale_dir is this folder of the build, or $(localedir).
CATALOGUES = $(LANGUAGES:%=%D%/%/LC_MESSAGES/meed.mo)
noinst_DATA += $(CATALOGUES)
CLEANFILES += $(CATALOGUES)
%D%/%/LC_MESSAGES/meed.mo: %D%/%.po
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --check-format -o $@ $<

INSTALL_DATA_LOCAL += install-catalogues
UNINSTALL_LOCAL += uninstall-catalogues
.PHONY: install-catalogues uninstall-catalogues
install-catalogues: $(CATALOGUES)
	for language in $(LANGUAGES); do \
	  $(MKDIR_P) "$(DESTDIR)$(localedir)/$$language/LC_MESSAGES" && \
	  $(INSTALL_DATA) $(top_builddir)/po/$$language/LC_MESSAGES/meed.mo \
	    "$(DESTDIR)$(localedir)/$$language/LC_MESSAGES/meed.mo" || exit 1; \
	done
uninstall-catalogues:
	for language in $(LANGUAGES); do rm -f "$(DESTDIR)$(localedir)/$$language/LC_MESSAGES/meed.mo"; done
