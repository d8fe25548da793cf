/* Where the terms of a paragraph stand, for explanations: lists of places, and characters instead of edges. */
#ifndef STANCE_KERNEL_PLACES_H
#define STANCE_KERNEL_PLACES_H

#include "_kernel_learn.h"

static void add_place(place_list *l, int b, uint32_t row, uint32_t from, uint32_t to)
{
    place *p;
    if (!row || l->failed) return;
    if (grow(&l->places, &l->room, l->n + 1, sizeof *l->places)) {
        l->failed = 1;
        return;
    }
    p = &l->places[l->n++];
    p->block = (uint32_t)b;
    p->row = row;
    p->from = from;
    p->to = to;
}

/* The n-grams of block 0, negated words left out; `count_anchored` has been here. */
static void place_ngrams(const model *m, const workspace *w, place_list *l)
{
    const text_buffers *t = &w->text;
    size_t i, n;
    for (i = 0; i < t->tokens; i++) {
        uint32_t row = t->id[i];
        for (n = 1; row && n <= m->most && i + n <= t->tokens; n++) {
            if (n > 1) row = find_row(&m->keys, WORD_KEY(KEY_NGRAM, 0, row, t->id[i + n - 1]));
            if (n >= m->least && !(n == 1 && t->gap[i] & GAP_NEGATED)) add_place(l, 0, row, (uint32_t)(2 * i), (uint32_t)(2 * (i + n) - 1));
        }
    }
}

/* Makes characters of the text out of edges; the array has room for all edges. What `to` becomes is doubled, and odd if
 * a word ends there: characters that nobody sees may stand between its end and the next word. */
static void edges_to_characters(const text_buffers *t, place_list *l, uint32_t *character)
{
    size_t i, j, at = 0, done = 0;
    for (i = 0; i < t->tokens; i++) {
        /* a gap has a byte a character */
        at += TOKEN_START(t, i) - done;
        character[2 * i] = (uint32_t)at;
        done = TOKEN_END(t, i);
        for (j = TOKEN_START(t, i); j < done; j++) at += (t->lowered[j] & 0xC0) != 0x80;
        character[2 * i + 1] = (uint32_t)at;
    }
    for (i = 0; i < l->n; i++) {
        l->places[i].from = character[l->places[i].from];
        l->places[i].to = character[l->places[i].to] << 1 | (l->places[i].to & 1);
    }
}

/* Takes back what was counted. */
static void forget(const model *m, workspace *w)
{
    int b;
    size_t i;
    for (b = 0; b < m->n_blocks; b++) {
        for (i = 0; i < w->found[b]; i++)
            w->counters[m->blocks[b].base + w->touched[TOUCHED(m, b) + i]].count = 0;
        w->found[b] = 0;
    }
}

#endif
