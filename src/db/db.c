/* The connection, its session, and the rules by which one call is made and made again. */
#include <errmsg.h>
#include <mysqld_error.h>
#include <poll.h>
#include <sodium.h>

#include "db/db_internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"

enum {
    READ_MARGIN_S = 1,         /* the server's own time-out must fire before ours */
    AWAY_FOR_US = 1000 * 1000, /* an absent server is asked again after this */
    RETRY_BUDGET_US = 7000 * 1000,
};

static char *copy_or_null(const char *text)
{
    if (!text || !*text)
        return NULL;
    char *copy = strdup(text);
    CHECK(copy);
    return copy;
}

struct db_settings db_settings_for(const struct settings *settings, enum db_role role)
{
    struct db_settings s = {
        .socket = settings->db_socket,
        .host = settings->db_host,
        .name = settings->db_name,
        .port = (unsigned)settings->db_port,
        .connect_timeout_s = 2,
        .statement_timeout_ms = role == DB_MIGRATOR ? 0 : 5000,
        .lock_wait_timeout_s = 5,
    };
    const char *const users[] = {settings->db_web_user, settings->db_worker_user,
                                 settings->db_migrator_user};
    const char *const passwords[] = {settings->db_web_password, settings->db_worker_password,
                                     settings->db_migrator_password};
    s.user = users[role];
    s.password = passwords[role];
    return s;
}

struct db *db_open(const struct db_settings *settings)
{
    struct db *db = calloc(1, sizeof *db);
    CHECK(db);
    db->settings = *settings;
    db->settings.socket = copy_or_null(settings->socket);
    db->settings.host = copy_or_null(settings->host);
    db->settings.name = copy_or_null(settings->name);
    db->settings.user = copy_or_null(settings->user);
    db->settings.password = copy_or_null(settings->password);
    if (settings->statement_timeout_ms)
        db->read_timeout_s = (settings->statement_timeout_ms + 999) / 1000 + READ_MARGIN_S;
    size_t statements = (size_t)(db_sql_end() - db_sql_first());
    db->prepared = calloc(statements + 1, sizeof(MYSQL_STMT *));
    CHECK(db->prepared);
    return db;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    CHECK(!db->in_tx);
    db_disconnect(db);
    free((char *)db->settings.socket);
    free((char *)db->settings.host);
    free((char *)db->settings.name);
    free((char *)db->settings.user);
    free((char *)db->settings.password);
    free(db->prepared);
    free(db);
}

void db_disconnect(struct db *db)
{
    if (!db->mysql)
        return;
    mysql_close(db->mysql); /* first: its statements then talk to nobody when they are freed */
    db->mysql = NULL;
    db_statements_free(db);
}

unsigned db_keep_error(struct db *db, unsigned error, const char *words)
{
    snprintf(db->error, sizeof db->error, "%u: %s", error, words);
    return error;
}

const char *db_last_error(const struct db *db)
{
    return db->error;
}

void db_mark_away(struct db *db, const char *why)
{
    db->away_until_us = clock_monotonic_us() + AWAY_FOR_US;
    if (db->was_away)
        return; /* said once, until it is back */
    db->was_away = true;
    log_line(LOG_ERROR, "db_away", LOG_STR("why", why));
}

static void set_options(struct db *db)
{
    const struct db_settings *s = &db->settings;
    unsigned connect_s = s->connect_timeout_s ? s->connect_timeout_s : 2;
    my_bool off = 0;
    unsigned no_infile = 0;
    mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(db->mysql, MYSQL_OPT_RECONNECT, &off);
    mysql_options(db->mysql, MYSQL_OPT_LOCAL_INFILE, &no_infile);
    mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (!db->read_timeout_s)
        return;
    mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &db->read_timeout_s);
    mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &db->read_timeout_s);
}

unsigned db_query_plain(struct db *db, const char *text)
{
    if (mysql_real_query(db->mysql, text, strlen(text)) != 0)
        return db_keep_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
    MYSQL_RES *result = mysql_store_result(db->mysql);
    if (result)
        mysql_free_result(result);
    else if (mysql_errno(db->mysql))
        return db_keep_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
    return 0;
}

/* Every session asks for what the rules want, and then looks whether it got it. */
static bool session_is_as_wanted(struct db *db)
{
    static const char *const wanted[] = {"1",       "1",      "+00:00", "READ-COMMITTED",
                                         "utf8mb4", "utf8mb4"};
    static const char text[] =
        "SELECT @@sql_mode LIKE '%STRICT_ALL_TABLES%', @@sql_mode LIKE '%TRADITIONAL%',"
        " @@time_zone, @@tx_isolation, @@character_set_client, @@character_set_connection";
    if (mysql_real_query(db->mysql, text, sizeof text - 1) != 0) {
        db_keep_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
        return false;
    }
    MYSQL_RES *result = mysql_store_result(db->mysql);
    MYSQL_ROW row = result ? mysql_fetch_row(result) : NULL;
    bool good = row != NULL;
    for (size_t i = 0; good && i < COUNT_OF(wanted); i++)
        good = row[i] && strcmp(row[i], wanted[i]) == 0;
    mysql_free_result(result);
    if (!good)
        db_keep_error(db, CR_UNKNOWN_ERROR, "the session is not as it was set");
    return good;
}

static bool set_session(struct db *db)
{
    const struct db_settings *s = &db->settings;
    unsigned lock_wait_s = s->lock_wait_timeout_s ? s->lock_wait_timeout_s : 5;
    char text[512];
    snprintf(text, sizeof text,
             "SET SESSION sql_mode = 'TRADITIONAL', time_zone = '+00:00',"
             " tx_isolation = 'READ-COMMITTED', autocommit = 1, innodb_lock_wait_timeout = %u,"
             " max_statement_time = %u.%03u",
             lock_wait_s, s->statement_timeout_ms / 1000, s->statement_timeout_ms % 1000);
    return db_query_plain(db, text) == 0 && session_is_as_wanted(db);
}

enum db_status db_connect(struct db *db)
{
    if (db->mysql)
        return DB_OK;
    if (clock_monotonic_us() < db->away_until_us)
        return DB_UNAVAILABLE;
    const struct db_settings *s = &db->settings;
    db->mysql = mysql_init(NULL);
    CHECK(db->mysql);
    set_options(db);
    bool up =
        mysql_real_connect(db->mysql, s->socket ? NULL : s->host, s->user, s->password, s->name,
                           s->port, s->socket, CLIENT_FOUND_ROWS | CLIENT_MULTI_RESULTS) != NULL;
    if (!up)
        db_keep_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
    if (!up || !set_session(db)) {
        db_mark_away(db, db->error);
        db_disconnect(db);
        return DB_UNAVAILABLE;
    }
    if (db->was_away)
        log_event(LOG_INFO, "db_back");
    db->was_away = false;
    db->away_until_us = 0;
    return DB_OK;
}

/* An idle connection has nothing to read, unless the server has hung up. */
static bool connection_is_stale(const struct db *db)
{
    struct pollfd fd = {.fd = mysql_get_socket(db->mysql), .events = POLLIN | POLLRDHUP};
    return poll(&fd, 1, 0) != 0;
}

static enum db_status connect_fresh(struct db *db)
{
    if (db->mysql && connection_is_stale(db))
        db_disconnect(db);
    return db_connect(db);
}

bool db_is_reachable(struct db *db)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        if (connect_fresh(db) != DB_OK)
            return false;
        int64_t started_us = clock_monotonic_us();
        if (db_query_plain(db, "SELECT 1") == 0)
            return true;
        db_disconnect(db);
        if (db_has_hung(db, started_us)) {
            db_mark_away(db, db->error);
            return false;
        }
    }
    return false;
}

enum db_error_class db_classify(unsigned error)
{
    switch (error) {
    case 0:
        return DB_ERROR_NONE;
    case ER_DUP_ENTRY:
    case ER_DUP_ENTRY_WITH_KEY_NAME:
        return DB_ERROR_DUPLICATE;
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_CHECKREAD: /* Galera and snapshot conflicts */
        return DB_ERROR_AGAIN;
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_CONNECTION_ERROR:
    case CR_CONN_HOST_ERROR:
    case CR_SERVER_LOST_EXTENDED:
    case ER_CONNECTION_KILLED:
    case ER_SERVER_SHUTDOWN:
    case ER_NET_READ_ERROR:
    case ER_NET_READ_INTERRUPTED:
    case ER_UNKNOWN_COM_ERROR: /* 1047: a Galera node that is not part of its cluster */
    case CR_NEW_STMT_METADATA: /* a migration added a column: the library can't go on */
    case CR_COMMANDS_OUT_OF_SYNC:
        return DB_ERROR_LOST;
    case ER_NEED_REPREPARE:
    case ER_UNKNOWN_STMT_HANDLER:
        return DB_ERROR_REPREPARE;
    case ER_STATEMENT_TIMEOUT:
    case ER_QUERY_INTERRUPTED:
    case ER_DISK_FULL:
    case ER_RECORD_FILE_FULL:
    case ER_ERROR_ON_WRITE:
    case ER_OUTOFMEMORY:
    case ER_OUT_OF_RESOURCES:
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case ER_OPTION_PREVENTS_STATEMENT: /* read-only while a cluster fails over */
        return DB_ERROR_BUSY;
    default:
        return DB_ERROR_FATAL;
    }
}

bool db_has_hung(const struct db *db, int64_t started_us)
{
    if (!db->read_timeout_s)
        return false;
    int64_t limit_us = (int64_t)db->read_timeout_s * CLOCK_SECOND;
    return clock_monotonic_us() - started_us >= limit_us - CLOCK_SECOND / 4;
}

int64_t db_retry_deadline_us(void)
{
    return clock_monotonic_us() + RETRY_BUDGET_US;
}

void db_sleep_before_retry(unsigned attempt)
{
    uint32_t ceiling_us = 4000u << (attempt < 6 ? attempt : 6);
    usleep(1000 + randombytes_uniform(ceiling_us));
}

static const char *run_name(const struct db_run *run)
{
    return run->sql ? run->sql->name : "text";
}

/* The status of an error that no further try can mend; logged here, once. */
static enum db_status final_status(struct db *db, const struct db_run *run,
                                   enum db_error_class class)
{
    if (class == DB_ERROR_DUPLICATE)
        return DB_DUPLICATE;
    log_line(class == DB_ERROR_FATAL ? LOG_ERROR : LOG_WARN, "db_statement_failed",
             LOG_STR("statement", run_name(run)), LOG_STR("why", db->error));
    return class == DB_ERROR_FATAL || class == DB_ERROR_REPREPARE ? DB_FAILED : DB_UNAVAILABLE;
}

/* Inside a transaction nothing is tried again singly: the whole of it is, by db_tx_run. */
static enum db_status perform_in_tx(struct db *db, struct db_run *run)
{
    if (db->poison != DB_OK)
        return db->poison;
    int64_t started_us = clock_monotonic_us();
    enum db_error_class class = db_classify(db_fault_call(db, run));
    enum db_status status = DB_OK;
    switch (class) {
    case DB_ERROR_NONE:
        return DB_OK;
    case DB_ERROR_LOST:
        status = DB_RETRY;
        if (db_has_hung(db, started_us)) {
            db_mark_away(db, db->error);
            status = DB_UNAVAILABLE;
        }
        db_disconnect(db);
        break;
    case DB_ERROR_AGAIN:
    case DB_ERROR_REPREPARE:
        status = DB_RETRY;
        break;
    case DB_ERROR_DUPLICATE:
        if (run->duplicate_is_answer)
            return DB_DUPLICATE;
        status = DB_DUPLICATE;
        break;
    case DB_ERROR_BUSY:
    case DB_ERROR_FATAL:
        status = final_status(db, run, class);
        break;
    }
    db->poison = status;
    return status;
}

static enum db_status perform_alone(struct db *db, struct db_run *run)
{
    int64_t deadline_us = db_retry_deadline_us();
    bool lost_before = false;
    for (unsigned attempt = 1;; attempt++) {
        enum db_status status = connect_fresh(db);
        if (status != DB_OK)
            return status;
        run->sent = false;
        int64_t started_us = clock_monotonic_us();
        enum db_error_class class = db_classify(db_fault_call(db, run));
        if (class == DB_ERROR_NONE)
            return DB_OK;
        if (class == DB_ERROR_LOST) {
            db_disconnect(db);
            bool hung = db_has_hung(db, started_us);
            if (hung)
                db_mark_away(db, db->error);
            if (run->sent && !run->is_read) {
                log_line(LOG_WARN, "db_write_lost", LOG_STR("statement", run_name(run)));
                return DB_AMBIGUOUS;
            }
            if (hung)
                return DB_UNAVAILABLE;
            if (lost_before)
                return final_status(db, run, class);
            lost_before = true;
            continue;
        }
        if (class != DB_ERROR_AGAIN || attempt >= DB_ATTEMPTS_MAX ||
            clock_monotonic_us() > deadline_us)
            return final_status(db, run, class);
        db_sleep_before_retry(attempt);
    }
}

enum db_status db_perform(struct db *db, struct db_run *run)
{
    return db->in_tx ? perform_in_tx(db, run) : perform_alone(db, run);
}

static unsigned call_text(struct db *db, struct db_run *run)
{
    run->sent = true;
    return db_query_plain(db, run->text);
}

enum db_status db_exec_text(struct db *db, const char *sql_text)
{
    struct db_run run = {.call = call_text, .text = sql_text};
    return db_perform(db, &run);
}
