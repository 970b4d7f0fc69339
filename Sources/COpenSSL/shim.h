#ifndef ASSETLOG_COPENSSL_SHIM_H
#define ASSETLOG_COPENSSL_SHIM_H
#include <openssl/ssl.h>
#include <openssl/err.h>
#endif
