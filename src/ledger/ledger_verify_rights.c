/* I18: append-only by privilege. Each user is asked over its own connection, since the server
 * shows a user's rights to nobody else but its administrator. */
#include "ledger/ledger_verify_internal.h"

enum { USERS_MAX = 4 };

static struct db *users[USERS_MAX];
static size_t users_n;

#define APPEND_ONLY                                                                                \
    "'ledger_transfer', 'ledger_entry', 'seal', 'commission_event', 'attribution',"                \
    " 'attribution_candidate', 'program_version', 'partnership_version'"

DB_SQL(ledger_check_rights_of,
       "SELECT CONCAT(g.grantee, ' may ', g.privilege_type, ' ', g.what) FROM ("
       "SELECT grantee, privilege_type, table_name AS what FROM information_schema.table_privileges"
       " WHERE table_schema = DATABASE() AND table_name IN (" APPEND_ONLY
       ")"
       " UNION SELECT grantee, privilege_type, CONCAT(table_name, '.', column_name)"
       " FROM information_schema.column_privileges"
       " WHERE table_schema = DATABASE() AND table_name IN (" APPEND_ONLY
       ")"
       " UNION SELECT grantee, privilege_type, 'in the whole database'"
       " FROM information_schema.schema_privileges WHERE DATABASE() LIKE table_schema"
       " UNION SELECT grantee, privilege_type, 'in every database'"
       " FROM information_schema.user_privileges) g"
       " WHERE g.privilege_type IN ('UPDATE', 'DELETE', 'DROP', 'ALTER', 'SUPER')"
       " AND g.grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''') LIMIT 100");

static enum db_status check_rights(struct db *db, struct arena *arena, struct arena *scratch,
                                   struct ledger_finding *finding)
{
    (void)db;
    for (size_t i = 0; i < users_n; i++) {
        arena_reset(scratch);
        struct db_rows *rows = db_query(users[i], scratch, &ledger_check_rights_of, DB_NO_ARGS);
        while (db_next(rows))
            ledger_finding_add(finding, arena_strdup(arena, db_col_cstr(rows, 0)));
        if (db_rows_status(rows) != DB_OK)
            return db_rows_status(rows);
        finding->checked++;
    }
    return DB_OK;
}

void ledger_verify_rights_of(struct db *user)
{
    CHECK(users_n < USERS_MAX);
    users[users_n++] = user;
    ledger_verify_add("I18", "neither web nor worker may change what is append-only", check_rights);
}
