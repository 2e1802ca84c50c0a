/* Spelling: what the texts and numbers of an id column mean. Each is looked up in the plan once and then known by its bytes.
 *
 *   text ──▶ word of 16 bytes ──as the row before?──as the one that was learnt after it?──words──▶ known: { word, code }
 *                                                                                          └──▶ the plan ──▶ learnt
 *
 * In sorted facts a unit stays for many rows, and its months are learnt in the order in which those of the next unit come: so nearly every
 * row is one of the first two guesses, and costs a comparison. Groups of rows are held against both guesses at once, by their bytes: against
 * themselves, moved by a row, and against what was learnt, one text behind the other (`sequence`). */
#include "facts/arrow_block.h"

#define GROUP ATN_ARROW_GROUP
#define MOST_MISSED 4u
#define VIEW_BYTES ((size_t)16) /* of which twelve are text, or zero behind it */

typedef struct speller {
    atn_arrow_block *block;
    const atn_arrow_reader *reader;
    const attain_allocator *alloc;
    size_t id;
    const atn_arrow_column *column;
    atn_arrow_spellings *spellings;
} speller;

/* ---- kept words ---- */

static inline bool same_word(atn_word a, atn_word b)
{
    return a.head == b.head && a.rest == b.rest;
}

/* One item more of what was learnt, as it stands in the column; of items of several lengths there is no sequence. */
static void keep_item(speller *s, atn_str text, uint32_t code)
{
    atn_arrow_spellings *to = s->spellings;
    const bool is_view = s->column->type.kind == ATN_ARROW_VIEW;
    const size_t n_bytes = is_view ? VIEW_BYTES : text.len;
    void *sequence = to->sequence;
    void *codes = to->codes;
    if (to->n == 0) {
        to->item_bytes = n_bytes;
    }
    to->has_no_sequence = to->has_no_sequence || n_bytes == 0 || n_bytes != to->item_bytes ||
                          (is_view && text.len > VIEW_BYTES - 4) || s->column->type.index_width != 0;
    if (to->has_no_sequence) {
        return;
    }
    const bool has_items = atn_alloc_grow(s->alloc, &sequence, &to->cap_sequence, (to->n + 1) * n_bytes, 1);
    const bool has_codes =
        has_items && atn_alloc_grow(s->alloc, &codes, &to->cap_codes, to->n + 1, sizeof *to->codes);
    to->sequence = sequence;
    to->codes = codes;
    if (!has_codes) {
        s->block->no_memory = true;
        to->has_no_sequence = true;
        return;
    }
    to->codes[to->n] = code;
    char *const item = to->sequence + to->n * n_bytes;
    if (is_view) {
        const uint32_t len = (uint32_t)text.len;
        memset(item, 0, VIEW_BYTES);
        memcpy(item, &len, sizeof len);
        memcpy(item + sizeof len, text.data, text.len);
    } else {
        memcpy(item, text.data, text.len);
    }
}

/* Keeps what a word means; what finds no place among the words is not kept. text: len 0 of a number. */
static void keep(speller *s, atn_word word, uint32_t code, atn_str text)
{
    atn_arrow_spellings *to = s->spellings;
    void *known = to->known;
    if (!atn_alloc_grow(s->alloc, &known, &to->cap, to->n + 1, sizeof *to->known)) {
        s->block->no_memory = true;
        return;
    }
    to->known = known;
    if (!atn_words_add(&to->words, s->alloc, word, (uint32_t)to->n)) {
        s->block->no_memory = true;
    } else if (atn_words_find(&to->words, word) == to->n) {
        keep_item(s, text, code);
        to->known[to->n++] = (atn_arrow_spelling){word, code};
    }
}

/* Where in `known` a word stands that is in one of the first two slots of its walk, as nearly all are; ATN_NONE: it must be looked for. */
static inline uint32_t glance(const atn_words *words, atn_word word)
{
    size_t at = (size_t)(atn_word_hash(word) >> words->shift);
    for (int i = 0; i < 2; i++) {
        const atn_word_slot *slot = &words->slots[at];
        const uint64_t rest = slot->rest == 0 ? 0 : words->rests[slot->rest - 1];
        if (slot->head == word.head && rest == word.rest) {
            return slot->value;
        }
        at = (at + 1) & (words->n_slots - 1);
    }
    return ATN_NONE;
}

/* A word without a NUL at its end, which would make it another, shorter one. */
static uint32_t code_of_word(speller *s, atn_word word, atn_str text)
{
    const uint32_t place = atn_words_find(&s->spellings->words, word);
    if (place != ATN_NONE) {
        s->spellings->at = place;
        return s->spellings->known[place].code;
    }
    const uint32_t code = atn_arrow_meaning(s->reader, s->id, text);
    if (code < ATN_CODE_FIRST) {
        keep(s, word, code, text);
    }
    return code;
}

static uint32_t code_of_text(speller *s, atn_str text)
{
    char copy[ATN_WORD_BYTES] = {0};
    if (text.len == 0) {
        return ATN_CODE_EMPTY;
    }
    if (text.len > ATN_WORD_BYTES || text.data[text.len - 1] == '\0') {
        return atn_arrow_meaning(s->reader, s->id, text);
    }
    memcpy(copy, text.data, text.len);
    return code_of_word(s, atn_word_of(copy, text.len), text);
}

/* Kept as a word that is the number itself, moved so that it is not 0, which no word is. */
static uint32_t code_of_number(speller *s, int64_t at)
{
    const atn_arrow_type *type = &s->column->type;
    const char *items = s->column->data.items;
    const int64_t v = atn_arrow_whole(items, type->width, type->is_signed, at);
    const atn_word word = {(uint64_t)v ^ UINT64_C(0x8000000000000000), 0};
    atn_arrow_spellings *to = s->spellings;
    char memory[ATN_ARROW_SPELL_BYTES];
    if (to->n > 0 && word.head == to->known[to->at].word.head) {
        return to->known[to->at].code;
    }
    const uint32_t place = word.head == 0 ? ATN_NONE : atn_words_find(&to->words, word);
    if (place != ATN_NONE) {
        to->at = place;
        return to->known[place].code;
    }
    const uint32_t code = type->kind == ATN_ARROW_DATE
                              ? atn_arrow_meaning_of_day(v)
                              : atn_arrow_meaning(s->reader, s->id, atn_arrow_spell(type, items, at, memory));
    if (code < ATN_CODE_FIRST && word.head != 0) {
        keep(s, word, code, ATN_STR(""));
    }
    return code;
}

static uint32_t code_at(speller *s, int64_t at)
{
    const atn_arrow_type *type = &s->column->type;
    atn_str text;
    if (!atn_arrow_is_valid(&s->column->data, at)) {
        return ATN_CODE_EMPTY;
    }
    if (type->kind == ATN_ARROW_INT || type->kind == ATN_ARROW_DATE) {
        return code_of_number(s, at);
    }
    return atn_arrow_text(type, &s->column->data, at, &text) ? code_of_text(s, text) : ATN_CODE_BAD;
}

/* ---- many rows ---- */

/* How texts stand: with offsets of 4 or 8 bytes, or in views. */
typedef enum text_shape { OFFSETS_4 = 4, OFFSETS_8 = 8, VIEWS = 16 } text_shape;

/* The word of a row; false: it is empty, long, or has a NUL at its end. Sixteen bytes can be read at texts behind offsets. */
static inline bool word_at(const atn_arrow_data *data, text_shape shape, int64_t row, atn_word *word)
{
    const char *text;
    size_t len;
    if (shape == VIEWS) {
        const char *view = data->items + 16 * row;
        len = (size_t)atn_arrow_whole(view, 4, false, 0);
        text = view + 4;
        if (len - 1 >= 12 || text[len - 1] == '\0') {
            return false;
        }
        const uint64_t rest = len > 8 ? atn_load_8(view + 8) >> 32 & atn_first_bytes[len - 8] : 0;
        *word = (atn_word){atn_load_8(text) & atn_first_bytes[len < 8 ? len : 8], rest};
        return true;
    }
    const int64_t start = atn_arrow_whole(data->items, (unsigned)shape, true, row);
    len = (size_t)(atn_arrow_whole(data->items, (unsigned)shape, true, row + 1) - start);
    text = data->text + start;
    if (len - 1 >= ATN_WORD_BYTES || text[len - 1] == '\0') {
        return false;
    }
    *word = atn_word_of(text, len);
    return true;
}

/* A word beside the one of the row before. */
typedef enum word_step { STEP_SAME, STEP_NEXT, STEP_OTHER } word_step;

/* Rows whose words are known, as long as they are: the number of them. stops: no further than rows go on as they began, all the same or each the one
 * that was learnt after it; where that ends a group may begin. */
static inline size_t known_rows(const speller *s, text_shape shape, int64_t first, size_t n, bool stops,
                                uint32_t *out)
{
    const atn_arrow_data data = s->column->data;
    const atn_words words = s->spellings->words;
    const atn_arrow_spelling *const known = s->spellings->known;
    const size_t n_known = s->spellings->n;
    size_t at = s->spellings->at;
    word_step pace = STEP_OTHER;
    size_t i = 0;
    if (n_known == 0) {
        return 0;
    }
    for (; i < n; i++) {
        size_t here = at;
        word_step step = STEP_SAME;
        atn_word word;
        if (!word_at(&data, shape, first + (int64_t)i, &word)) {
            break;
        }
        if (!same_word(word, known[at].word)) {
            here = at + 1 < n_known ? at + 1 : 0;
            step = here != 0 ? STEP_NEXT : STEP_OTHER;
            if (!same_word(word, known[here].word)) {
                const uint32_t place = glance(&words, word);
                if (place == ATN_NONE) {
                    break;
                }
                here = place;
                step = STEP_OTHER;
            }
        }
        if (stops && i > 0 && (step == STEP_OTHER || (i > 1 && step != pace))) {
            break;
        }
        pace = step;
        at = here;
        out[i] = known[at].code;
    }
    s->spellings->at = at;
    return i;
}

/* GROUP rows as they stand one behind the other, all of *len bytes; NULL: they are not. Offsets are aligned and good. */
static inline const char *group_at(const speller *s, text_shape shape, int64_t row, size_t *len)
{
    const void *const items = s->column->data.items + (int64_t)shape * row;
    if (shape == VIEWS) {
        *len = VIEW_BYTES;
        return items;
    }
    if (!(shape == OFFSETS_4 ? s->reader->kernels->even4(items) : s->reader->kernels->even8(items))) {
        return NULL;
    }
    const int64_t start = atn_arrow_whole(items, (unsigned)shape, true, 0);
    *len = (size_t)(atn_arrow_whole(items, (unsigned)shape, true, 1) - start);
    return *len > 0 && *len <= 64 ? s->column->data.text + start : NULL;
}

/* Are they all the same? */
static inline bool is_group_of_one(const speller *s, text_shape shape, const char *group, size_t len)
{
    return shape == VIEWS ? s->reader->kernels->views(group)
                          : memcmp(group, group + len, (GROUP - 1) * len) == 0;
}

/* Are they those that were learnt after the row before, or the first ones? Then their codes. */
static inline bool is_group_of_known(const speller *s, const char *group, size_t len, uint32_t *out)
{
    atn_arrow_spellings *const known = s->spellings;
    const size_t next = known->at + 1 < known->n ? known->at + 1 : 0;
    if (known->has_no_sequence || next + GROUP > known->n || len != known->item_bytes ||
        memcmp(group, known->sequence + next * len, GROUP * len) != 0) {
        return false;
    }
    memcpy(out, known->codes + next, GROUP * sizeof *out);
    known->at = next + GROUP - 1;
    return true;
}

static inline uint32_t code_of_row(speller *s, text_shape shape, int64_t row)
{
    uint32_t code;
    return known_rows(s, shape, row, 1, false, &code) == 1 ? code : code_at(s, row);
}

static inline bool codes_of_one(speller *s, text_shape shape, int64_t row, const char *group, size_t len,
                                uint32_t *out)
{
    if (!is_group_of_one(s, shape, group, len)) {
        return false;
    }
    const uint32_t code = code_of_row(s, shape, row);
    for (size_t k = 0; k < GROUP; k++) {
        out[k] = code;
    }
    return true;
}

/* Codes of GROUP rows; false: they are neither. was_one: what the group before was is likely. */
static inline bool group_codes(speller *s, text_shape shape, int64_t row, bool *was_one, uint32_t *out)
{
    size_t len;
    const char *const group = group_at(s, shape, row, &len);
    if (group == NULL) {
        return false;
    }
    if (*was_one && codes_of_one(s, shape, row, group, len, out)) {
        return true;
    }
    if (is_group_of_known(s, group, len, out)) {
        *was_one = false;
        return true;
    }
    *was_one = !*was_one && codes_of_one(s, shape, row, group, len, out);
    return *was_one;
}

/* Rows of which sixteen bytes can be read; none if the offsets are not good. */
static size_t safe_rows(const speller *s, text_shape shape, int64_t first, size_t n)
{
    const atn_arrow_data *data = &s->column->data;
    const void *items = data->items + (int64_t)shape * first;
    if (shape == VIEWS) {
        return n;
    }
    if (((uintptr_t)items & ((unsigned)shape - 1u)) != 0 ||
        !(shape == OFFSETS_4 ? s->reader->kernels->rise4(items, n, data->end)
                             : s->reader->kernels->rise8(items, n, data->end))) {
        return 0;
    }
    while (n > 0 && atn_arrow_whole(items, (unsigned)shape, true, (int64_t)n - 1) >
                        data->end - (int64_t)ATN_WORD_BYTES) {
        n--;
    }
    return n;
}

/* Columns of text without nulls; shape is a constant in each use. */
static inline void text_codes(speller *s, text_shape shape, int64_t first, size_t n, uint32_t *out)
{
    const size_t n_safe = safe_rows(s, shape, first, n);
    bool was_one = true;
    unsigned n_missed = 0; /* groups that were tried in vain: shuffled columns are not tried for ever */
    size_t i = 0;
    while (i < n_safe) {
        const bool tries = n_safe - i >= GROUP && n_missed < MOST_MISSED;
        if (tries && group_codes(s, shape, first + (int64_t)i, &was_one, out + i)) {
            i += GROUP;
            n_missed = 0;
            continue;
        }
        n_missed += tries;
        const size_t most = tries ? GROUP : n_safe - i;
        const size_t n_known = known_rows(s, shape, first + (int64_t)i, most, tries, out + i);
        i += n_known;
        if (n_known == 0) {
            out[i] = code_at(s, first + (int64_t)i);
            i++;
        }
    }
    for (; i < n; i++) {
        out[i] = code_at(s, first + (int64_t)i);
    }
}

static void valid_codes(speller *s, int64_t first, size_t n, uint32_t *out)
{
    const atn_arrow_type *type = &s->column->type;
    if (type->kind == ATN_ARROW_TEXT && type->width == 4) {
        text_codes(s, OFFSETS_4, first, n, out);
    } else if (type->kind == ATN_ARROW_TEXT) {
        text_codes(s, OFFSETS_8, first, n, out);
    } else if (type->kind == ATN_ARROW_VIEW) {
        text_codes(s, VIEWS, first, n, out);
    } else {
        for (size_t i = 0; i < n; i++) {
            out[i] = code_at(s, first + (int64_t)i);
        }
    }
}

/* What eight rows are. */
typedef enum eight { ALL_VALID, ALL_NULL, MIXED } eight;

static eight eight_at(const atn_arrow_data *data, int64_t row, size_t n)
{
    const unsigned bits = atn_arrow_valid_bits(data, row, n);
    return bits == 0 ? ALL_NULL : bits == 0xffu >> (8 - n) ? ALL_VALID : MIXED;
}

/* Stretch by stretch: gaps come together, as in a column that few measures have a use for. */
static void codes_with_nulls(speller *s, int64_t first, size_t n, uint32_t *out)
{
    const atn_arrow_data *data = &s->column->data;
    for (size_t i = 0; i < n;) {
        const size_t start = i;
        const eight kind = eight_at(data, first + (int64_t)i, n - i < 8 ? n - i : 8);
        do {
            i += n - i < 8 ? n - i : 8;
        } while (i < n && eight_at(data, first + (int64_t)i, n - i < 8 ? n - i : 8) == kind);
        if (kind == ALL_VALID) {
            valid_codes(s, first + (int64_t)start, i - start, out + start);
        }
        for (size_t k = start; kind == ALL_NULL && k < i; k++) {
            out[k] = ATN_CODE_EMPTY;
        }
        for (size_t k = start; kind == MIXED && k < i; k++) {
            out[k] = code_at(s, first + (int64_t)k);
        }
    }
}

void atn_arrow_spell_codes(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                           size_t id, int64_t first, size_t n, bool has_nulls, uint32_t *out)
{
    const atn_arrow_column *column = reader->ids[id].column;
    speller s = {block, reader, a, id, column, &block->spellings[id]};
    if (has_nulls) {
        codes_with_nulls(&s, first, n, out);
    } else {
        valid_codes(&s, first, n, out);
    }
}

uint32_t atn_arrow_spell_text(atn_arrow_block *block, const atn_arrow_reader *reader, size_t id, atn_str text)
{
    speller s = {block, reader, &reader->facts->alloc, id, reader->ids[id].column, &block->spellings[id]};
    return code_of_text(&s, text);
}

void atn_arrow_spellings_free(atn_arrow_spellings *spellings, const attain_allocator *a)
{
    atn_words_free(&spellings->words, a);
    atn_alloc_free_array(a, spellings->sequence, spellings->cap_sequence, 1);
    atn_alloc_free_array(a, spellings->codes, spellings->cap_codes, sizeof *spellings->codes);
    atn_alloc_free_array(a, spellings->known, spellings->cap, sizeof *spellings->known);
}
