#ifndef ASSETLOG_CCURL_SHIM_H
#define ASSETLOG_CCURL_SHIM_H

#include <curl/curl.h>

// Swift can't call functions with a variable number of arguments; each type of value that we pass gets a name.

static inline CURLcode assetlog_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode assetlog_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode assetlog_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode assetlog_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*assetlog_curl_receiver)(char *, size_t, size_t, void *);
typedef int (*assetlog_curl_progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

static inline CURLcode assetlog_curl_set_receiver(CURL *handle, CURLoption option, assetlog_curl_receiver value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode assetlog_curl_set_progress(CURL *handle, CURLoption option, assetlog_curl_progress value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode assetlog_curl_set_socket_opener(CURL *handle, curl_opensocket_callback value) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, value);
}

static inline CURLcode assetlog_curl_status(CURL *handle, long *status) {
    return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
}

#endif
