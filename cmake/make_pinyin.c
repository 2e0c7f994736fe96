/* make_pinyin.c - make_pinyin FILE: writes the table of db/pinyin.c from ICU, at build time.
 *
 * ICU knows how Chinese characters are read, and which are read otherwise as surnames; but in the
 * daemon it would take 7 MiB, a quarter of a second to begin with and 0.2 ms for each name. What
 * is asked of it once here is a table of 110 KiB. Nothing of ICU is in the programs.
 */
#include <stdio.h>
#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum { FIRST = 0x3400, END = 0xa000, SYLLABLES_MAX = 1000, TEXT = 8 };

static char syllables[SYLLABLES_MAX][TEXT];
static int n_syllables = 1; /* 0: no reading */

static UTransliterator *rules(const char *id)
{
    UErrorCode error = U_ZERO_ERROR;
    UTransliterator *made;
    UChar name[80];

    u_uastrcpy(name, id);
    made = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
    return U_FAILURE(error) ? NULL : made;
}

/* The reading of @character without its tone, ü as v as people type it; "" when it has none. */
static void reading(UTransliterator *with, UChar character, char out[TEXT])
{
    UChar text[32] = {character};
    int32_t n = 1, end = 1;
    UErrorCode error = U_ZERO_ERROR;
    size_t used = 0;

    memset(out, 0, TEXT);
    utrans_transUChars(with, text, &n, 32, 0, &end, &error);
    for (int32_t i = 0; U_SUCCESS(error) && i < n; i++) {
        if (text[i] == 0x308 && used > 0 && out[used - 1] == 'u')
            out[used - 1] = 'v';
        else if (text[i] >= 'a' && text[i] <= 'z' && used + 1 < TEXT)
            out[used++] = (char)text[i];
        else if (text[i] < 0x300 || text[i] > 0x36f) /* not a mark on the letter before */
            break;
    }
}

static int number_of(const char syllable[TEXT])
{
    if (!syllable[0])
        return 0;
    for (int i = 1; i < n_syllables; i++)
        if (strcmp(syllables[i], syllable) == 0)
            return i;
    if (n_syllables == SYLLABLES_MAX)
        return 0;
    memcpy(syllables[n_syllables], syllable, TEXT);
    return n_syllables++;
}

static void table_write(FILE *out, const char *name, UTransliterator *with)
{
    fprintf(out, "const unsigned short %s[PINYIN_END - PINYIN_FIRST] = {\n", name);
    for (int c = FIRST; c < END; c++) {
        char syllable[TEXT];

        reading(with, (UChar)c, syllable);
        fprintf(out, "%d,%s", number_of(syllable), c % 32 == 31 ? "\n" : "");
    }
    fprintf(out, "};\n");
}

int main(int argc, char **argv)
{
    UTransliterator *plain = rules("Han-Latin; NFD"), *surname = rules("Han-Latin/Names; NFD");
    FILE *out = argc == 2 ? fopen(argv[1], "we") : NULL;
    int failed = 1;

    if (out && plain && surname) {
        fprintf(out, "/* Made by make_pinyin.c. */\n#include \"db/pinyin_table.h\"\n");
        table_write(out, "pinyin_plain", plain);
        table_write(out, "pinyin_surname", surname);
        fprintf(out, "const char pinyin_syllables[][PINYIN_SYLLABLE] = {\n");
        for (int i = 0; i < n_syllables; i++)
            fprintf(out, "\"%s\",%s", syllables[i], i % 12 == 11 ? "\n" : "");
        fprintf(out, "};\n");
        failed = ferror(out);
    }
    if (out && fclose(out) != 0)
        failed = 1;
    utrans_close(plain);
    utrans_close(surname);
    return failed;
}
