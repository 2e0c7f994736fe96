/* unit.c - see unit.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/rigs/vm/unit.h"

#define UNIT "anchangd.service"

enum { TEXT = 256 };

int command_run(const char *const argv[], char *ret_said, size_t size)
{
    int fds[2], status;
    size_t n = 0;
    ssize_t k;
    pid_t pid;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        if (!ret_said || dup3(fds[1], STDOUT_FILENO, 0) >= 0)
            execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    assert_true(pid > 0);
    close(fds[1]);
    while (ret_said && (k = read(fds[0], ret_said + n, size - 1 - n)) > 0)
        n += (size_t)k;
    if (ret_said)
        ret_said[n] = '\0';
    close(fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void property_read(const char *property, char out[TEXT])
{
    const char *const argv[] = {"systemctl", "show", "--value", "-p", property, UNIT, NULL};

    assert_int_equal(command_run(argv, out, TEXT), 0);
    out[strcspn(out, "\n")] = '\0';
}

int unit_do(const char *verb)
{
    const char *const argv[] = {"systemctl", verb, UNIT, NULL};

    return command_run(argv, NULL, 0);
}

int64_t unit_number(const char *property)
{
    char text[TEXT];

    property_read(property, text);
    return strtoll(text, NULL, 10);
}

bool unit_succeeded(void)
{
    char text[TEXT];

    property_read("Result", text);
    return strcmp(text, "success") == 0;
}

uint64_t unit_process_number(const char *key)
{
    char path[TEXT], text[TEXT];
    const size_t n = strlen(key);
    uint64_t number = 0;
    bool found = false;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)unit_number("MainPID"));
    file = fopen(path, "re");
    assert_non_null(file);
    while (!found && fgets(text, sizeof(text), file)) {
        found = strncmp(text, key, n) == 0 && text[n] == ':';
        if (found)
            number = strtoull(text + n + 1, NULL, strncmp(key, "Cap", 3) == 0 ? 16 : 10);
    }
    fclose(file);
    assert_true(found);
    return number;
}

static void file_read(const char *path)
{
    static char bytes[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    while (fd >= 0 && read(fd, bytes, sizeof(bytes)) > 0)
        continue;
    if (fd >= 0)
        close(fd);
}

void unit_files_read(void)
{
    char path[TEXT], row[4 * TEXT];
    FILE *maps;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)unit_number("MainPID"));
    maps = fopen(path, "re");
    assert_non_null(maps);
    while (fgets(row, sizeof(row), maps)) {
        const char *file = strchr(row, '/');

        row[strcspn(row, "\n")] = '\0';
        if (file)
            file_read(file);
    }
    fclose(maps);
}

void unit_kill(void)
{
    assert_int_equal(kill((pid_t)unit_number("MainPID"), SIGKILL), 0);
}
