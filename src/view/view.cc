/*
 * The ctemplate shim. Beside ctemplate's own dictionary each view remembers the
 * names set on it, and each template has an outline (its sections as a tree,
 * with the names used in each); the name check walks both together, the way
 * ctemplate itself looks names up.
 */
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>
#include <ctemplate/per_expand_data.h>

extern "C" {
#include "view/view.h"
#include "base/log.h"
}

namespace fs = std::filesystem;

namespace
{

/* One template, or one of its sections. */
struct Outline {
    std::set<std::string> variables, includes;
    std::map<std::string, Outline> sections;
};

struct Language {
    ctemplate::TemplateCache cache;
    std::map<std::string, Outline> outlines;
};

enum view_check check_mode = VIEW_CHECK_OFF;
std::unique_ptr<Language> languages[LANGUAGES];
/* ctemplate has globals of its own, but loses the memory of each that is set again. */
std::map<std::string, std::string> everywhere;
std::set<std::string> reported;

void log_text(enum log_level level, const char *event, const std::string &what)
{
    struct log_field field = {};
    field.name = "what";
    field.kind = log_field::LOG_FIELD_SV;
    field.text = sv_of(what.data(), what.size());
    log_fields(level, event, &field, 1);
}

/* Adds the markers of `text` to `root`. ctemplate has already accepted the syntax. */
void outline_read(Outline *root, const std::string &text)
{
    std::vector<Outline *> open = {root};
    size_t at = 0;
    while ((at = text.find("{{", at)) != std::string::npos) {
        size_t end = text.find("}}", at);
        if (end == std::string::npos)
            return;
        std::string marker = text.substr(at + 2, end - at - 2);
        at = end + 2;
        size_t skip = marker.find_first_not_of(" \n");
        if (skip == std::string::npos || marker[skip] == '!' || marker[skip] == '%')
            continue;
        char kind = marker[skip];
        std::string name = marker.substr(isalpha(kind) ? skip : skip + 1);
        name = name.substr(0, name.find_first_of(": \n"));
        if (kind == '#')
            open.push_back(&open.back()->sections[name]);
        else if (kind == '/' && open.size() > 1)
            open.pop_back();
        else if (kind == '>')
            open.back()->includes.insert(name);
        else if (name.rfind("BI_", 0) != 0)
            open.back()->variables.insert(name);
    }
}

bool language_load(Language *language, const fs::path &dir)
{
    std::error_code failed;
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator
             it(dir, fs::directory_options::follow_directory_symlink, failed),
         end;
         !failed && it != end; it.increment(failed))
        if (it->path().extension() == ".tpl")
            files.push_back(it->path());
    if (failed || files.empty()) {
        log_text(LOG_ERROR, "templates_missing", dir.string());
        return false;
    }
    std::sort(files.begin(), files.end());
    language->cache.SetTemplateRootDirectory(dir.string());
    bool good = true;
    for (const fs::path &file : files) {
        std::string name = file.lexically_relative(dir).string();
        std::stringstream text;
        text << std::ifstream(file).rdbuf();
        if (!language->cache.LoadTemplate(name, ctemplate::STRIP_BLANK_LINES)) {
            log_text(LOG_ERROR, "template_broken", name);
            good = false;
        }
        outline_read(&language->outlines[name], text.str());
    }
    language->cache.Freeze();
    return good;
}

void report(const std::string &what)
{
    if (check_mode == VIEW_CHECK_ABORT)
        check_failed(what.c_str(), "templates", 0);
    if (reported.insert(what).second)
        log_text(LOG_ERROR, "view_name", what);
}

ctemplate::TemplateString str(struct sv s)
{
    return ctemplate::TemplateString(s.n ? s.p : "", s.n);
}

bool uses_variable(const Outline &o, const std::string &name)
{
    if (o.variables.count(name))
        return true;
    return std::any_of(o.sections.begin(), o.sections.end(),
                       [&](const auto &s) { return uses_variable(s.second, name); });
}

bool uses_section(const Outline &o, const std::string &name)
{
    if (o.sections.count(name))
        return true;
    return std::any_of(o.sections.begin(), o.sections.end(),
                       [&](const auto &s) { return uses_section(s.second, name); });
}

bool uses_include(const Outline &o, const std::string &name)
{
    if (o.includes.count(name))
        return true;
    return std::any_of(o.sections.begin(), o.sections.end(),
                       [&](const auto &s) { return uses_include(s.second, name); });
}

} // namespace

struct view {
    std::unique_ptr<ctemplate::TemplateDictionary> owned; /* the root's alone */
    ctemplate::TemplateDictionary *dict = nullptr;
    view *root = nullptr;
    view *outer = nullptr;     /* where a section finds names that it lacks; NULL in an include */
    std::string template_path; /* of an include */
    std::set<std::string> names, globals, shown;
    std::map<std::string, std::vector<std::unique_ptr<view>>> sections, includes;

    bool knows(const std::string &name) const
    {
        for (const view *v = this; v; v = v->outer)
            if (v->names.count(name))
                return true;
        return root->globals.count(name) || everywhere.count(name);
    }
};

namespace
{

void check_template(const view &v, const std::string &path);

/* Every variable that would be drawn has a value; sections that are hidden are not looked into. */
void check_missing(const view &v, const Outline &o, const std::string &path)
{
    for (const std::string &name : o.variables)
        if (!v.knows(name))
            report(path + ": {{" + name + "}} was never set");
    for (const auto &[name, inner] : o.sections) {
        const view *holder = &v;
        while (holder && !holder->sections.count(name) && !holder->shown.count(name))
            holder = holder->outer;
        if (!holder)
            continue;
        if (holder->shown.count(name))
            check_missing(*holder, inner, path);
        auto rows = holder->sections.find(name);
        if (rows != holder->sections.end())
            for (const auto &row : rows->second)
                check_missing(*row, inner, path);
    }
    for (const std::string &name : o.includes) {
        auto parts = v.includes.find(name);
        if (parts != v.includes.end())
            for (const auto &part : parts->second)
                check_template(*part, part->template_path);
    }
}

/* Every name that was set stands somewhere in the template. */
void check_unused(const view &v, const Outline &o, const std::string &path)
{
    for (const std::string &name : v.names)
        if (!uses_variable(o, name))
            report(path + ": has no {{" + name + "}}");
    for (const std::string &name : v.shown)
        if (!uses_section(o, name))
            report(path + ": has no section {{#" + name + "}}");
    for (const auto &[name, rows] : v.sections) {
        if (!uses_section(o, name))
            report(path + ": has no section {{#" + name + "}}");
        for (const auto &row : rows)
            check_unused(*row, o, path);
    }
    for (const auto &[name, parts] : v.includes)
        if (!uses_include(o, name))
            report(path + ": has no {{>" + name + "}}");
}

void check_template(const view &v, const std::string &path)
{
    const auto &outlines = languages[i18n_current()]->outlines;
    auto outline = outlines.find(path);
    if (outline == outlines.end()) {
        report("no template " + path);
        return;
    }
    check_missing(v, outline->second, path);
    check_unused(v, outline->second, path);
}

} // namespace

extern "C" {

bool view_open(const char *dir)
{
    for (int i = 0; i < LANGUAGES; i++) {
        languages[i] = std::make_unique<Language>();
        if (!language_load(languages[i].get(),
                           fs::path(dir) / i18n_code(static_cast<enum language>(i))))
            return false;
    }
    return true;
}

void view_check_names(enum view_check check)
{
    check_mode = check;
}

void view_set_everywhere(const char *name, struct sv value)
{
    everywhere[name].assign(value.n ? value.p : "", value.n);
}

struct view *view_new(const char *name)
{
    auto *v = new view;
    v->owned = std::make_unique<ctemplate::TemplateDictionary>(name);
    v->dict = v->owned.get();
    v->root = v;
    for (const auto &[key, value] : everywhere)
        v->dict->SetTemplateGlobalValue(key, value);
    return v;
}

void view_free(struct view *view)
{
    delete view;
}

void view_set(struct view *view, const char *name, struct sv value)
{
    if (check_mode != VIEW_CHECK_OFF)
        view->names.insert(name);
    view->dict->SetValue(name, str(value));
}

void view_set_cstr(struct view *view, const char *name, const char *value)
{
    view_set(view, name, sv_from(value));
}

void view_set_i64(struct view *view, const char *name, int64_t value)
{
    std::string text = std::to_string(value);
    view_set(view, name, sv_of(text.data(), text.size()));
}

void view_set_global(struct view *view, const char *name, struct sv value)
{
    if (check_mode != VIEW_CHECK_OFF)
        view->root->globals.insert(name);
    view->root->dict->SetTemplateGlobalValue(name, str(value));
}

void view_show(struct view *view, const char *section)
{
    if (check_mode != VIEW_CHECK_OFF)
        view->shown.insert(section);
    view->dict->ShowSection(section);
}

static struct view *child_of(struct view *parent, ctemplate::TemplateDictionary *dict)
{
    auto *v = new struct view;
    v->dict = dict;
    v->root = parent->root;
    return v;
}

struct view *view_add(struct view *view, const char *section)
{
    struct view *row = child_of(view, view->dict->AddSectionDictionary(section));
    row->outer = view;
    view->sections[section].emplace_back(row);
    return row;
}

struct view *view_include(struct view *view, const char *marker, const char *template_path)
{
    struct view *part = child_of(view, view->dict->AddIncludeDictionary(marker));
    part->dict->SetFilename(template_path);
    part->template_path = template_path;
    view->includes[marker].emplace_back(part);
    return part;
}

void view_set_safe_html(struct view *view, const char *name, struct sv html)
{
    view_set(view, name, html);
}

struct sv view_render(struct view *view, const char *template_path, struct arena *arena)
{
    std::string out;
    CHECK(view->owned);
    CHECK(languages[i18n_current()]);
    if (check_mode != VIEW_CHECK_OFF)
        check_template(*view, template_path);
    ctemplate::PerExpandData data;
    /* Everything was loaded at start, so a failure is a path that no template has. */
    CHECK(languages[i18n_current()]->cache.ExpandNoLoad(template_path, ctemplate::STRIP_BLANK_LINES,
                                                        view->dict, &data, &out));
    delete view;
    return sv_of(arena_copy(arena, out.data(), out.size()), out.size());
}

} // extern "C"
