/* A compiled model and what one thread needs to read texts with it; counting and weighing of terms.
 *
 * Every term of every block has a row: a counter, its IDF and its coefficients. Row 0 of a block stands for all terms
 * outside the vocabulary; its numbers are 0, so that hits and misses take the same path.
 */
#ifndef STANCE_KERNEL_MODEL_H
#define STANCE_KERNEL_MODEL_H

#include <math.h>

#include "_kernel_table.h"

#define MOST_BLOCKS 64
#define MOST_TARGETS 24

/* What a key names. Words have 27 bits, symbols and groups 16. stance/model/kernel_tables.py writes the same keys. */
enum {
    KEY_NGRAM = 1, /* first words as a row, next word */
    KEY_PHRASE,    /* first words as a node, next word */
    KEY_CLAUSE,    /* a CLAUSE_ number, a stem */
    KEY_LEFT,      /* X ..* */
    KEY_RIGHT,     /* * ..X */
    KEY_NEAR_LEFT, /* GROUP X ..* */
    KEY_NEAR_RIGHT,
    KEY_BONES2,    /* X Y in the skeleton */
    KEY_BONES3,
    KEY_PAIR,      /* X + Y */
    KEY_AMONG,     /* &X */
    KEY_GROUP,     /* is GROUP; with a SCENE_, is GROUP SCENE */
    KEY_FACT,      /* see the FACT_ numbers */
    KEY_NEGATED,   /* !word in block 0 */
    KEY_CHARACTERS
};
/* Added to one of these for a word that is negated: CLAUSE_NEGATED. */
enum { CLAUSE_LEFT = 1, CLAUSE_NEAR_LEFT, CLAUSE_RIGHT, CLAUSE_NEAR_RIGHT, CLAUSE_NEGATED = 4 };
enum { FACT_MENTIONS = 0, FACT_FIRST = 5, FACT_NOT_FIRST, FACT_LAST, FACT_NOT_LAST, FACT_SENTENCES = 10, FACT_SCENE = 14 };
/* Where a paragraph is set; none if the lexicons do not tell. */
enum { SCENE_NONE, SCENE_ABROAD, SCENE_HOME };

#define KEY(kind, block) ((uint64_t)(kind) << 60 | (uint64_t)(block) << 54)
#define WORD_KEY(kind, block, a, b) (KEY(kind, block) | (uint64_t)(a) << 27 | (uint64_t)(b))
#define SYMBOL_KEY(kind, block, a, b, c) (KEY(kind, block) | (uint64_t)(a) << 32 | (uint64_t)(b) << 16 | (uint64_t)(c))

/* Enters the n-grams among the keys into the filter of their table. */
static void fill_filter(key_table *t, const uint64_t *keys, size_t n)
{
    size_t i;
    for (i = 0; i < n; i++)
        if (keys[i] >> 60 == KEY_NGRAM) {
            uint32_t bit = hash_pair((uint32_t)(keys[i] >> 27) & ID_MASK, (uint32_t)keys[i] & ID_MASK, t->filter_shift);
            t->filter[bit / 64] |= (uint64_t)1 << (bit & 63);
        }
}

typedef struct {
    float idf;
    uint32_t count;
} counter;

typedef struct {
    size_t base;      /* its first row among all */
    size_t rows;
    uint32_t first;   /* the outputs that it informs: first .. first + width - 1 */
    uint32_t width;
    double weight;
    float *coef;      /* rows x width */
} block;

/* What a phrase of the lexicons is: a mention, a cue, a context word, a negation, a weak mention, or just words. */
enum { IS_PLAIN, IS_MENTION, IS_CUE, IS_CONTEXT, IS_NEGATION, IS_WEAK };
typedef struct {
    uint16_t kind, target, group, symbol, negated, reach; /* reach: how many items after it a cue negates */
} phrase_value;
#define VALUE_NUMBERS 6

/* Symbols that every model has. */
enum { SYMBOL_NONE, SYMBOL_MENTION, SYMBOL_OTHER, SYMBOL_CLAUSE, SYMBOL_FIRST, SYMBOL_LAST, SYMBOL_NEGATED_MENTION };
/* Ids of words that every model has: folded mentions among the words of a clause. */
enum { WORD_MENTION = 1, WORD_OTHER = 2 };
/* Of text_buffers.gap: this token may begin a mention. Of that and item_gap: it is negated. */
enum { GAP_MENTION = 8, GAP_NEGATED = 16 };

typedef struct learner learner;

typedef struct {
    learner *learner;                  /* NULL but for the counting of unknown terms, see _kernel_learn.h */
    word_table words;
    key_table keys;
    size_t rows;                       /* of all blocks */
    float *idf;
    block blocks[MOST_BLOCKS];
    int n_blocks, outputs, sublinear;
    double *intercept;
    double tf[256];
    uint32_t least, most;              /* word n-grams */
    int characters;                    /* block of character n-grams, 0 if there is none */
    uint32_t least_characters, most_characters;
    unsigned char *character_bytes;    /* the n-grams themselves, by row, to verify hashed keys */
    uint32_t *character_ends;
    int n_targets, anchored;           /* anchored: the first block of the first target; two a target */
    uint32_t window;
    uint32_t *phrase_of_word;          /* node of the phrases that begin with a word, 0 if none */
    uint16_t *node_value;              /* the phrase that ends at a node, 0 if none */
    uint8_t *node_goes_on;
    phrase_value *values;
    uint32_t *stem_of_word;            /* a word as well, 0 where no term has it */
    size_t groups;
    int scenes;                        /* whether any word tells of them */
} model;

/* Where each counted term stands, for explanations. */
typedef struct {
    uint32_t block, row, from, to;     /* from, to: edges, that is 2 * token for its beginning, and one more for its end */
} place;
typedef struct {
    place *places;
    size_t n, room;
    int failed;
} place_list;

typedef struct {
    place_list *places;                /* NULL unless they are asked for, see _kernel_places.h */
    text_buffers text;
    counter *counters;
    uint32_t *touched;                 /* rows with a count, by block */
    size_t found[MOST_BLOCKS];
    uint8_t *seen_groups;
    double *sum;
} workspace;

/* Where the list of touched rows of a block begins: a place more than rows, as stores precede the test. */
#define TOUCHED(m, b) ((m)->blocks[b].base + (size_t)(b))

static void workspace_free(workspace *w)
{
    if (!w) return;
    text_free(&w->text);
    free(w->counters);
    free(w->touched);
    free(w->seen_groups);
    free(w->sum);
    free(w);
}

static workspace *workspace_new(const model *m)
{
    size_t i;
    workspace *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->counters = malloc(m->rows * sizeof(counter));
    w->touched = malloc((m->rows + MOST_BLOCKS + 1) * sizeof(uint32_t));
    w->seen_groups = calloc(m->groups + 1, 1);
    w->sum = malloc((size_t)m->outputs * sizeof(double));
    if (!w->counters || !w->touched || !w->seen_groups || !w->sum) {
        workspace_free(w);
        return NULL;
    }
    for (i = 0; i < m->rows; i++) {
        w->counters[i].idf = m->idf[i];
        w->counters[i].count = 0;
    }
    return w;
}

/* Counts one term of a block. */
STANCE_INLINE void count_row(const model *m, workspace *w, int b, uint32_t row)
{
    counter *c = w->counters + m->blocks[b].base + row;
    w->touched[TOUCHED(m, b) + w->found[b]] = row;
    w->found[b] += c->count == 0;
    c->count++;
}

STANCE_INLINE void count_rows(const model *m, workspace *w, int b, const uint32_t *rows, size_t n)
{
    counter *counters = w->counters + m->blocks[b].base;
    uint32_t *touched = w->touched + TOUCHED(m, b);
    const float *coef = m->blocks[b].coef;
    size_t found = w->found[b], width = m->blocks[b].width, i;
    STANCE_IN_REGISTER(counters);
    STANCE_IN_REGISTER(touched);
    for (i = 0; i < n; i++) {
        counter *c = counters + rows[i];
        STANCE_PREFETCH(coef + rows[i] * width);
        touched[found] = rows[i];
        found += c->count == 0;
        c->count++;
    }
    w->found[b] = found;
}

#ifdef STANCE_VECTORS
/* Four numbers made doubles; in this form compilers see the one instruction that they have for it. */
STANCE_INLINE four_doubles widen(const float *from)
{
    return (four_doubles){(double)from[0], (double)from[1], (double)from[2], (double)from[3]};
}
#endif

/* sum[j] += v * coef[j], each output by itself, in double precision. */
STANCE_INLINE void add_scaled(double *sum, double v, const float *coef, const uint32_t width)
{
    uint32_t j = 0;
#ifdef STANCE_VECTORS
    for (; j + 4 <= width; j += 4) {
        four_doubles s;
        memcpy(&s, sum + j, sizeof s);
        s += v * widen(coef + j);
        memcpy(sum + j, &s, sizeof s);
    }
#endif
    for (; j < width; j++) sum[j] += v * (double)coef[j];
}

/* Adds weight * v / |v| * coef to the margins, v = tf * idf, and clears the counters. Terms are summed in the order in
 * which the paragraph first has them: a fixed order for every build. */
STANCE_INLINE void weigh_rows(const model *m, workspace *w, int b, const uint32_t width, double *sum, double *margins)
{
    const block *k = &m->blocks[b];
    const float *coef = k->coef;
    const double *tf = m->tf;
    counter *counters = w->counters + k->base;
    const uint32_t *touched = w->touched + TOUCHED(m, b);
    size_t found = w->found[b], i;
    uint32_t j;
    double square = 0.0;
    STANCE_IN_REGISTER(counters);
    STANCE_IN_REGISTER(touched);
    for (j = 0; j < width; j++) sum[j] = 0.0;
    for (i = 0; i < found; i++) {
        size_t row = touched[i];
        counter *c = counters + row;
        uint32_t count = c->count;
        double v = (double)c->idf;
        v *= STANCE_LIKELY(count < 256) ? tf[count] : m->sublinear ? 1.0 + log((double)count) : (double)count;
        c->count = 0;
        square += v * v;
        add_scaled(sum, v, coef + row * width, width);
    }
    w->found[b] = 0;
    if (square > 0.0) {
        double scale = k->weight / sqrt(square);
        for (j = 0; j < width; j++) margins[k->first + j] += sum[j] * scale;
    }
}

/* Margins of the paragraph that was counted; blocks in the order of the model. */
STANCE_CLONES
static void weigh(const model *m, workspace *w, double *margins)
{
    int b;
    for (b = 0; b < m->outputs; b++) margins[b] = m->intercept[b];
    for (b = 0; b < m->n_blocks; b++) {
        if (!w->found[b]) continue;
        if (m->blocks[b].width == 8) {
            double sum[8]; /* of known size, so that it lives in registers */
            weigh_rows(m, w, b, 8, sum, margins);
        } else if (m->blocks[b].width == 4) {
            double sum[4];
            weigh_rows(m, w, b, 4, sum, margins);
        }
        else weigh_rows(m, w, b, m->blocks[b].width, w->sum, margins);
    }
}

#endif
