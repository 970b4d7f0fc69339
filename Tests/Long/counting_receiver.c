// A receiver of webhooks that answers 200 to everything and counts: `cc -O2 -pthread counting_receiver.c`.
// It prints its port. `GET /` is answered with the requests but those, the CloudEvents in them, their connections, and the seconds from the
// first request to the last.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long requests, events, connections;
static double first, last;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

// "specversion" stands once in every CloudEvent, in its body or as a header.
static long count(const char *bytes, size_t size) {
    long found = 0;
    for (const char *hit; (hit = memmem(bytes, size, "specversion", 11)); found++) {
        size -= hit + 11 - bytes;
        bytes = hit + 11;
    }
    return found;
}

// `served` counts the requests of the connection that brought something.
static void answer(int connection, const char *request, long found, long *served) {
    char body[128] = "", text[256];
    pthread_mutex_lock(&lock);
    if (*request == 'G') {
        snprintf(body, sizeof body, "%ld %ld %ld %.6f", requests, events, connections, last - first);
    } else {
        last = now();
        if (!requests++) first = last;
        if (!(*served)++) connections++;
        events += found;
    }
    pthread_mutex_unlock(&lock);
    int size = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
    send(connection, text, size, MSG_NOSIGNAL);
}

static void *serve(void *argument) {
    int connection = (int)(long)argument;
    size_t room = 1 << 20, filled = 0;
    long served = 0;
    char *buffer = malloc(room);
    for (ssize_t received; (received = recv(connection, buffer + filled, room - filled, 0)) > 0;) {
        filled += received;
        for (char *end; (end = memmem(buffer, filled, "\r\n\r\n", 4));) {
            size_t head = end - buffer + 4;
            char *length = memmem(buffer, head, "Content-Length: ", 16);
            size_t total = head + (length ? strtoul(length + 16, NULL, 10) : 0);
            if (total > room) buffer = realloc(buffer, room = total);
            if (filled < total) break;
            answer(connection, buffer, count(buffer, total), &served);
            memmove(buffer, buffer + total, filled -= total);
        }
        if (filled == room) buffer = realloc(buffer, room *= 2);
    }
    free(buffer);
    close(connection);
    return NULL;
}

int main(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 64)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0) continue;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, (void *)(long)connection)) close(connection);
        else pthread_detach(thread);
    }
}
