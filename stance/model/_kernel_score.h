/* One pass over a paragraph: tokens, terms of every block, margins. No Python, no allocation but for longer texts. */
#ifndef STANCE_KERNEL_SCORE_H
#define STANCE_KERNEL_SCORE_H

#include "_kernel_anchored.h"
#include "_kernel_check.h"

/* Columns of the counts that decide an abstention; see stance.model.abstention.WordCounts. */
enum { COUNT_TOKENS, COUNT_KNOWN, COUNT_ENGLISH, COUNT_LETTERS, COUNT_LATIN, COUNT_MENTIONED, COUNTS };

/* Keys of all words, and the cache lines they will be looked up in on their way. Here and below what a loop needs is
 * copied to locals first: a store of a number might else change it, for all that the compiler knows. */
STANCE_INLINE void key_tokens(const model *m, text_buffers *t, const int marks)
{
    const word_bucket *buckets = m->words.buckets;
    const unsigned shift = m->words.shift;
    const unsigned char *lowered = t->lowered;
    const uint32_t *edges = t->edges;
    token_word *words = t->words;
    const size_t tokens = t->tokens;
    const uint64_t possessive = load8((const unsigned char *)"'s\0\0\0\0\0\0");
    size_t i, total = 0;
    for (i = 0; i < tokens; i++) {
        const unsigned char *p = lowered + edges[2 * i];
        size_t length = edges[2 * i + 1] - edges[2 * i];
        uint64_t a, b;
        if (marks) length -= 2 * (size_t)(((load8(p + length - 2) & 0xFFFF) == possessive) & (length > 2));
        words[i].length = (uint32_t)length;
        total += length;
        word_key(p, length, &a, &b);
        words[i].low = a;
        words[i].high = b;
        a = hash_word(a, b);
        words[i].hash = a;
        STANCE_PREFETCH(buckets + (a >> shift));
    }
    t->word_bytes = total;
}

STANCE_CLONES
static void key_words(const model *m, text_buffers *t)
{
    /* most paragraphs have no possessive to look for */
    if (t->marks) key_tokens(m, t, 1);
    else key_tokens(m, t, 0);
}

STANCE_CLONES
static void look_up_words(const model *m, workspace *w, int64_t *counts)
{
    text_buffers *t = &w->text;
    const word_table words = m->words;
    const unsigned char *lowered = t->lowered;
    const uint32_t *edges = t->edges;
    const token_word *word = t->words;
    const counter *counters = w->counters;
    const size_t tokens = t->tokens;
    uint32_t *ids = t->id;
    uint8_t *gap = t->gap;
    size_t i;
    uint32_t all = 0, known = 0, english = 0;
    for (i = 0; i < tokens; i++) {
        uint32_t id = find_word(&words, word[i].low, word[i].high, word[i].hash, lowered + edges[2 * i], word[i].length);
        ids[i] = id;
        STANCE_PREFETCH(counters + (id & ID_MASK));
    }
    /* apart, as these are done many at once */
    for (i = 0; i < tokens; i++) {
        uint32_t id = ids[i];
        all |= id;
        known += id / ID_KNOWN & 1;
        english += id / ID_ENGLISH & 1;
        gap[i] = (uint8_t)(id / (ID_MENTION / GAP_MENTION) & GAP_MENTION);
        ids[i] = id & ID_MASK;
    }
    counts[COUNT_TOKENS] = (int64_t)tokens;
    counts[COUNT_KNOWN] = known;
    counts[COUNT_ENGLISH] = english;
    counts[COUNT_LETTERS] = (int64_t)(t->word_bytes - t->continuations);
    counts[COUNT_LATIN] = counts[COUNT_LETTERS] - (int64_t)t->foreign;
    t->flags = all;
}

/* Block 0: n-grams of words, one level after the other. The row of an n-gram is its node in the trie of longer ones. */
STANCE_CLONES
static void count_ngrams(const model *m, workspace *w)
{
    text_buffers *t = &w->text;
    const key_table keys = m->keys;
    const counter *counters = w->counters;
    const size_t tokens = t->tokens;
    const uint32_t *ids = t->id, *node = ids;
    uint32_t *nodes = t->node, *rows = t->rows, *items = t->items, n;
    uint64_t *key = t->key;
    if (m->least == 1) count_rows(m, w, 0, ids, tokens);
    for (n = 2; n <= m->most && n <= tokens; n++) {
        const uint32_t *next = ids + n - 1;
        size_t last = tokens - n + 1, candidates = 0, hits = 0, i;
        for (i = 0; i < last; i++) rows[i] = hash_pair(node[i], next[i], keys.filter_shift);
        for (i = 0; i < last; i++) {
            items[candidates] = (uint32_t)i;
            candidates += may_hold(keys.filter, rows[i]);
        }
        for (i = 0; i < candidates; i++) {
            uint64_t k = WORD_KEY(KEY_NGRAM, 0, node[items[i]], next[items[i]]);
            key[i] = k;
            STANCE_PREFETCH(keys.buckets + (hash_key(k) >> keys.shift));
        }
        if (n < m->most) memset(nodes, 0, last * sizeof *nodes);
        for (i = 0; i < candidates; i++) {
            uint32_t row = find_row(&keys, key[i]);
            if (n < m->most) nodes[items[i]] = row;
            rows[hits] = row;
            hits += row != 0;
            STANCE_PREFETCH(counters + row);
        }
        if (n >= m->least) count_rows(m, w, 0, rows, hits);
        node = nodes;
    }
}

STANCE_INLINE uint64_t character_key(const unsigned char *p, size_t length)
{
    uint64_t low, high;
    if (length <= 7) return (load8(p) & byte_masks[length][0]) | (uint64_t)length << 56;
    word_key(p, length, &low, &high);
    return mix(low ^ mix(high ^ mix(length))) >> 8 | KEY(KEY_CHARACTERS, 0);
}

static uint32_t find_characters(const model *m, const unsigned char *p, size_t length)
{
    uint32_t row = find_row(&m->keys, character_key(p, length)), from;
    if (length <= 7 || !row) return row;
    from = m->character_ends[row - 1];
    if (m->character_ends[row] - from != length || memcmp(m->character_bytes + from, p, length)) return 0;
    return row;
}

/* A blank-separated word with a blank on either side: all n-grams of its characters. */
static void count_piece(const model *m, workspace *w, size_t characters)
{
    const text_buffers *t = &w->text;
    uint32_t n;
    for (n = m->least_characters; n <= m->most_characters; n++) {
        size_t count = characters >= n ? characters - n + 1 : 1, i;
        for (i = 0; i < count; i++) {
            size_t end = i + n < characters ? i + n : characters;
            uint32_t from = t->piece_at[i];
            const unsigned char *p = t->piece + from;
            size_t length = t->piece_at[end] - from;
            if (m->learner) learn_characters(m->learner, m->characters, character_key(p, length), p, length);
            else count_row(m, w, m->characters, find_characters(m, p, length));
        }
        if (count == 1) break;
    }
}

/* The block of character n-grams; the text has been through lower_text, so all its characters are in the tables. */
static void count_characters(const model *m, workspace *w, const unsigned char *text, size_t n)
{
    text_buffers *t = &w->text;
    size_t i = 0, characters = 0;
    unsigned char *to = t->piece;
    while (i <= n) {
        uint32_t point = ' ', entry = POINT_SPACE;
        size_t step = 1;
        if (i < n) {
            point = text[i];
            if (point >= 0x80) step = read_point(text + i, n - i, &point);
            entry = STANCE_LOAD(&unicode_pages[point >> 8])[point & 0xFF];
        }
        if (!(entry & POINT_SPACE)) {
            if (!characters) {
                t->piece_at[characters++] = 0;
                *to++ = ' ';
            }
            t->piece_at[characters++] = (uint32_t)(to - t->piece);
            to += write_point(to, entry & POINT_MASK);
        } else if (characters) {
            t->piece_at[characters++] = (uint32_t)(to - t->piece);
            *to++ = ' ';
            t->piece_at[characters] = (uint32_t)(to - t->piece);
            count_piece(m, w, characters);
            characters = 0;
            to = t->piece;
        }
        i += step;
    }
}

/* Bytes to tokens and their keys; the part that every scorer of words must do. */
static int read_tokens(const model *m, workspace *w, const unsigned char *text, size_t n)
{
    text_buffers *t = &w->text;
    int status = text_reserve(t, n, m->characters);
    if (status == TEXT_OK) status = lower_text(t, text, n);
    if (status != TEXT_OK) return status;
    cut_tokens(t);
    key_words(m, t);
    return TEXT_OK;
}

/* Counts the terms of a text; `weigh` or `forget` must follow. */
static int read_text(const model *m, workspace *w, const unsigned char *text, size_t n, int64_t *counts)
{
    int status = read_tokens(m, w, text, n);
    if (status != TEXT_OK) return status;
    look_up_words(m, w, counts);
    count_ngrams(m, w);
    if (m->characters) count_characters(m, w, text, n);
    counts[COUNT_MENTIONED] = m->n_targets && w->text.flags & ID_MENTION ? count_anchored(m, w) : 0;
    return TEXT_OK;
}

/* Where the known terms of a text stand, those of characters left out; as edges. */
static int read_places(const model *m, workspace *w, const unsigned char *text, size_t n, place_list *l)
{
    int64_t counts[COUNTS];
    int status;
    l->n = 0;
    w->places = l;
    status = read_text(m, w, text, n, counts);
    w->places = NULL;
    if (status != TEXT_OK) return status;
    forget(m, w);
    place_ngrams(m, w, l);
    return l->failed ? TEXT_NO_MEMORY : TEXT_OK;
}

/* The same for a vocabulary that is yet to be found. */
static int learn_text(const model *m, workspace *w, const unsigned char *text, size_t n)
{
    int status = read_tokens(m, w, text, n);
    if (status != TEXT_OK) return status;
    learn_ngrams(m, w, m->learner);
    if (m->characters && !m->learner->failed) count_characters(m, w, text, n);
    if (m->n_targets && !m->learner->failed) count_anchored(m, w);
    return write_pairs(m->learner) ? TEXT_NO_MEMORY : TEXT_OK;
}

/* Scores texts from `i` to `n`; returns the first one that needs help and says in `status` which. */
STANCE_CLONES
static size_t score_texts(const model *m, workspace *w, const unsigned char *const *texts, const size_t *lengths,
                          size_t i, size_t n, double *margins, int64_t *counts, int *status)
{
    for (; i < n; i++) {
        if (i + 1 < n) {
            size_t line;
            for (line = 0; line < lengths[i + 1] && line < 512; line += 64) STANCE_PREFETCH(texts[i + 1] + line);
        }
        *status = read_text(m, w, texts[i], lengths[i], counts + i * COUNTS);
        if (*status != TEXT_OK) return i;
        weigh(m, w, margins + i * (size_t)m->outputs);
    }
    *status = TEXT_OK;
    return n;
}

/* The same without looking anything up: how fast could it be? Returns the number of tokens. */
STANCE_CLONES
static size_t only_tokens(const model *m, workspace *w, const unsigned char *const *texts, const size_t *lengths,
                          size_t *i, size_t n, int *status)
{
    size_t tokens = 0;
    for (; *i < n; (*i)++) {
        *status = read_tokens(m, w, texts[*i], lengths[*i]);
        if (*status != TEXT_OK) return tokens;
        tokens += w->text.tokens;
    }
    return tokens;
}

#endif
