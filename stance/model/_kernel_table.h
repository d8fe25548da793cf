/* Hash tables whose buckets are one cache line: words to ids, and integer keys to rows. Both verify what they find.
 *
 * A word of at most 16 bytes is its own key; a longer one is hashed to 15 bytes, marked by a byte that no UTF-8
 * text holds, and compared with the stored bytes. Every other key is a number that names one thing exactly.
 */
#ifndef STANCE_KERNEL_TABLE_H
#define STANCE_KERNEL_TABLE_H

#include "_kernel_text.h"

typedef struct {
    uint64_t low[3], high[3];
    uint32_t id[3];
    uint32_t overflow; /* the next bucket holds more */
} word_bucket;

typedef struct {
    uint64_t key[4];
    uint64_t row[4];   /* of the last one, the high bit: the next bucket holds more */
} key_bucket;

typedef struct {
    void *memory;
    word_bucket *buckets;
    unsigned shift;
    size_t size, spare;       /* buckets: a power of two, and some that only catch what flows over */
    unsigned char *bytes;     /* all words, one after the other */
    uint32_t *ends;           /* of each word in `bytes`, by id; id 0 is empty */
} word_table;

typedef struct {
    void *memory;
    key_bucket *buckets;
    uint64_t *filter;         /* of pairs of words, see may_hold */
    unsigned shift, filter_shift;
    size_t size, spare;
} key_table;

/* Of an id in a word_bucket: the low bits are the word, the high ones say what it is good for. */
#define ID_MASK 0x07FFFFFFu
#define ID_ABROAD (1u << 27)
#define ID_KNOWN (1u << 28)
#define ID_ENGLISH (1u << 29)
#define ID_MENTION (1u << 30)

/* The filter of a key_table has 2^FILTER_BITS bits a bucket, that is, eight or more a key; but 2^MOST_BITS at most. */
#define FILTER_BITS 5
#define MOST_BITS 28

#define HOLDS_MORE ((uint64_t)1 << 63) /* not OVERFLOW, which is a number in the <math.h> of macOS and Windows */
#define LONG_WORD ((uint64_t)0xFF << 56)

STANCE_INLINE uint64_t mix(uint64_t v)
{
    v ^= v >> 32;
    return v * 0x9E3779B97F4A7C15u;
}

STANCE_INLINE uint64_t hash_word(uint64_t low, uint64_t high) { return mix(low ^ high * 0xC2B2AE3D27D4EB4Fu); }

static const uint64_t byte_masks[17][2] = {
#define ONES(n) ((n) == 0 ? 0 : ~(uint64_t)0 >> (64 - 8 * (n)) % 64)
    {0, 0}, {ONES(1), 0}, {ONES(2), 0}, {ONES(3), 0}, {ONES(4), 0}, {ONES(5), 0}, {ONES(6), 0}, {ONES(7), 0},
    {ONES(8), 0}, {ONES(8), ONES(1)}, {ONES(8), ONES(2)}, {ONES(8), ONES(3)}, {ONES(8), ONES(4)},
    {ONES(8), ONES(5)}, {ONES(8), ONES(6)}, {ONES(8), ONES(7)}, {ONES(8), ONES(8)},
};

STANCE_COLD void long_word_key(const unsigned char *p, size_t length, uint64_t *low, uint64_t *high)
{
    uint64_t a = length, b = 0x27D4EB2F165667C5u;
    size_t i;
    for (i = 0; i + 8 <= length; i += 8) {
        a = mix(a ^ load8(p + i));
        b = mix(b + load8(p + i) * 0x165667B19E3779F9u);
    }
    a ^= load8(p + length - 8) * 0xC2B2AE3D27D4EB4Fu;
    *low = mix(a);
    *high = mix(b ^ a) | LONG_WORD;
}

/* The key of a word; 16 bytes from `p` on must be readable. */
STANCE_INLINE void word_key(const unsigned char *p, size_t length, uint64_t *low, uint64_t *high)
{
    if (STANCE_LIKELY(length <= 16)) {
        *low = load8(p) & byte_masks[length][0];
        *high = load8(p + 8) & byte_masks[length][1];
    }
    else long_word_key(p, length, low, high);
}

static void *allocate_lines(size_t bytes, void **memory)
{
    *memory = calloc(bytes + 64, 1);
    return *memory ? (char *)*memory + (64 - ((uintptr_t)*memory & 63)) : NULL;
}

static unsigned table_shift(size_t entries, unsigned per_bucket)
{
    unsigned bits = 4;
    while (((size_t)per_bucket << bits) < entries + entries / 3) bits++;
    return 64 - bits;
}

STANCE_COLD int word_is(const word_table *t, uint32_t id, const unsigned char *p, size_t length)
{
    uint32_t from = t->ends[id - 1];
    return t->ends[id] - from == length && memcmp(t->bytes + from, p, length) == 0;
}

#ifdef STANCE_VECTORS
STANCE_INLINE uint64_t any_of(four v)
{
    v |= __builtin_shufflevector(v, v, 2, 3, 0, 1);
    return v[0] | v[1];
}

STANCE_INLINE uint32_t match_words(const word_bucket *b, uint64_t low, uint64_t high)
{
    const four only3 = {~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, 0};
    four lows, highs;
    four_small ids;
    memcpy(&lows, b->low, 32); /* the fourth of each is not a key, and masked */
    memcpy(&highs, b->high, 32);
    memcpy(&ids, b->id, 16);
    return (uint32_t)any_of((four)((lows == (four){low, low, low, low}) & (highs == (four){high, high, high, high})) &
                            only3 & __builtin_convertvector(ids, four));
}

STANCE_INLINE uint64_t match_keys(const key_bucket *b, uint64_t key)
{
    four keys, rows;
    memcpy(&keys, b->key, 32);
    memcpy(&rows, b->row, 32);
    return any_of((four)(keys == (four){key, key, key, key}) & rows);
}
#else
STANCE_INLINE uint32_t match_words(const word_bucket *b, uint64_t low, uint64_t high)
{
    return (b->id[0] & (0u - (uint32_t)((b->low[0] == low) & (b->high[0] == high)))) |
           (b->id[1] & (0u - (uint32_t)((b->low[1] == low) & (b->high[1] == high)))) |
           (b->id[2] & (0u - (uint32_t)((b->low[2] == low) & (b->high[2] == high))));
}

STANCE_INLINE uint64_t match_keys(const key_bucket *b, uint64_t key)
{
    return (b->row[0] & (0 - (uint64_t)(b->key[0] == key))) | (b->row[1] & (0 - (uint64_t)(b->key[1] == key))) |
           (b->row[2] & (0 - (uint64_t)(b->key[2] == key))) | (b->row[3] & (0 - (uint64_t)(b->key[3] == key)));
}
#endif

STANCE_INLINE uint32_t find_in_words(const word_table *t, uint64_t low, uint64_t high, uint64_t hash)
{
    const word_bucket *b = t->buckets + (hash >> t->shift);
    for (;; b++) {
        uint32_t id = match_words(b, low, high);
        if (STANCE_LIKELY(id | !b->overflow)) return id;
    }
}

/* The id of a word with its flags, 0 if unknown. */
STANCE_INLINE uint32_t find_word(const word_table *t, uint64_t low, uint64_t high, uint64_t hash, const unsigned char *p,
                                 size_t length)
{
    uint32_t id = find_in_words(t, low, high, hash);
    if (length > 16 && id && !word_is(t, id & ID_MASK, p, length)) return 0;
    return id;
}

STANCE_INLINE uint64_t hash_key(uint64_t key) { return mix(key); }

/* Most n-grams of a text are not in the table. A few kilobytes of bits say so of nearly all of them: a bit for each pair
 * that is there. Numbers of 32 bits, as these are multiplied many at once. */
STANCE_INLINE uint32_t hash_pair(uint32_t first, uint32_t next, unsigned shift)
{
    return (first * 0x9E3779B1u + next * 0x85EBCA77u) >> shift;
}

STANCE_INLINE size_t may_hold(const uint64_t *filter, uint32_t bit) { return filter[bit / 64] >> (bit & 63) & 1; }

STANCE_INLINE uint32_t find_row(const key_table *t, uint64_t key)
{
    const key_bucket *b = t->buckets + (hash_key(key) >> t->shift);
    for (;; b++) {
        uint32_t row = (uint32_t)match_keys(b, key);
        if (STANCE_LIKELY(row | !(b->row[3] & HOLDS_MORE))) return row;
    }
}

/* Makes room for `n` words. There are more buckets than the hash can name: a chain of full ones at the end can run on
 * but never out. Returns 0, -1 without memory. */
static int reserve_words(word_table *t, size_t n)
{
    t->shift = table_shift(n, 3);
    t->size = (size_t)1 << (64 - t->shift);
    t->spare = n / 3 + 2;
    t->buckets = allocate_lines((t->size + t->spare) * sizeof(word_bucket), &t->memory);
    return t->buckets ? 0 : -1;
}

static void put_word(word_table *t, uint64_t low, uint64_t high, uint32_t id)
{
    word_bucket *b = t->buckets + (hash_word(low, high) >> t->shift);
    size_t j;
    for (;; b++) {
        for (j = 0; j < 3 && b->id[j]; j++) {}
        if (j < 3) break;
        b->overflow = 1;
    }
    b->low[j] = low;
    b->high[j] = high;
    b->id[j] = id;
}

/* Fills a table with words 1..n: word i is bytes[ends[i - 1]..ends[i]], ends[0] = 0, and `bytes` has 16 to spare.
 * Returns 0, -1 without memory, -2 if two words have one key (equal words, or long ones with one hash). */
static int fill_words(word_table *t, size_t n, const uint32_t *flags)
{
    size_t i;
    if (reserve_words(t, n)) return -1;
    for (i = 1; i <= n; i++) {
        uint64_t low, high;
        word_key(t->bytes + t->ends[i - 1], t->ends[i] - t->ends[i - 1], &low, &high);
        if (find_in_words(t, low, high, hash_word(low, high))) return -2;
        put_word(t, low, high, (uint32_t)i | flags[i]);
    }
    return 0;
}

/* The same for keys. */
static int reserve_keys(key_table *t, size_t n)
{
    unsigned bits;
    t->shift = table_shift(n, 4);
    t->size = (size_t)1 << (64 - t->shift);
    t->spare = n / 4 + 2;
    bits = t->size > (size_t)1 << (MOST_BITS - FILTER_BITS) ? MOST_BITS : 64 - t->shift + FILTER_BITS;
    t->filter_shift = 32 - bits;
    t->buckets = allocate_lines((t->size + t->spare) * sizeof(key_bucket) + ((size_t)1 << bits) / 8, &t->memory);
    if (!t->buckets) return -1;
    t->filter = (uint64_t *)(void *)(t->buckets + t->size + t->spare);
    return 0;
}

static void put_key(key_table *t, uint64_t key, uint32_t row)
{
    key_bucket *b = t->buckets + (hash_key(key) >> t->shift);
    size_t j;
    for (;; b++) {
        for (j = 0; j < 4 && (uint32_t)b->row[j]; j++) {}
        if (j < 4) break;
        b->row[3] |= HOLDS_MORE;
    }
    b->key[j] = key;
    b->row[j] = row;
}

/* Returns 0, -1 without memory, -2 if a key occurs twice. */
static int fill_keys(key_table *t, const uint64_t *keys, const uint32_t *rows, size_t n)
{
    size_t i;
    if (reserve_keys(t, n)) return -1;
    for (i = 0; i < n; i++) {
        if (find_row(t, keys[i])) return -2;
        put_key(t, keys[i], rows[i]);
    }
    return 0;
}

#endif
