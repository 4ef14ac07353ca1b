/*
 * test_durable_batch.c - many files at once: none before the commit, all after it,
 * and those in between a first part in the order added.
 */
#include "base/durable.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static char trace[256];   /* s syncfs, r rename */
static int syncs_to_pass; /* then syncfs fails; negative: never */
static int names_to_pass; /* then the process is killed; negative: never */

int syncfs(int fd)
{
    if (syncs_to_pass == 0) {
        errno = EIO;
        return -1;
    }
    syncs_to_pass -= syncs_to_pass > 0;
    (void)strncat(trace, "s", sizeof trace - strlen(trace) - 1);
    return (int)syscall(SYS_syncfs, fd);
}

int renameat(int old_dir, const char *old_path, int new_dir, const char *new_path)
{
    long result;

    if (names_to_pass == 0) {
        (void)raise(SIGKILL);
    }
    result = syscall(SYS_renameat2, old_dir, old_path, new_dir, new_path, 0);
    if (result == 0) {
        names_to_pass -= names_to_pass > 0;
        (void)strncat(trace, "r", sizeof trace - strlen(trace) - 1);
    }
    return (int)result;
}

static char folder[64];

static int setup(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/prep-test-batch.XXXXXX");
    trace[0] = '\0';
    syncs_to_pass = names_to_pass = -1;
    return mkdtemp(folder) == NULL ? -1 : 0;
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

static bool exists(const char *name)
{
    char full[256];

    (void)snprintf(full, sizeof full, "%s/%s", folder, name);
    return access(full, F_OK) == 0;
}

static void assert_holds(const char *name, const char *want)
{
    struct buffer buffer;
    char full[256];

    (void)snprintf(full, sizeof full, "%s/%s", folder, name);
    buffer_init(&buffer, 1000);
    assert_int_equal(durable_read(full, 1000, &buffer, NULL), PREP_OK);
    assert_string_equal(buffer_text(&buffer), want);
    buffer_done(&buffer);
}

/* Names that batches write aside with. */
static size_t count_aside(void)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    size_t count = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        count += strncmp(entry->d_name, ".lote.", 6) == 0;
    }
    (void)closedir(dir);
    return count;
}

static struct durable_batch *open_batch(void)
{
    struct prep_reason reason = { "" };
    struct durable_batch *batch = NULL;

    if (durable_batch_open(folder, &batch, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
    return batch;
}

static void add(struct durable_batch *batch, const char *name, const char *text)
{
    struct prep_reason reason = { "" };

    if (durable_batch_add(batch, name, text, strlen(text), &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
}

static void test_nothing_is_seen_before_the_commit_and_all_after(void **state)
{
    struct durable_batch *batch = open_batch();
    size_t files = 0;
    size_t bytes = 0;
    struct stat info;
    char full[128];
    mode_t before = umask(077);

    (void)state;
    add(batch, "o/ab/uno.json", "1");
    add(batch, "corte.json", "22");
    assert_false(exists("o"));
    assert_false(exists("corte.json"));
    assert_string_equal(trace, "");
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_OK);
    (void)umask(before);
    assert_string_equal(trace, "srrs"); /* bytes, names in order, names for good */
    assert_holds("o/ab/uno.json", "1");
    assert_holds("corte.json", "22");
    durable_batch_count(batch, &files, &bytes);
    assert_int_equal(files, 2);
    assert_int_equal(bytes, 3);
    (void)snprintf(full, sizeof full, "%s/o/ab/uno.json", folder);
    assert_int_equal(stat(full, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0644);
    (void)snprintf(full, sizeof full, "%s/o/ab", folder);
    assert_int_equal(stat(full, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0755);

    add(batch, "corte.json", "333"); /* the batch is good for another corte */
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_OK);
    assert_holds("corte.json", "333");
    trace[0] = '\0';
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_OK);
    assert_string_equal(trace, ""); /* nothing to do costs nothing */
    durable_batch_close(&batch);
    durable_batch_close(&batch);
    assert_int_equal(count_aside(), 0);
}

static void test_closing_drops_what_was_not_committed(void **state)
{
    struct durable_batch *batch = open_batch();

    (void)state;
    add(batch, "a", "1");
    durable_batch_close(&batch);
    assert_null(batch);
    assert_false(exists("a"));
    assert_int_equal(count_aside(), 0);
}

static void test_the_last_of_two_with_the_same_name_stands(void **state)
{
    struct durable_batch *batch = open_batch();

    (void)state;
    add(batch, "a", "1");
    add(batch, "a", "2");
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_OK);
    assert_holds("a", "2");
    durable_batch_close(&batch);
}

static void test_an_immutable_file_is_written_once(void **state)
{
    struct durable_batch *batch = open_batch();
    struct prep_reason reason = { "" };
    size_t files = 0;
    size_t bytes = 0;

    (void)state;
    assert_int_equal(durable_batch_add_immutable(batch, "o/x", "abc", 3, NULL),
                     PREP_OK);
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_OK);
    assert_int_equal(durable_batch_add_immutable(batch, "o/x", "abc", 3, NULL),
                     PREP_OK);
    durable_batch_count(batch, &files, &bytes);
    assert_int_equal(files, 1);
    assert_int_equal(durable_batch_add_immutable(batch, "o/x", "abcd", 4, &reason),
                     PREP_ERR_CONFLICT);
    assert_non_null(strstr(reason.text, "o/x"));
    assert_int_equal(durable_batch_add_immutable(batch, "o", "abcd", 4, &reason),
                     PREP_ERR_CONFLICT);
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_OK);
    assert_holds("o/x", "abc");
    durable_batch_close(&batch);
}

static void test_paths_stay_inside(void **state)
{
    static const char *const bad[] = { "",     "/etc/x", "..",   "../x", "a/../x",
                                       "a/..", "./x",    "a//b", "a/",   "." };
    struct durable_batch *batch = open_batch();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        print_message("  \"%s\"\n", bad[i]);
        assert_int_equal(durable_batch_add(batch, bad[i], "x", 1, NULL),
                         PREP_ERR_RANGE);
        assert_int_equal(durable_batch_add_immutable(batch, bad[i], "x", 1, NULL),
                         PREP_ERR_RANGE);
    }
    add(batch, "...", "1");
    add(batch, "a..b/.c", "1");
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_OK);
    durable_batch_close(&batch);
}

static void test_a_failed_sync_shows_nothing_and_spoils_the_batch(void **state)
{
    struct durable_batch *batch = open_batch();

    (void)state;
    add(batch, "a", "1");
    syncs_to_pass = 0;
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_ERR_IO);
    assert_false(exists("a"));
    syncs_to_pass = -1;
    /* The kernel forgets an error once told: another try would lie. */
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_ERR_STATE);
    assert_false(exists("a"));
    durable_batch_close(&batch);
    batch = open_batch();
    add(batch, "a", "1");
    syncs_to_pass = 1;
    assert_int_equal(durable_batch_commit(batch, NULL), PREP_ERR_IO);
    durable_batch_close(&batch);
}

static void test_no_root_no_batch(void **state)
{
    struct durable_batch *batch = NULL;

    (void)state;
    assert_int_equal(durable_batch_open("/no/hay", &batch, NULL), PREP_ERR_IO);
    assert_null(batch);
}

/* Killed after n names are in place: those n, whole, and litter for the next. */
static void test_killed_in_the_middle_leaves_a_first_part(void **state)
{
    static const char *const names[] = { "o/1", "o/2", "o/3", "corte.json" };

    (void)state;
    for (int n = 0; n < (int)COUNT_OF(names); n++) {
        struct durable_batch *batch;
        int status = 0;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0) {
            batch = open_batch();
            for (size_t i = 0; i < COUNT_OF(names); i++) {
                add(batch, names[i], "entero");
            }
            names_to_pass = n;
            _exit(durable_batch_commit(batch, NULL) == PREP_OK ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        for (int i = 0; i < (int)COUNT_OF(names); i++) {
            assert_int_equal(exists(names[i]), i < n);
            if (i < n) {
                assert_holds(names[i], "entero");
            }
        }
        assert_int_equal(count_aside(), 1);
        batch = open_batch();
        assert_int_equal(count_aside(), 1); /* its own */
        durable_batch_close(&batch);
        assert_int_equal(count_aside(), 0);
        remove_tree(folder);
        assert_int_equal(mkdir(folder, 0700), 0);
    }
}

static void test_two_live_batches_leave_each_other_alone(void **state)
{
    struct durable_batch *one = open_batch();
    struct durable_batch *two;

    (void)state;
    add(one, "a", "1");
    two = open_batch();
    add(two, "b", "2");
    assert_int_equal(durable_batch_commit(one, NULL), PREP_OK);
    assert_int_equal(durable_batch_commit(two, NULL), PREP_OK);
    assert_holds("a", "1");
    assert_holds("b", "2");
    durable_batch_close(&one);
    durable_batch_close(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        IN_FOLDER(test_nothing_is_seen_before_the_commit_and_all_after),
        IN_FOLDER(test_closing_drops_what_was_not_committed),
        IN_FOLDER(test_the_last_of_two_with_the_same_name_stands),
        IN_FOLDER(test_an_immutable_file_is_written_once),
        IN_FOLDER(test_paths_stay_inside),
        IN_FOLDER(test_a_failed_sync_shows_nothing_and_spoils_the_batch),
        IN_FOLDER(test_no_root_no_batch),
        IN_FOLDER(test_killed_in_the_middle_leaves_a_first_part),
        IN_FOLDER(test_two_live_batches_leave_each_other_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
