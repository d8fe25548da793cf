/* Terms of texts whose vocabulary is not known yet: the tables grow as words and terms turn up.
 *
 * Every term of every block gets the next number. A paragraph's terms are written as pairs of number and count;
 * stance/model/kernel_terms.py makes names of the keys and matrices of the pairs.
 */
#ifndef STANCE_KERNEL_LEARN_H
#define STANCE_KERNEL_LEARN_H

#include "_kernel_model.h"

struct learner {
    int failed;                 /* -1 without memory, -2 if two long terms have one hash; nothing is learnt from then on */
    word_table *words;
    key_table *keys;
    size_t n_words, room_words, most_words, most_bytes;
    size_t n_keys, most_keys;
    uint32_t **phrase_of_word;  /* of the model; it grows with the words */
    uint32_t *term_of_word;     /* number of a single word in block 0 */
    size_t terms, room_terms;   /* numbers go from 1 to `terms` */
    uint64_t *key_of_term;
    uint8_t *block_of_term;
    uint64_t *text_of_term;     /* character n-grams: where `text` has it */
    uint32_t *counts;           /* in this paragraph, by term */
    uint32_t *touched;
    size_t n_touched;
    unsigned char *text;
    size_t text_length, room_text;
    uint32_t *pairs;            /* all paragraphs: term, count */
    size_t n_pairs, room_pairs;
};

static int grow(void *at, size_t *room, size_t needed, size_t itemsize)
{
    size_t n = *room ? *room : 1024;
    void *old, *more;
    if (needed <= *room) return 0;
    while (n < needed) n += n / 2;
    memcpy(&old, at, sizeof old);
    more = realloc(old, n * itemsize);
    if (!more) return -1;
    memset((char *)more + *room * itemsize, 0, (n - *room) * itemsize);
    memcpy(at, &more, sizeof more);
    *room = n;
    return 0;
}

/* Several arrays of one length. */
#define GROW_TOGETHER(l, room, needed, a, b, c)                                                                       \
    do {                                                                                                              \
        size_t room_a = (room), room_b = (room);                                                                      \
        if (grow(a, &room_a, needed, sizeof **(a)) || grow(b, &room_b, needed, sizeof **(b)) ||                       \
            grow(c, &(room), needed, sizeof **(c)))                                                                   \
            (l)->failed = -1;                                                                                         \
    } while (0)

static uint32_t learn_word(learner *l, const unsigned char *p, size_t length, uint64_t low, uint64_t high)
{
    word_table *t = l->words;
    size_t i, j, from = t->ends[l->n_words], id = l->n_words + 1;
    if (l->failed) return 0;
    if (find_in_words(t, low, high, hash_word(low, high)) || id > ID_MASK || from + length > UINT32_MAX) {
        l->failed = -2;
        return 0;
    }
    GROW_TOGETHER(l, l->room_words, id + 1, &t->ends, l->phrase_of_word, &l->term_of_word);
    if (grow(&t->bytes, &l->most_bytes, from + length + 32, 1)) l->failed = -1;
    if (!l->failed && id > l->most_words) {
        word_table old = *t;
        if (reserve_words(t, 2 * id)) {
            *t = old;
            l->failed = -1;
        } else {
            for (i = 0; i < old.size + old.spare; i++)
                for (j = 0; j < 3 && old.buckets[i].id[j]; j++)
                    put_word(t, old.buckets[i].low[j], old.buckets[i].high[j], old.buckets[i].id[j]);
            free(old.memory);
            l->most_words = 2 * id;
        }
    }
    if (l->failed) return 0;
    memcpy(t->bytes + from, p, length);
    t->ends[id] = (uint32_t)(from + length);
    put_word(t, low, high, (uint32_t)id);
    l->n_words = id;
    return (uint32_t)id;
}

static uint32_t new_term(learner *l, int b, uint64_t key)
{
    size_t term = l->terms + 1, room = l->room_terms, also = l->room_terms;
    if (l->failed) return 0;
    if (term > ID_MASK) l->failed = -2;
    if (grow(&l->text_of_term, &room, term + 1, sizeof *l->text_of_term)) l->failed = -1;
    if (grow(&l->touched, &also, term + 1, sizeof *l->touched)) l->failed = -1;
    GROW_TOGETHER(l, l->room_terms, term + 1, &l->key_of_term, &l->block_of_term, &l->counts);
    if (l->failed) return 0;
    l->key_of_term[term] = key;
    l->block_of_term[term] = (uint8_t)b;
    l->terms = term;
    return (uint32_t)term;
}

static uint32_t term_of_key(learner *l, int b, uint64_t key)
{
    key_table *t = l->keys;
    uint32_t term = find_row(t, key);
    size_t i, j;
    if (term) return term;
    term = new_term(l, b, key);
    if (term && l->n_keys + 1 > l->most_keys) {
        key_table old = *t;
        if (reserve_keys(t, 2 * (l->n_keys + 1))) {
            *t = old;
            l->failed = -1;
            return 0;
        }
        for (i = 0; i < old.size + old.spare; i++)
            for (j = 0; j < 4 && (uint32_t)old.buckets[i].row[j]; j++)
                put_key(t, old.buckets[i].key[j], (uint32_t)old.buckets[i].row[j]);
        free(old.memory);
        l->most_keys = 2 * (l->n_keys + 1);
    }
    if (term) {
        put_key(t, key, term);
        l->n_keys++;
    }
    return term;
}

static void learn_term(learner *l, uint32_t term)
{
    if (!term) return;
    if (!l->counts[term]++) l->touched[l->n_touched++] = term;
}

static void learn_key(learner *l, int b, uint64_t key) { learn_term(l, term_of_key(l, b, key)); }

static void learn_characters(learner *l, int b, uint64_t key, const unsigned char *p, size_t length)
{
    size_t before = l->terms;
    uint32_t term = term_of_key(l, b, key);
    if (!term) return;
    if (l->terms > before) {
        if (grow(&l->text, &l->room_text, l->text_length + length, 1)) {
            l->failed = -1;
            return;
        }
        memcpy(l->text + l->text_length, p, length);
        l->text_of_term[term] = (uint64_t)l->text_length << 24 | length;
        l->text_length += length;
    } else if ((l->text_of_term[term] & 0xFFFFFF) != length ||
               memcmp(l->text + (l->text_of_term[term] >> 24), p, length)) {
        l->failed = -2;
        return;
    }
    learn_term(l, term);
}

static uint32_t word_term(learner *l, uint32_t word)
{
    if (!l->term_of_word[word]) l->term_of_word[word] = new_term(l, 0, WORD_KEY(KEY_NGRAM, 0, 0, word));
    return l->failed ? 0 : l->term_of_word[word];
}

/* Takes a word back that turns out to be negated. */
static void unlearn_word(learner *l, uint32_t word)
{
    if (!l->failed) l->counts[l->term_of_word[word]]--;
}

/* Block 0, and ids of all words. */
static void learn_ngrams(const model *m, workspace *w, learner *l)
{
    text_buffers *t = &w->text;
    uint32_t n;
    size_t i;
    t->flags = 0;
    for (i = 0; i < t->tokens; i++) {
        const unsigned char *p = t->lowered + TOKEN_START(t, i);
        const token_word *word = &t->words[i];
        uint32_t id = find_word(l->words, word->low, word->high, word->hash, p, word->length);
        if (!id) id = learn_word(l, p, word->length, word->low, word->high);
        t->flags |= id;
        t->id[i] = id & ID_MASK;
        t->gap[i] = id & ID_MENTION ? GAP_MENTION : 0;
        t->node[i] = word_term(l, id & ID_MASK);
        if (m->least == 1) learn_term(l, t->node[i]);
    }
    for (n = 2; n <= m->most && n <= t->tokens && !l->failed; n++)
        for (i = 0; i + n <= t->tokens; i++) {
            t->node[i] = term_of_key(l, 0, WORD_KEY(KEY_NGRAM, 0, t->node[i], t->id[i + n - 1]));
            if (n >= m->least) learn_term(l, t->node[i]);
        }
}

/* Ends a paragraph. Returns 0, -1 or -2 as `failed` has it. */
static int write_pairs(learner *l)
{
    size_t i;
    if (grow(&l->pairs, &l->room_pairs, 2 * (l->n_pairs + l->n_touched), sizeof *l->pairs)) l->failed = -1;
    for (i = 0; i < l->n_touched; i++) {
        uint32_t term = l->touched[i];
        if (!l->failed && l->counts[term]) {
            l->pairs[2 * l->n_pairs] = term;
            l->pairs[2 * l->n_pairs++ + 1] = l->counts[term];
        }
        l->counts[term] = 0;
    }
    l->n_touched = 0;
    return l->failed;
}

static int learner_begin(learner *l, model *m, size_t n_words, size_t n_keys)
{
    memset(l, 0, sizeof *l);
    l->words = &m->words;
    l->keys = &m->keys;
    l->n_words = l->most_words = n_words;
    l->n_keys = l->most_keys = n_keys;
    l->phrase_of_word = &m->phrase_of_word;
    l->room_words = n_words + 1;
    l->most_bytes = m->words.ends[n_words] + 32;
    l->term_of_word = calloc(l->room_words, sizeof *l->term_of_word);
    l->failed = l->term_of_word ? 0 : -1;
    m->learner = l;
    return l->failed;
}

static void learner_free(learner *l)
{
    free(l->term_of_word);
    free(l->key_of_term);
    free(l->block_of_term);
    free(l->text_of_term);
    free(l->counts);
    free(l->touched);
    free(l->text);
    free(l->pairs);
    memset(l, 0, sizeof *l);
}

#endif
