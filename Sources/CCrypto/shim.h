#ifndef ASSETLOG_CCRYPTO_SHIM_H
#define ASSETLOG_CCRYPTO_SHIM_H

// Hashes, keyed hashes, random bytes and the comparison of secrets; TLS has a module of its own.

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#endif
