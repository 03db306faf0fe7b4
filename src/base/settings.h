/*
 * The operator's settings: a text file of `name = value` lines, '#' comments.
 *
 * One file serves all three programs. An unknown name, a missing value or a
 * value out of bounds stops the program at start with a sentence that says
 * which line and what is allowed. Paths may be relative to the file's folder.
 */
#ifndef MEED_BASE_SETTINGS_H
#define MEED_BASE_SETTINGS_H

#include "base/arena.h"
#include "base/sv.h"

struct settings {
    bool development;      /* environment = development | production */
    const char *base_url;  /* https://meed.example, no trailing slash: pages and API */
    const char *short_url; /* where /{token}, /go and /r are offered; default base_url */
    const char
        *company_domain;       /* *.company_domain leads here, for companies' labels; empty: none */
    const char *cookie_domain; /* tracking cookie's Domain; empty on an IP address */
    const char *run_dir;       /* sockets, pid files, the clock page, shared counters */
    const char *spool_dir;     /* click spool segments, this host's own */
    const char *link_map_dir;  /* LMDB environment, this host's own */
    const char *key_file;      /* master keys, mode 0600 */
    const char *template_dir;  /* one folder per language below it */
    const char *static_dir;
    const char *locale_dir;
    const char *migration_dir;
    const char *db_socket, *db_host, *db_name; /* socket wins when set */
    const char *db_web_user, *db_web_password;
    const char *db_worker_user, *db_worker_password;
    const char *db_migrator_user, *db_migrator_password;
    int64_t db_port;
    const char *mail_url; /* smtp://… or smtps://… or file:///folder for .eml files */
    const char *mail_user, *mail_password, *mail_from;
    const char *trusted_proxies; /* addresses whose X-Forwarded-For counts, comma-separated */
    const char *country_header;  /* where such a proxy puts the visitor's country; empty: nowhere */
    const char *country_database; /* .mmdb file that tells an address's country; empty: none */
    const char *dns_server;       /* resolver for domain checks, "127.0.0.1:5353"; empty: system */
    const char *outbound_allow;   /* development only: host:port pairs exempt from the guard */
    int64_t track_processes, ingest_processes, app_processes, beacon_processes;
    int64_t login_limit_per_minute; /* per IP address */
    int64_t ingest_limit_per_minute_ip, ingest_limit_per_minute_brand;
    int64_t click_limit_per_minute_ip, pixel_limit_per_minute_ip; /* from visitors' browsers */
    int64_t resolve_limit_per_minute_ip;
    const char *log_level;
};

/* Reads `path`; on failure writes one sentence to `why` (an arena string) and returns NULL. */
struct settings *settings_read(struct arena *arena, const char *path, const char **why);
/* MEED_CONFIG, else ./var/meed.conf, else the installed default. */
const char *settings_default_path(void);

#endif
