#ifndef ASSETLOG_CPOSTGRES_SHIM_H
#define ASSETLOG_CPOSTGRES_SHIM_H

#include <libpq-fe.h>

// Macros that Swift can't see: the fields of an error, see "PQresultErrorField" in the documentation of libpq.
static const int assetlog_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int assetlog_diag_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int assetlog_diag_message = PG_DIAG_MESSAGE_PRIMARY;

#endif
