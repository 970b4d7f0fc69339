#ifndef ASSETLOG_CSQLITE_SHIM_H
#define ASSETLOG_CSQLITE_SHIM_H

#include <sqlite3.h>

// A macro that Swift can't see: SQLite copies the bytes that are bound with it.
static inline sqlite3_destructor_type assetlog_sqlite_transient(void) { return SQLITE_TRANSIENT; }

// Variadic functions that Swift can't call. Without statistics, no allocation takes a lock that all connections share.
static inline void assetlog_sqlite_keep_no_memory_statistics(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

// A misspelt column in double quotes is an error and no text.
static inline void assetlog_sqlite_refuse_quoted_text(sqlite3 *connection) {
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
}

#endif
