#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/support/testdb.h"

enum { READY_ATTEMPTS = 600, TABLES_MAX = 512 };

static struct {
    struct arena *arena; /* as long as the program */
    const char *folder;
    struct settings *settings;
    struct db *migrator;
    pid_t server;
    const char *tables[TABLES_MAX]; /* those to empty */
    size_t tables_count;
} it;

DB_SQL(list_tables,
       "SELECT table_name FROM information_schema.tables "
       "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' LIMIT 512");

static const char *from_environment(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        fprintf(stderr, "testdb: %s is not set: run the tests by make check or script/test\n",
                name);
        exit(99); /* automake's "hard error" */
    }
    return value;
}

static int run(const char *const argv[])
{
    int status;
    pid_t pid = fork();

    CHECK(pid >= 0);
    if (pid == 0) {
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void close_all(void)
{
    db_close(it.migrator);
    testdb_kill();
    run((const char *const[]){"rm", "-rf", it.folder, NULL});
    arena_free(it.arena);
}

/* The server dies with us: a test that crashes leaves none behind. */
void testdb_restart(void)
{
    const char *defaults = arena_printf(it.arena, "--defaults-file=%s/mariadb.cnf", it.folder);
    const char *log = arena_printf(it.arena, "%s/log/mariadb.log", it.folder);

    CHECK(it.server == 0);
    it.server = fork();
    CHECK(it.server >= 0);
    if (it.server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        CHECK(freopen(log, "a", stderr) != NULL && freopen("/dev/null", "w", stdout) != NULL);
        execlp("mariadbd", "mariadbd", defaults, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; access(it.settings->db_socket, F_OK) != 0; i++) {
        CHECK(i < READY_ATTEMPTS && waitpid(it.server, NULL, WNOHANG) == 0);
        usleep(50 * 1000);
    }
}

void testdb_kill(void)
{
    if (it.server == 0)
        return;
    kill(it.server, SIGKILL);
    waitpid(it.server, NULL, 0);
    it.server = 0;
    unlink(it.settings->db_socket);
}

void testdb_signal(int signal)
{
    CHECK(it.server != 0 && kill(it.server, signal) == 0);
}

static void note_empty_tables(void)
{
    struct db_rows *names = db_query(it.migrator, it.arena, &list_tables, DB_NO_ARGS);

    while (db_next(names)) {
        const char *table = db_col_cstr(names, 0);
        const char *probe = arena_printf(it.arena, "SELECT 1 FROM `%s` LIMIT 1", table);
        struct db_rows *rows = db_query_text(it.migrator, it.arena, probe, DB_NO_ARGS);

        CHECK(db_rows_status(rows) == DB_OK && it.tables_count < TABLES_MAX);
        if (db_rows_count(rows) == 0)
            it.tables[it.tables_count++] = table;
    }
    CHECK(db_rows_status(names) == DB_OK);
}

static void start_once(void)
{
    const char *script, *why, *temporary = getenv("TMPDIR");
    char *folder;

    if (it.arena != NULL)
        return;
    it.arena = arena_new(ARENA_CEILING_DEFAULT);
    script =
        arena_printf(it.arena, "%s/tests/support/instance", from_environment("MEED_SOURCE_DIR"));
    from_environment("MEED_BUILD_DIR");
    folder = arena_printf(it.arena, "%s/meed-test-XXXXXX", temporary ? temporary : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
    it.folder = folder;
    CHECK(run((const char *const[]){script, "database", folder, NULL}) == 0);
    it.settings = settings_read(it.arena, arena_printf(it.arena, "%s/meed.conf", folder), &why);
    CHECK(it.settings != NULL);
    atexit(close_all);
    testdb_restart();
    it.migrator = testdb_open_as(TESTDB_MIGRATOR);
    for (int i = 0; !db_is_reachable(it.migrator); i++) {
        CHECK(i < READY_ATTEMPTS);
        usleep(50 * 1000);
    }
    note_empty_tables();
}

struct db *testdb_open_as(enum testdb_user user)
{
    struct db_settings s = {
        .connect_timeout_s = 5, .statement_timeout_ms = 20000, .lock_wait_timeout_s = 5};

    start_once();
    s.socket = it.settings->db_socket;
    s.name = it.settings->db_name;
    switch (user) {
    case TESTDB_WEB:
        s.user = it.settings->db_web_user;
        s.password = it.settings->db_web_password;
        break;
    case TESTDB_WORKER:
        s.user = it.settings->db_worker_user;
        s.password = it.settings->db_worker_password;
        break;
    case TESTDB_MIGRATOR:
        s.user = it.settings->db_migrator_user;
        s.password = it.settings->db_migrator_password;
        break;
    }
    return db_open(&s);
}

struct db *testdb_open(void)
{
    return testdb_open_as(TESTDB_WEB);
}

void testdb_reset(void)
{
    start_once();
    for (size_t i = 0; i < it.tables_count; i++) {
        char statement[128];

        snprintf(statement, sizeof(statement), "DELETE FROM `%s`", it.tables[i]);
        CHECK(db_exec_text(it.migrator, statement) == DB_OK);
    }
}

const struct settings *testdb_settings(void)
{
    start_once();
    return it.settings;
}
