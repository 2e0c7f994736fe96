/* site_time.c - see site_time.h. */
#include "daemon/site_time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int site_time_init(const char *zone)
{
    char path[256];
    struct stat info;

    if (strstr(zone, "..") || zone[0] == '/')
        return -EINVAL;
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zone);
    if (strcmp(zone, "UTC") != 0 && (stat(path, &info) < 0 || !S_ISREG(info.st_mode)))
        return -EINVAL; /* a folder would be taken for UTC */
    if (setenv("TZ", zone, 1) < 0)
        return -errno;
    tzset();
    return 0;
}

void site_time_text(int64_t ms, char *out, size_t size)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;

    localtime_r(&seconds, &tm);
    strftime(out, size, "%Y-%m-%d %H:%M", &tm);
}
