/* Is a model sound? All indices are checked here, once, after they were copied and before any of them is followed: the
 * arrays may come from a file that somebody else made. */
#ifndef STANCE_KERNEL_CHECK_H
#define STANCE_KERNEL_CHECK_H

#include "_kernel_model.h"

/* How many of each array there are. */
typedef struct {
    size_t ends, word_bytes, flags, keys, key_rows, roots, stems, nodes, goes_on, value_numbers;
    size_t characters, character_bytes;
} table_sizes;

static int ascending(const uint32_t *ends, size_t n, size_t last)
{
    size_t i;
    if (!n || ends[0] || ends[n - 1] != last) return 0;
    for (i = 1; i < n; i++)
        if (ends[i] < ends[i - 1]) return 0;
    return 1;
}

static int all_below(const uint32_t *numbers, size_t n, size_t limit)
{
    size_t i;
    uint32_t most = 0;
    for (i = 0; i < n; i++) most = numbers[i] > most ? numbers[i] : most;
    return !n || most < limit;
}

/* Whether a word begins with a sign that no token does: only then is its row not counted down while it is counted. */
static int is_negated_word(const model *m, const table_sizes *n, uint32_t id)
{
    return id < n->ends && m->words.ends[id - 1] < m->words.ends[id] && m->words.bytes[m->words.ends[id - 1]] == '!';
}

static int keys_are_sound(const model *m, const table_sizes *n, const uint64_t *keys, const uint32_t *rows)
{
    size_t i;
    for (i = 0; i < n->keys; i++) {
        unsigned kind = (unsigned)(keys[i] >> 60), b = (unsigned)(keys[i] >> 54 & 63);
        size_t limit = kind == KEY_PHRASE ? n->nodes : b < (unsigned)m->n_blocks ? m->blocks[b].rows : 0;
        if (kind < KEY_NGRAM || kind > KEY_NEGATED || ((kind <= KEY_PHRASE || kind == KEY_NEGATED) && b)) return 0;
        if (!rows[i] || rows[i] >= limit || rows[i] > ID_MASK) return 0;
        if (kind == KEY_NEGATED && !is_negated_word(m, n, rows[i])) return 0;
        /* the children of a node come after it, so that no phrase goes on for ever */
        if (kind == KEY_PHRASE && rows[i] <= (keys[i] >> 27 & ID_MASK)) return 0;
    }
    return 1;
}

static int values_are_sound(const model *m, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) {
        const phrase_value *v = &m->values[i];
        int mentions = v->kind == IS_MENTION || v->kind == IS_WEAK;
        if (v->kind > IS_WEAK || v->target >= MOST_TARGETS) return 0;
        if (mentions && (v->target >= m->n_targets || v->group >= m->groups)) return 0;
    }
    return n > 0;
}

/* What is wrong with a model; NULL if nothing is. */
static const char *find_fault(const model *m, const table_sizes *n, const uint32_t *flags, const uint64_t *keys,
                              const uint32_t *rows)
{
    size_t words = n->ends - 1, values = n->value_numbers / VALUE_NUMBERS, i;
    uint32_t flag = 0;
    if (m->n_blocks != 1 + m->characters + 2 * m->n_targets) return "its blocks do not fit its targets";
    if (m->groups > UINT16_MAX) return "it has too many groups";
    if (m->least < 1 || m->least > m->most) return "its n-grams have no length";
    if (m->characters && (m->least_characters < 1 || m->least_characters > m->most_characters))
        return "its n-grams of characters have no length";
    if (!ascending(m->words.ends, n->ends, n->word_bytes)) return "its words are damaged";
    if (words > ID_MASK || words + 1 > m->blocks[0].rows) return "it has words without a row";
    if (n->flags != words + 1 || n->roots != words + 1 || n->stems != words + 1) return "not every word has its numbers";
    for (i = 1; i <= words; i++) flag |= flags[i];
    if (flag & ~(ID_ABROAD | ID_KNOWN | ID_ENGLISH | ID_MENTION)) return "its words have unknown flags";
    if (!all_below(m->stem_of_word, n->stems, words + 1)) return "it has stems that are no words";
    if (n->keys != n->key_rows || !keys_are_sound(m, n, keys, rows)) return "it has keys without a row";
    if (!n->nodes || n->goes_on != n->nodes || !all_below(m->phrase_of_word, n->roots, n->nodes))
        return "it has phrases without a node";
    for (i = 0; i < n->nodes; i++)
        if (m->node_value[i] >= values) return "it has phrases without a value";
    if (n->value_numbers % VALUE_NUMBERS || !values_are_sound(m, values)) return "it has phrases of no kind";
    if (m->characters) {
        if (!ascending(m->character_ends, n->characters, n->character_bytes)) return "its characters are damaged";
        if (n->characters > m->blocks[m->characters].rows) return "it has characters without a row";
    }
    return NULL;
}

#endif
