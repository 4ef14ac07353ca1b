/*
 * test_ine_2018.c - every percentage that the INE published on the night of 2018.
 *
 * METHOD
 *     98 national cortes of the presidential PREP, as published
 *     (tests/data/ine_presidencia_2018/SOURCE.md). Each percentage is computed again
 *     from the counts beside it by the formulas of prep/reglas.h, and must be the
 *     published one; participation uses the votes without especiales in every corte but
 *     the last. Both lists of votes must add up to the total, and what a coalition has
 * in one is what its parties have in the other, once its combinations are divided.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <jansson.h>

#include "prep/reglas.h"

#define CORTES 98
#define CORTE_BYTES_MAX (1u << 20)
#define ZIP_BYTES 16384

static uint64_t count_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    assert_true(json_is_integer(value));
    return (uint64_t)json_integer_value(value);
}

/*
 * The publisher drops trailing zeros; four decimals of a number below 10,000 survive a
 * double whole.
 */
static void same_percentage(const json_t *published, uint64_t num, uint64_t den,
                            size_t *compared)
{
    char ours[PORCENTAJE_SIZE], theirs[PORCENTAJE_SIZE];

    assert_true(json_is_number(published));
    porcentaje_texto(num, den, ours);
    (void)snprintf(theirs, sizeof theirs, "%.4f", json_number_value(published));
    assert_string_equal(ours, theirs);
    (*compared)++;
}

static void same_list(const json_t *corte, const char *name, uint64_t total,
                      size_t *compared)
{
    const json_t *list = json_object_get(corte, name);
    uint64_t sum = 0;
    const json_t *line;
    size_t i;

    assert_true(json_array_size(list) > 0);
    json_array_foreach(list, i, line)
    {
        uint64_t votes = count_of(line, "total");

        sum += votes;
        same_percentage(json_object_get(line, "porcentaje"), votes, total, compared);
    }
    assert_int_equal(sum, total);
}

static uint64_t party_votes(const json_t *corte, json_int_t party)
{
    const json_t *list = json_object_get(corte, "votacionPartidosConDistribucion");
    const json_t *line;
    size_t i;

    json_array_foreach(list, i, line)
    {
        if (json_integer_value(json_object_get(line, "idPartido")) == party) {
            return count_of(line, "total");
        }
    }
    return 0; /* a combination: divided, it has nothing of its own */
}

/* idSubcoaliciones: the parties of a coalition and its pairs; the line itself is the
 * combination of all. Nothing in it: a line that stands alone. */
static void same_coalitions(const json_t *corte, size_t *coalition_count)
{
    const json_t *list = json_object_get(corte, "votosCandidatoPartidoCoalicion");
    const json_t *line, *member;
    size_t i, m;

    json_array_foreach(list, i, line)
    {
        const json_t *members = json_object_get(line, "idSubcoaliciones");
        uint64_t votes = 0;
        size_t parties = 0;

        json_array_foreach(members, m, member)
        {
            const uint64_t of_party = party_votes(corte, json_integer_value(member));

            votes += of_party;
            parties += of_party > 0;
        }
        if (json_array_size(members) == 0) {
            votes = party_votes(corte,
                                json_integer_value(json_object_get(line, "idPartido")));
        } else {
            (*coalition_count)++;
            assert_int_equal(parties, 3);
            /* 2^3 - 3 - 1 combinations: this line and three more (prep-rules 5.3) */
            assert_int_equal(json_array_size(members), parties + 3);
        }
        assert_int_equal(votes, count_of(line, "total"));
    }
}

static void same_share(const json_t *corte, const char *name, uint64_t den,
                       size_t *compared)
{
    const json_t *share = json_object_get(corte, name);

    same_percentage(json_object_get(share, "porcentaje"), count_of(share, "total"), den,
                    compared);
}

static void corte_check(const json_t *corte, size_t *compared, size_t *last_count,
                        size_t *coalition_count)
{
    const uint64_t actas = count_of(corte, "totalActas");
    const uint64_t votes = count_of(corte, "totalVotos");
    const bool last = json_is_true(json_object_get(corte, "corteEspeciales"));

    *last_count += last;
    same_share(corte, "actasContabilizadas", actas, compared);
    same_share(corte, "actasCapturadas", actas, compared);
    same_percentage(json_object_get(corte, "participacionActasContabilizadas"),
                    count_of(corte, "listaNominal"),
                    count_of(corte, "listaNominalOficial"), compared);
    same_percentage(json_object_get(corte, "porcentajeParticipacionCiudadana"),
                    last ? votes : count_of(corte, "totalVotosBasicasMR"),
                    count_of(corte, "listaNominal"), compared);
    same_list(corte, "votacionPartidosConDistribucion", votes, compared);
    same_list(corte, "votosCandidatoPartidoCoalicion", votes, compared);
    same_coalitions(corte, coalition_count);
}

static void test_every_percentage_of_98_cortes_is_ours(void **state)
{
    struct archive *zip = archive_read_new();
    char *bytes = malloc(CORTE_BYTES_MAX);
    size_t cortes = 0, compared = 0, last_count = 0, coalition_count = 0;
    struct archive_entry *entry;

    (void)state;
    assert_non_null(zip);
    assert_non_null(bytes);
    assert_int_equal(archive_read_support_format_zip(zip), ARCHIVE_OK);
    assert_int_equal(archive_read_open_filename(
                         zip, TEST_DATA "/ine_presidencia_2018/cortes.zip", ZIP_BYTES),
                     ARCHIVE_OK);
    while (archive_read_next_header(zip, &entry) == ARCHIVE_OK) {
        json_error_t error;
        json_t *corte;
        la_ssize_t len;

        if (archive_entry_filetype(entry) != AE_IFREG) {
            continue;
        }
        len = archive_read_data(zip, bytes, CORTE_BYTES_MAX);
        assert_true(len > 0);
        corte = json_loadb(bytes, (size_t)len, 0, &error);
        assert_non_null(corte);
        corte_check(corte, &compared, &last_count, &coalition_count);
        json_decref(corte);
        cortes++;
    }
    print_message("  %zu cortes, %zu percentages\n", cortes, compared);
    assert_int_equal(cortes, CORTES);
    assert_int_equal(last_count, 1);
    assert_int_equal(coalition_count, CORTES * 3);
    assert_int_equal(compared, CORTES * (4 + 13 + 7));
    free(bytes);
    archive_read_free(zip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_percentage_of_98_cortes_is_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
