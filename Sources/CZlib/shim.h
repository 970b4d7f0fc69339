#ifndef ASSETLOG_CZLIB_SHIM_H
#define ASSETLOG_CZLIB_SHIM_H
#include <zlib.h>
#endif
