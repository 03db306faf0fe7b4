/*
 * Failing a call on purpose, as the world would: the connection is really shut,
 * the transaction really rolled back. Off unless a test arms it.
 */
#include <errmsg.h>
#include <mysqld_error.h>
#include <sys/socket.h>

#include "db/db_internal.h"

void db_fault_arm(struct db *db, uint64_t nth_call, enum db_fault fault)
{
    db->calls = 0;
    db->fault_at = nth_call;
    db->fault = fault;
}

uint64_t db_calls_made(const struct db *db)
{
    return db->calls;
}

static void cut_connection(struct db *db)
{
    shutdown(mysql_get_socket(db->mysql), SHUT_RDWR);
}

unsigned db_fault_call(struct db *db, struct db_run *run)
{
    db->calls++;
    if (db->calls != db->fault_at)
        return run->call(db, run);
    db->fault_at = 0;
    switch (db->fault) {
    case DB_FAULT_DEADLOCK:
        (void)db_query_plain(db, "ROLLBACK"); /* what the server does to a deadlock's victim */
        return db_keep_error(db, ER_LOCK_DEADLOCK, "injected deadlock");
    case DB_FAULT_LOST_BEFORE:
        cut_connection(db);
        return run->call(db, run);
    case DB_FAULT_LOST_AFTER:
        (void)run->call(db, run);
        run->sent = true;
        cut_connection(db);
        return db_keep_error(db, CR_SERVER_LOST, "injected loss after the call");
    case DB_FAULT_ERROR:
        return db_keep_error(db, ER_UNKNOWN_ERROR, "injected error");
    }
    UNREACHABLE();
}
