#ifndef ASSETLOG_CALLOCATOR_SHIM_H
#define ASSETLOG_CALLOCATOR_SHIM_H

// Swift's module of glibc leaves this header out. Other C libraries may not have it.
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#endif
