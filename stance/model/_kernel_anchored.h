/* Items, sentences and anchored terms, as stance/model/items.py and anchored.py specify them. */
#ifndef STANCE_KERNEL_ANCHORED_H
#define STANCE_KERNEL_ANCHORED_H

#include "_kernel_learn.h"
#include "_kernel_places.h"

/* As in stance/model/anchored.py, which a test holds against these. */
#define NEAR 3
#define PAIR 3
#define CLAUSE 6

typedef struct {
    size_t mentions, sentences, first_sentence, last_sentence;
    uint32_t at;   /* the edge where the first sentence with a mention begins */
} target_facts;

/* Where an item begins and ends, as edges; `read_items` puts an end after the last one. */
#define ITEM_START(t, i) (2 * (t)->items[i])
#define ITEM_END(t, i) (2 * (t)->items[(i) + 1] - 1)

/* The longest phrase that begins at token `i` of a sentence that ends before `end`; its length, 0 if none. */
STANCE_INLINE size_t match_phrase(const model *m, const text_buffers *t, size_t i, size_t end, uint16_t *value)
{
    uint32_t node = m->phrase_of_word[t->id[i]];
    size_t n = 0, longest = 0;
    *value = 0;
    while (node) {
        n++;
        if (m->node_value[node]) {
            longest = n;
            *value = m->node_value[node];
        }
        if (!m->node_goes_on[node] || i + n >= end) break;
        node = find_row(&m->keys, WORD_KEY(KEY_PHRASE, 0, node, t->id[i + n]));
    }
    return longest;
}

/* Items of one sentence into the buffers from 0 on: first tokens, values, gaps, and which are negated. Returns how many. */
static size_t read_items(const model *m, text_buffers *t, size_t from, size_t end)
{
    size_t i = from, n = 0;
    uint32_t reach = 0;
    while (i < end) {
        uint16_t value;
        size_t length = match_phrase(m, t, i, end, &value);
        const phrase_value *v = &m->values[value];
        uint32_t reached = t->gap[i] & GAP_CLAUSE ? 0 : reach;
        t->items[n] = (uint32_t)i;
        t->values[n] = value;
        t->item_gap[n++] = t->gap[i] | (reached && v->kind != IS_NEGATION ? GAP_NEGATED : 0);
        reach = v->reach ? (reached ? 0 : v->reach) : reached ? reached - 1 : 0;
        i += length ? length : 1;
    }
    t->items[n] = (uint32_t)end;
    return n;
}

/* The target that an item mentions, as a bit; `named`: those that the paragraph names, without which a weak mention is none. */
STANCE_INLINE uint32_t mention_of(const phrase_value *v, uint32_t named)
{
    return ((uint32_t)(v->kind == IS_MENTION || v->kind == IS_WEAK) << v->target) & named;
}

/* The folded form of every item, seen from one target; SYMBOL_NONE for a plain word. */
static void fold_items(const model *m, text_buffers *t, size_t n, int target, uint32_t named)
{
    size_t i;
    for (i = 0; i < n; i++) {
        const phrase_value *v = &m->values[t->values[i]];
        uint32_t mention = mention_of(v, named);
        if (mention) t->symbols[i] = mention == (uint32_t)1 << target ? SYMBOL_MENTION : SYMBOL_OTHER;
        else t->symbols[i] = v->kind == IS_CUE && t->item_gap[i] & GAP_NEGATED ? v->negated : v->symbol;
    }
}

/* How a pair of cues sees a symbol: not at all if it is context or a mention of the target itself. */
STANCE_INLINE int is_cue(const model *m, const text_buffers *t, size_t i)
{
    uint16_t kind = m->values[t->values[i]].kind;
    return kind == IS_CUE || kind == IS_NEGATION || t->symbols[i] == SYMBOL_OTHER;
}

/* Counts a term, which stands from one edge to another. */
STANCE_INLINE void count_key(const model *m, workspace *w, int b, uint64_t key, uint32_t from, uint32_t to)
{
    uint32_t row;
    if (m->learner) {
        learn_key(m->learner, b, key);
        return;
    }
    row = find_row(&m->keys, key);
    count_row(m, w, b, row);
    if (w->places) add_place(w->places, b, row, from, to);
}

STANCE_INLINE void count_symbols(const model *m, workspace *w, int b, int kind, uint32_t x, uint32_t y, uint32_t z,
                                 uint32_t from, uint32_t to)
{
    count_key(m, w, b, SYMBOL_KEY(kind, b, x, y, z), from, to);
}

static void count_around(const model *m, workspace *w, size_t n, size_t anchor, int b)
{
    const text_buffers *t = &w->text;
    uint32_t group = m->values[t->values[anchor]].group;
    size_t i = anchor > m->window ? anchor - m->window : 0, end = anchor + m->window + 1;
    for (end = end < n ? end : n; i < end; i++) {
        uint32_t symbol = t->symbols[i], from = ITEM_START(t, i), to = ITEM_END(t, i);
        size_t distance = i < anchor ? anchor - i : i - anchor;
        if (!symbol || !distance) continue;
        count_symbols(m, w, b, i < anchor ? KEY_LEFT : KEY_RIGHT, symbol, 0, 0, from, to);
        if (distance <= NEAR)
            count_symbols(m, w, b, i < anchor ? KEY_NEAR_LEFT : KEY_NEAR_RIGHT, group, symbol, 0, from, to);
    }
}

/* The next symbol of a skeleton. */
STANCE_INLINE size_t add_bone(text_buffers *t, size_t k, uint16_t symbol, uint32_t from, uint32_t to)
{
    t->bones[k] = symbol;
    t->bone_edges[2 * k] = from;
    t->bone_edges[2 * k + 1] = to;
    return k + 1;
}

static void count_skeleton(const model *m, workspace *w, size_t n, int b)
{
    text_buffers *t = &w->text;
    const uint16_t *bones = t->bones;
    const uint32_t *edges = t->bone_edges;
    size_t i, k = add_bone(t, 0, SYMBOL_FIRST, ITEM_START(t, 0), ITEM_START(t, 0));
    for (i = 0; i < n; i++) {
        uint32_t from = ITEM_START(t, i);
        if (!t->symbols[i]) continue;
        if (t->item_gap[i] & GAP_CLAUSE && bones[k - 1] != SYMBOL_CLAUSE) k = add_bone(t, k, SYMBOL_CLAUSE, from, from);
        if (bones[k - 1] != t->symbols[i]) k = add_bone(t, k, t->symbols[i], from, ITEM_END(t, i));
    }
    k = add_bone(t, k, SYMBOL_LAST, ITEM_END(t, n - 1), ITEM_END(t, n - 1));
    for (i = 0; i + 1 < k; i++) {
        uint32_t x = bones[i], y = bones[i + 1], z = i + 2 < k ? bones[i + 2] : 0, from = edges[2 * i];
        int anchored = x == SYMBOL_MENTION || y == SYMBOL_MENTION;
        if (anchored) count_symbols(m, w, b, KEY_BONES2, x, y, 0, from, edges[2 * i + 3]);
        if (i + 2 < k && (anchored || z == SYMBOL_MENTION))
            count_symbols(m, w, b, KEY_BONES3, x, y, z, from, edges[2 * i + 5]);
    }
}

static void count_pairs(const model *m, workspace *w, size_t n, int b)
{
    const text_buffers *t = &w->text;
    const uint16_t *symbols = t->symbols;
    uint32_t *cues = t->cues;
    size_t i, j, k = 0;
    for (i = 0; i < n; i++)
        if (is_cue(m, t, i) && !(k && symbols[cues[k - 1]] == symbols[i])) cues[k++] = (uint32_t)i;
    for (i = 0; i < k; i++)
        for (j = i + 1; j < k && j <= i + PAIR; j++)
            count_symbols(m, w, b, KEY_PAIR, symbols[cues[i]], symbols[cues[j]], 0, ITEM_START(t, cues[i]),
                          ITEM_END(t, cues[j]));
}

static int ends_with(const unsigned char *p, size_t n, const char *ending, size_t length)
{
    return n >= length + 3 && memcmp(p + n - length, ending, length) == 0;
}

/* The stem of a word outside the vocabulary, as stance/model/stems.py has it: the id of that, 0 if unknown too. */
static uint32_t stem_of_unknown(const model *m, const unsigned char *p, size_t n)
{
    unsigned char word[64 + 16] = {0};
    uint64_t low, high;
    size_t i;
    if (n < 5 || n > 64) return 0;
    for (i = 0; i < n; i++)
        if (p[i] & 0x80) return 0;
    memcpy(word, p, n);
    if (ends_with(word, n, "ies", 3) || ends_with(word, n, "ied", 3)) {
        n -= 2;
        word[n - 1] = 'y';
    }
    else if (ends_with(word, n, "ing", 3)) n -= 3;
    else if (ends_with(word, n, "ed", 2) || ends_with(word, n, "es", 2)) n -= 2;
    else if (ends_with(word, n, "s", 1) && word[n - 2] != 's') n--;
    if (n > 4 && word[n - 1] == 'e') n--;
    if (n > 3 && word[n - 1] == word[n - 2] && !strchr("els", word[n - 1])) n--;
    memset(word + n, 0, sizeof word - n);
    word_key(word, n, &low, &high);
    return find_word(&m->words, low, high, hash_word(low, high), word, n) & ID_MASK;
}

static void count_clause_word(const model *m, workspace *w, size_t i, int side, int near, int b)
{
    const text_buffers *t = &w->text;
    uint32_t token = t->items[i], word = t->id[token];
    if (t->symbols[i] == SYMBOL_MENTION) word = WORD_MENTION;
    else if (t->symbols[i] == SYMBOL_OTHER) word = WORD_OTHER;
    else {
        if (t->item_gap[i] & GAP_NEGATED) side += CLAUSE_NEGATED;
        /* what is learnt is stemmed when it gets its name */
        if (!m->learner)
            word = word ? m->stem_of_word[word]
                        : stem_of_unknown(m, t->lowered + TOKEN_START(t, token), t->words[token].length);
    }
    count_key(m, w, b, WORD_KEY(KEY_CLAUSE, b, side, word), ITEM_START(t, i), ITEM_END(t, i));
    if (near) count_key(m, w, b, WORD_KEY(KEY_CLAUSE, b, side + 1, word), ITEM_START(t, i), ITEM_END(t, i));
}

/* The words around a mention in its clause. */
static void count_clause(const model *m, workspace *w, size_t n, size_t anchor, int b)
{
    const text_buffers *t = &w->text;
    size_t i;
    for (i = anchor; i > 0 && anchor - i < CLAUSE && !(t->item_gap[i] & GAP_CLAUSE); i--)
        count_clause_word(m, w, i - 1, CLAUSE_LEFT, anchor - i < NEAR, b);
    for (i = anchor + 1; i < n && i - anchor <= CLAUSE && !(t->item_gap[i] & GAP_CLAUSE); i++)
        count_clause_word(m, w, i, CLAUSE_RIGHT, i - anchor <= NEAR, b);
}

/* Negated words are others than those that `count_ngrams` has counted. */
static void count_negated(const model *m, workspace *w, size_t n)
{
    text_buffers *t = &w->text;
    size_t i;
    uint32_t token;
    for (i = 0; i < n; i++)
        for (token = t->items[i]; t->item_gap[i] & GAP_NEGATED && token < t->items[i + 1]; token++) {
            uint32_t word = t->id[token];
            t->gap[token] |= GAP_NEGATED;
            if (!word) continue;
            if (m->learner) unlearn_word(m->learner, word);
            else w->counters[m->blocks[0].base + word].count--;
            count_key(m, w, 0, WORD_KEY(KEY_NEGATED, 0, 0, word), 2 * token, 2 * token + 1);
        }
}

/* The targets that a sentence names by more than weak mentions, as bits. */
static uint32_t named_in(const model *m, const text_buffers *t, size_t n)
{
    uint32_t named = 0;
    size_t i;
    for (i = 0; i < n; i++) {
        const phrase_value *v = &m->values[t->values[i]];
        named |= (uint32_t)(v->kind == IS_MENTION) << v->target;
    }
    return named;
}

/* One sentence, for every target that it mentions. */
static void count_items(const model *m, workspace *w, size_t n, size_t number, uint32_t named, target_facts *facts)
{
    text_buffers *t = &w->text;
    uint32_t mentioned = 0;
    size_t i;
    int target;
    for (i = 0; i < n; i++) mentioned |= mention_of(&m->values[t->values[i]], named);
    if (mentioned && m->least == 1) count_negated(m, w, n);
    for (target = 0; target < m->n_targets; target++) {
        int around = m->anchored + 2 * target;
        target_facts *f = &facts[target];
        if (!(mentioned >> target & 1)) continue;
        if (!f->mentions) {
            f->first_sentence = number;
            f->at = ITEM_START(t, 0);
        }
        f->last_sentence = number;
        fold_items(m, t, n, target, named);
        for (i = 0; i < n; i++) {
            if (t->symbols[i] == SYMBOL_MENTION) {
                uint32_t group = m->values[t->values[i]].group;
                f->mentions++;
                if (!w->seen_groups[group]) {
                    w->seen_groups[group] = 1;
                    count_symbols(m, w, around, KEY_GROUP, group, 0, 0, ITEM_START(t, i), ITEM_END(t, i));
                    if (t->scene)
                        count_symbols(m, w, around, KEY_GROUP, group, t->scene, 0, ITEM_START(t, i), ITEM_END(t, i));
                }
                count_around(m, w, n, i, around);
                count_clause(m, w, n, i, around + 1);
                if (t->item_gap[i] & GAP_NEGATED)
                    count_symbols(m, w, around, KEY_AMONG, SYMBOL_NEGATED_MENTION, 0, 0, ITEM_START(t, i), ITEM_END(t, i));
            } else if (t->symbols[i]) {
                count_symbols(m, w, around, KEY_AMONG, t->symbols[i], 0, 0, ITEM_START(t, i), ITEM_END(t, i));
            }
        }
        count_skeleton(m, w, n, around);
        count_pairs(m, w, n, around);
    }
}

/* A fact about the whole paragraph; an empty place keeps it from being shown as words. */
static void count_fact(const model *m, workspace *w, int b, size_t fact, uint32_t at)
{
    count_symbols(m, w, b, KEY_FACT, (uint32_t)fact, 0, 0, at, at);
}

/* Where the sentence that begins at a token ends, and whether a mention may begin in it; 0 if there is none. */
STANCE_INLINE int next_sentence(const text_buffers *t, size_t from, size_t *end, int *candidate)
{
    uint8_t gaps;
    if (from >= t->tokens) return 0;
    gaps = t->gap[from];
    for (*end = from + 1; *end < t->tokens && !(t->gap[*end] & GAP_SENTENCE); ++*end) gaps |= t->gap[*end];
    *candidate = gaps & GAP_MENTION;
    return 1;
}

/* Both anchored blocks of all targets. Only sentences in which a mention may begin are looked at closely.
 * Returns the targets that are mentioned, as bits. */
static uint32_t count_anchored(const model *m, workspace *w)
{
    target_facts facts[MOST_TARGETS];
    text_buffers *t = &w->text;
    size_t from, end, i, sentences = 0, candidates = 0, n = 0;
    int candidate;
    uint32_t mentioned = 0, named = 0;
    int target;
    memset(facts, 0, (size_t)m->n_targets * sizeof *facts);
    memset(w->seen_groups, 0, m->groups);
    t->scene = !m->scenes ? SCENE_NONE : t->flags & ID_ABROAD ? SCENE_ABROAD : SCENE_HOME;
    for (i = 0; i < t->tokens; i++) t->gap[i] |= gap_before(t, i);
    for (from = 0; next_sentence(t, from, &end, &candidate); from = end)
        if (candidate) {
            n = read_items(m, t, from, end);
            named |= named_in(m, t, n);
            candidates++;
        }
    if (!named) return 0;
    for (from = 0; next_sentence(t, from, &end, &candidate); from = end) {
        /* one sentence still lies in the buffers */
        if (candidate) count_items(m, w, candidates == 1 ? n : read_items(m, t, from, end), sentences, named, facts);
        sentences++;
    }
    for (target = 0; target < m->n_targets; target++) {
        const target_facts *f = &facts[target];
        int b = m->anchored + 2 * target;
        if (!f->mentions) continue;
        mentioned |= (uint32_t)1 << target;
        count_fact(m, w, b, FACT_MENTIONS + (f->mentions < 4 ? f->mentions : 4), f->at);
        count_fact(m, w, b, f->first_sentence ? FACT_NOT_FIRST : FACT_FIRST, f->at);
        count_fact(m, w, b, f->last_sentence + 1 == sentences ? FACT_LAST : FACT_NOT_LAST, f->at);
        count_fact(m, w, b, FACT_SENTENCES + (sentences < 4 ? sentences : 4), f->at);
        if (t->scene) count_fact(m, w, b, FACT_SCENE + t->scene, f->at);
    }
    return mentioned;
}

#endif
