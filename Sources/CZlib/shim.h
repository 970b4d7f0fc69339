#ifndef ASSETLOG_CZLIB_SHIM_H
#define ASSETLOG_CZLIB_SHIM_H

// zlib.h is enough: the macros inflateInit2 and deflateInit2 are called by the names behind them.
#include <zlib.h>

#endif
