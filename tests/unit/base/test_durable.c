/*
 * test_durable.c - whole or absent, in the right order, and nothing left behind.
 *
 * METHOD
 *     The calls that decide durability are defined here, over the same system
 *     calls: each is written down, and may be told to fail or to be interrupted.
 *     A full disk is a file size limit, or a tiny tmpfs where one can be mounted.
 */
#include "base/durable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* One letter per call: f fsync of a file, d of a directory, s syncfs, l link, r rename
 */
static char trace[256];
static char fail_call;           /* the letter that fails, or 0 */
static int fail_error;           /* with this errno */
static unsigned interrupt_count; /* writes and fsyncs that get EINTR first */
static bool short_writes;

static int traced(char letter, long result)
{
    size_t len = strlen(trace);

    if (len + 1 < sizeof trace) {
        trace[len] = letter;
        trace[len + 1] = '\0';
    }
    return (int)result;
}

static bool fails(char letter)
{
    if (interrupt_count > 0 && (letter == 'f' || letter == 'd' || letter == 's')) {
        interrupt_count--;
        errno = EINTR;
        return true;
    }
    if (fail_call == letter) {
        errno = fail_error;
        return true;
    }
    return false;
}

int fsync(int fd)
{
    struct stat info;
    char letter = fstat(fd, &info) == 0 && S_ISDIR(info.st_mode) ? 'd' : 'f';

    return fails(letter) ? -1 : traced(letter, syscall(SYS_fsync, fd));
}

int syncfs(int fd)
{
    return fails('s') ? -1 : traced('s', syscall(SYS_syncfs, fd));
}

int renameat(int old_dir, const char *old_path, int new_dir, const char *new_path)
{
    return fails('r') ? -1
                      : traced('r', syscall(SYS_renameat2, old_dir, old_path, new_dir,
                                            new_path, 0));
}

int linkat(int old_dir, const char *old_path, int new_dir, const char *new_path,
           int flags)
{
    return fails('l') ? -1
                      : traced('l', syscall(SYS_linkat, old_dir, old_path, new_dir,
                                            new_path, flags));
}

ssize_t write(int fd, const void *data, size_t len)
{
    if (interrupt_count > 0) {
        interrupt_count--;
        errno = EINTR;
        return -1;
    }
    if (short_writes && len > 3) {
        len = 3;
    }
    return syscall(SYS_write, fd, data, len);
}

static char folder[64];
static char path[128];

static int setup(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/prep-test-durable.XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/acta.bin", folder);
    trace[0] = '\0';
    fail_call = 0;
    interrupt_count = 0;
    short_writes = false;
    return 0;
}

static void remove_tree(const char *root)
{
    DIR *dir = opendir(root);
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char inside[512];

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(inside, sizeof inside, "%.200s/%s", root, entry->d_name);
        if (unlink(inside) != 0) {
            remove_tree(inside);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    (void)rmdir(root);
}

static int teardown(void **state)
{
    (void)state;
    remove_tree(folder);
    return 0;
}

/* Names in a folder, without "." and "..". */
static size_t count_names(const char *root)
{
    DIR *dir = opendir(root);
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    (void)closedir(dir);
    return count - 2;
}

static void assert_holds(const char *name, const char *want)
{
    struct prep_reason reason = { "" };
    struct buffer buffer;

    buffer_init(&buffer, 1000);
    if (durable_read(name, 1000, &buffer, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
    assert_string_equal(buffer_text(&buffer), want);
    buffer_done(&buffer);
}

typedef enum prep_status (*writer)(const char *path, const void *data, size_t len,
                                   mode_t mode, struct prep_reason *reason);

static const struct {
    const char *name;
    writer write;
    const char *trace; /* of a write to a free name */
    char placing;
} writers[] = {
    { "create", durable_create, "fld", 'l' },
    { "create_or_same", durable_create_or_same, "fld", 'l' },
    { "replace", durable_replace, "frd", 'r' },
};

static void test_the_bytes_are_safe_before_the_name_and_the_name_before_ok(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(writers); i++) {
        struct stat info;
        mode_t before = umask(077);

        print_message("  %s\n", writers[i].name);
        trace[0] = '\0';
        assert_int_equal(writers[i].write(path, "uno", 3, 0640, NULL), PREP_OK);
        (void)umask(before);
        assert_string_equal(trace, writers[i].trace);
        assert_holds(path, "uno");
        assert_int_equal(count_names(folder), 1);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 07777, 0640);
        assert_int_equal(info.st_nlink, 1);
        assert_int_equal(unlink(path), 0);
    }
}

static void test_create_refuses_a_name_taken(void **state)
{
    struct prep_reason reason = { "" };

    (void)state;
    assert_int_equal(durable_create(path, "uno", 3, 0644, NULL), PREP_OK);
    assert_int_equal(durable_create(path, "uno", 3, 0644, &reason), PREP_ERR_CONFLICT);
    assert_non_null(strstr(reason.text, "acta.bin: ya existe"));
    assert_holds(path, "uno");
    assert_int_equal(count_names(folder), 1);
}

static void test_create_or_same_takes_only_the_same_bytes(void **state)
{
    static const struct {
        const char *bytes;
        enum prep_status want;
    } rows[] = {
        { "uno", PREP_OK },          { "dos", PREP_ERR_CONFLICT },
        { "un", PREP_ERR_CONFLICT }, { "unos", PREP_ERR_CONFLICT },
        { "", PREP_ERR_CONFLICT },
    };

    (void)state;
    assert_int_equal(durable_create_or_same(path, "uno", 3, 0644, NULL), PREP_OK);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        trace[0] = '\0';
        assert_int_equal(durable_create_or_same(path, rows[i].bytes,
                                                strlen(rows[i].bytes), 0644, NULL),
                         rows[i].want);
        /* Whoever wrote it may not have lived to fsync it. */
        assert_string_equal(trace, rows[i].want == PREP_OK ? "fd" : "");
        assert_holds(path, "uno");
    }
    assert_int_equal(count_names(folder), 1);
}

static void test_same_compares_beyond_the_first_block(void **state)
{
    const size_t len = 200000;
    char *bytes = calloc(1, len);

    (void)state;
    assert_non_null(bytes);
    assert_int_equal(durable_create_or_same(path, bytes, len, 0644, NULL), PREP_OK);
    assert_int_equal(durable_create_or_same(path, bytes, len, 0644, NULL), PREP_OK);
    bytes[len - 1] = 1;
    assert_int_equal(durable_create_or_same(path, bytes, len, 0644, NULL),
                     PREP_ERR_CONFLICT);
    free(bytes);
}

static void test_interruptions_and_short_writes_lose_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(writers); i++) {
        short_writes = true;
        interrupt_count = 7;
        assert_int_equal(writers[i].write(path, "0123456789", 10, 0644, NULL), PREP_OK);
        assert_int_equal(interrupt_count, 0);
        short_writes = false;
        assert_holds(path, "0123456789");
        assert_int_equal(unlink(path), 0);
    }
}

/* Not stored: the target is untouched and nothing is left beside it. */
static void test_a_failure_before_the_name_leaves_no_trace(void **state)
{
    static const struct {
        int error;
        enum prep_status want;
    } errors[] = {
        { ENOSPC, PREP_ERR_FULL },
        { EDQUOT, PREP_ERR_FULL },
        { EIO, PREP_ERR_IO },
    };

    (void)state;
    for (size_t w = 0; w < COUNT_OF(writers); w++) {
        const char calls[] = { 'f', writers[w].placing };

        for (size_t c = 0; c < COUNT_OF(calls); c++) {
            for (size_t e = 0; e < COUNT_OF(errors); e++) {
                struct prep_reason reason = { "" };

                fail_call = calls[c];
                fail_error = errors[e].error;
                assert_int_equal(writers[w].write(path, "uno", 3, 0644, &reason),
                                 errors[e].want);
                fail_call = 0;
                assert_non_null(strstr(reason.text, path));
                assert_int_equal(count_names(folder), 0);
            }
        }
    }
}

/* Stored, but perhaps not for good: the caller is told to stop and read. */
static void test_a_failure_after_the_name_is_unknown(void **state)
{
    (void)state;
    for (size_t w = 0; w < COUNT_OF(writers); w++) {
        fail_call = 'd';
        fail_error = EIO;
        assert_int_equal(writers[w].write(path, "uno", 3, 0644, NULL),
                         PREP_ERR_UNKNOWN);
        fail_call = 0;
        assert_holds(path, "uno");
        assert_int_equal(unlink(path), 0);
    }
}

static void test_replace_keeps_the_old_file_when_it_fails(void **state)
{
    (void)state;
    assert_int_equal(durable_replace(path, "viejo", 5, 0644, NULL), PREP_OK);
    fail_call = 'f';
    fail_error = ENOSPC;
    assert_int_equal(durable_replace(path, "nuevo", 5, 0644, NULL), PREP_ERR_FULL);
    assert_holds(path, "viejo");
    fail_call = 0;
    assert_int_equal(durable_replace(path, "nuevo", 5, 0644, NULL), PREP_OK);
    assert_holds(path, "nuevo");
    assert_int_equal(count_names(folder), 1);
}

static void test_a_file_limit_is_full(void **state)
{
    const struct rlimit small = { .rlim_cur = 4096, .rlim_max = RLIM_INFINITY };
    struct rlimit before;
    char bytes[8192] = { 0 };
    enum prep_status status;

    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    if (setrlimit(RLIMIT_FSIZE, &small) != 0) {
        skip();
    }
    status = durable_create(path, bytes, sizeof bytes, 0644, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, PREP_ERR_FULL);
    assert_int_equal(count_names(folder), 0);
}

/* In a child with its own mounts: 0 as it should, 1 not, 77 cannot mount. */
static int full_disk_child(void)
{
    static char bytes[40000];
    struct prep_reason reason = { "" };
    char small[128];

    if (unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", folder, "tmpfs", 0, "size=64k") != 0) {
        return 77;
    }
    (void)snprintf(small, sizeof small, "%s/chico", folder);
    memset(bytes, 'x', sizeof bytes);
    if (durable_create(path, bytes, sizeof bytes, 0644, &reason) != PREP_OK ||
        durable_replace(path, bytes, sizeof bytes, 0644, &reason) != PREP_ERR_FULL ||
        durable_create(small, bytes, sizeof bytes, 0644, &reason) != PREP_ERR_FULL ||
        strstr(reason.text, "libere espacio") == NULL || count_names(folder) != 1) {
        return 1;
    }
    if (count_names(folder) != 1 || unlink(path) != 0 ||
        durable_create(small, bytes, sizeof bytes, 0644, &reason) != PREP_OK) {
        return 2; /* It goes on once there is room. */
    }
    return 0;
}

static void test_a_full_disk_is_full_and_goes_on_when_cured(void **state)
{
    pid_t child = fork();
    int status = 0;

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        _exit(full_disk_child());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_bad_names_are_refused(void **state)
{
    static const char *const names[] = { "",       "/",       "/tmp/",
                                         "/tmp/.", "/tmp/..", "/no/hay/acta" };
    char longest[300];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(durable_replace(names[i], "x", 1, 0644, NULL), PREP_ERR_IO);
    }
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(durable_replace(longest, "x", 1, 0644, NULL), PREP_ERR_IO);
}

static void test_read_refuses_what_is_not_a_bounded_file(void **state)
{
    struct prep_reason reason = { "" };
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 5);
    assert_int_equal(durable_read(path, 10, &buffer, &reason), PREP_ERR_NOT_FOUND);
    assert_int_equal(durable_read(folder, 10, &buffer, &reason), PREP_ERR_FORMAT);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(durable_read(path, 10, &buffer, &reason), PREP_ERR_FORMAT);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(durable_create(path, "123456", 6, 0644, NULL), PREP_OK);
    assert_int_equal(durable_read(path, 4, &buffer, &reason), PREP_ERR_RANGE);
    assert_int_equal(durable_read(path, 100, &buffer, &reason), PREP_ERR_RANGE);
    assert_int_equal(durable_replace(path, "12345", 5, 0644, NULL), PREP_OK);
    assert_int_equal(durable_read(path, 5, &buffer, &reason), PREP_OK);
    assert_string_equal(buffer_text(&buffer), "12345");
    assert_int_equal(durable_replace(path, "", 0, 0644, NULL), PREP_OK);
    assert_int_equal(durable_read(path, 5, &buffer, &reason), PREP_OK);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_done(&buffer);
}

static void test_mkdir_makes_all_and_syncs_each_and_its_parent(void **state)
{
    struct prep_reason reason = { "" };
    char deep[200];

    (void)state;
    (void)snprintf(deep, sizeof deep, "%s/a/b//c/", folder);
    assert_int_equal(durable_mkdir(deep, 0755, &reason), PREP_OK);
    assert_string_equal(trace, "dddddd");
    trace[0] = '\0';
    assert_int_equal(durable_mkdir(deep, 0755, &reason), PREP_OK);
    assert_string_equal(trace, "");
    assert_int_equal(durable_create(path, "x", 1, 0644, NULL), PREP_OK);
    assert_int_equal(durable_mkdir(path, 0755, &reason), PREP_ERR_IO);
    (void)snprintf(deep, sizeof deep, "%s/x", path);
    assert_int_equal(durable_mkdir(deep, 0755, &reason), PREP_ERR_IO);
    assert_int_equal(durable_mkdir("", 0755, &reason), PREP_ERR_IO);
    assert_int_equal(durable_sync_dir("/no/hay", &reason), PREP_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        IN_FOLDER(test_the_bytes_are_safe_before_the_name_and_the_name_before_ok),
        IN_FOLDER(test_create_refuses_a_name_taken),
        IN_FOLDER(test_create_or_same_takes_only_the_same_bytes),
        IN_FOLDER(test_same_compares_beyond_the_first_block),
        IN_FOLDER(test_interruptions_and_short_writes_lose_nothing),
        IN_FOLDER(test_a_failure_before_the_name_leaves_no_trace),
        IN_FOLDER(test_a_failure_after_the_name_is_unknown),
        IN_FOLDER(test_replace_keeps_the_old_file_when_it_fails),
        IN_FOLDER(test_a_file_limit_is_full),
        IN_FOLDER(test_a_full_disk_is_full_and_goes_on_when_cured),
        IN_FOLDER(test_bad_names_are_refused),
        IN_FOLDER(test_read_refuses_what_is_not_a_bounded_file),
        IN_FOLDER(test_mkdir_makes_all_and_syncs_each_and_its_parent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
