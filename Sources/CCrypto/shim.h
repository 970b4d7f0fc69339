#ifndef ASSETLOG_CCRYPTO_SHIM_H
#define ASSETLOG_CCRYPTO_SHIM_H

// The hash, the random bytes and the comparison that tokens need; TLS has a module of its own.

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#endif
