/* self_check.c - see self_check.h. */
#include "daemon/self_check.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(const char *address, unsigned port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    bool six = inet_pton(AF_INET, address, &v4.sin_addr) != 1;
    int fd;

    if (six && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1)
        return -1;
    fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, six ? (const struct sockaddr *)&v6 : (const struct sockaddr *)&v4,
                           six ? sizeof(v6) : sizeof(v4)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

bool self_check(const char *address, unsigned port, int patience_ms)
{
    struct pollfd wait = {.fd = dial(address, port), .events = POLLIN};
    char request[160];
    bool answered;
    int n;

    if (wait.fd < 0)
        return false;
    n = snprintf(request, sizeof(request),
                 "GET /healthz HTTP/1.1\r\nHost: %s%s%s:%u\r\nConnection: close\r\n\r\n",
                 strchr(address, ':') ? "[" : "", address, strchr(address, ':') ? "]" : "", port);
    /* One that is closed already takes no request, and is ready all the same. */
    (void)!send(wait.fd, request, (size_t)n, MSG_NOSIGNAL);
    answered = poll(&wait, 1, patience_ms) == 1;
    close(wait.fd);
    return answered;
}
