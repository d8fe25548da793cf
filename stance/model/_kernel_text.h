/* Bytes to tokens: UTF-8 is lower-cased and classified 64 bytes at a time, then cut where the classes change.
 *
 * The lowered text is in an alphabet of its own: word characters keep their UTF-8 bytes, and every other character is
 * one byte, so that the length of a gap in bytes is its length in characters. Non-ASCII characters are looked up in
 * tables that were filled by the running interpreter (see `_kernel.pyx`), so that `\w` and lower() are its own; a text
 * with characters that become none or several is folded there first.
 */
#ifndef STANCE_KERNEL_TEXT_H
#define STANCE_KERNEL_TEXT_H

#include "_kernel_bytes.h"

/* What became of a text; all but OK are answered by the caller, who holds the GIL, and the text is read again. */
enum { TEXT_OK, TEXT_NEEDS_PAGE, TEXT_NEEDS_LOWER, TEXT_MALFORMED, TEXT_NO_MEMORY, TEXT_TOO_LONG };

/* An entry of the Unicode tables: the lower-cased code point, flags, and the byte that stands for it in a gap. */
#define POINT_MASK 0x1FFFFFu
#define POINT_WORD (1u << 21)
#define POINT_SPACE (1u << 22)
#define POINT_NEEDS_LOWER (1u << 23)
#define POINT_GAP_SHIFT 24

#define PAGES 0x1100
static const uint32_t *unicode_pages[PAGES];

/* Gaps, as stance.model.tokens.Gap has them. */
enum { GAP_CLAUSE = 1, GAP_QUOTE = 2, GAP_SENTENCE = 4 };
/* Bytes of a gap: how they count. GAP_LOOK follows a full stop that ends a sentence. */
enum { GAP_STOP = 8, GAP_DOT = 16, GAP_LOOK = 32, GAP_DASH = 64 };
static uint8_t gap_class[256];

static void fill_gap_class(void)
{
    const char *c;
    memset(gap_class, 0, sizeof gap_class);
    for (c = "\t\n\v\f\r \x1c\x1d\x1e\x1f\"')]"; *c; c++) gap_class[(uint8_t)*c] |= GAP_LOOK;
    for (c = "!?"; *c; c++) gap_class[(uint8_t)*c] |= GAP_STOP;
    for (c = ",;:()"; *c; c++) gap_class[(uint8_t)*c] |= GAP_CLAUSE;
    gap_class['"'] |= GAP_QUOTE;
    gap_class[0x80] |= GAP_QUOTE; /* stands for a quotation mark that closes no sentence */
    gap_class['.'] |= GAP_DOT;
    gap_class['-'] |= GAP_DASH;
}

#define TEXT_FRONT 64    /* readable bytes before the lowered text */
#define TEXT_BACK 192    /* writable bytes after it */
#define TEXT_MOST ((size_t)1 << 30)

/* The word of a token, without a possessive 's: its first 16 bytes, or a hash of it, and the hash it is looked up by. */
typedef struct {
    uint64_t low, high, hash;
    uint32_t length, unused;
} token_word;

/* The buffers of one paragraph; they grow to the longest one and are used again. */
typedef struct {
    size_t capacity;          /* bytes of text that fit */
    unsigned char *memory;    /* all of the below */
    unsigned char *lowered;   /* twice the text: 2 bytes of it become at most 4 */
    uint64_t *word_bits;      /* which bytes of `lowered` belong to word characters */
    uint64_t *mark_bits;      /* which are apostrophes */
    uint32_t *edges;          /* where each token begins and ends in `lowered`, by turns */
    token_word *words;
    uint32_t *id, *node, *rows, *items;
    uint64_t *key;
    uint16_t *values, *symbols, *bones;
    uint32_t *bone_edges, *cues;
    uint8_t *gap, *item_gap;
    unsigned char *piece;     /* a blank-separated word, for character n-grams */
    uint32_t *piece_at;
    size_t lowered_length, tokens;
    int marks;                /* any token has an apostrophe inside */
    size_t continuations;     /* bytes of word characters beyond one a character */
    size_t foreign;           /* word characters from U+0250 on */
    size_t word_bytes;
    uint32_t flags;           /* of all its words together, see ID_KNOWN and its like */
    uint32_t scene;           /* SCENE_ of the paragraph */
    uint32_t missing_page;
    int strict;               /* halves of characters are malformed: a str may hold them, UTF-8 may not */
} text_buffers;

#define TOKEN_START(t, i) ((t)->edges[2 * (i)])
#define TOKEN_END(t, i) ((t)->edges[2 * (i) + 1])

static void text_free(text_buffers *t)
{
    free(t->memory);
    memset(t, 0, sizeof *t);
}

static int text_reserve(text_buffers *t, size_t n, int characters)
{
    size_t tokens, bits, size = 0, i;
    unsigned char *memory;
    if (n <= t->capacity && t->memory) return TEXT_OK;
    if (n > TEXT_MOST) return TEXT_TOO_LONG;
    if (n > SIZE_MAX / 128) return TEXT_NO_MEMORY; /* at 84 bytes a byte, `size` might else wrap at 32 bits */
    n = n < 2048 ? 4096 : n + n / 2;
    tokens = n / 2 + 80; /* a token and a gap are a byte each at least; stores run on in groups of 8 */
    bits = n / 32 + 16;
    {
        struct { void *at; size_t bytes; } parts[] = {
            {&t->lowered, TEXT_FRONT + 2 * n + TEXT_BACK},
            {&t->word_bits, bits * 8}, {&t->mark_bits, bits * 8},
            {&t->edges, tokens * 8}, {&t->words, tokens * sizeof(token_word)},
            {&t->id, tokens * 4}, {&t->node, tokens * 4}, {&t->rows, tokens * 4},
            {&t->items, tokens * 4}, {&t->key, tokens * 8},
            {&t->values, tokens * 2}, {&t->symbols, tokens * 2},
            {&t->bones, tokens * 4 + 16}, {&t->bone_edges, tokens * 16 + 64}, {&t->cues, tokens * 4},
            {&t->gap, tokens}, {&t->item_gap, tokens},
            {&t->piece, characters ? 2 * n + 64 : 0}, {&t->piece_at, characters ? 4 * n + 64 : 0},
        };
        size_t count = sizeof parts / sizeof parts[0];
        for (i = 0; i < count; i++) size += (parts[i].bytes + 63) / 64 * 64;
        memory = malloc(size + 64);
        if (!memory) return TEXT_NO_MEMORY;
        free(t->memory);
        t->memory = memory;
        t->capacity = n;
        memory += 64 - ((uintptr_t)memory & 63);
        for (i = 0; i < count; i++) {
            memcpy(parts[i].at, &memory, sizeof memory);
            memory += (parts[i].bytes + 63) / 64 * 64;
        }
        memset(t->lowered, 0, TEXT_FRONT);
        t->lowered += TEXT_FRONT;
    }
    return TEXT_OK;
}

/* Reads a code point; returns its length, 0 if malformed. Lone surrogates pass, see `strict`. */
STANCE_INLINE unsigned read_point(const unsigned char *p, size_t left, uint32_t *point)
{
    uint32_t c = p[0];
    if (c < 0xC2) return 0;
    if (left < 2 || (p[1] & 0xC0) != 0x80) return 0;
    if (c < 0xE0) {
        *point = (c & 0x1F) << 6 | (p[1] & 0x3F);
        return 2;
    }
    if (left < 3 || (p[2] & 0xC0) != 0x80) return 0;
    if (c < 0xF0) {
        *point = (c & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
        return *point < 0x800 ? 0 : 3;
    }
    if (c > 0xF4 || left < 4 || (p[3] & 0xC0) != 0x80) return 0;
    *point = (c & 7) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
    return *point < 0x10000 || *point > 0x10FFFF ? 0 : 4;
}

STANCE_INLINE unsigned write_point(unsigned char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (unsigned char)(0xC0 | c >> 6);
        to[1] = (unsigned char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (unsigned char)(0xE0 | c >> 12);
        to[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        to[2] = (unsigned char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (unsigned char)(0xF0 | c >> 18);
    to[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
    to[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    to[3] = (unsigned char)(0x80 | (c & 0x3F));
    return 4;
}

/* Appends `n` (1..64) bits to both bitmaps. */
#define APPEND_BITS(w, m, n)                                                                                          \
    do {                                                                                                              \
        word_fill |= (w) << fill;                                                                                     \
        mark_fill |= (m) << fill;                                                                                     \
        if (fill + (n) >= 64) {                                                                                       \
            word_bits[full] = word_fill;                                                                              \
            mark_bits[full++] = mark_fill;                                                                            \
            word_fill = fill ? (w) >> (64 - fill) : 0;                                                                \
            mark_fill = fill ? (m) >> (64 - fill) : 0;                                                                \
            fill += (n) - 64;                                                                                         \
        } else {                                                                                                      \
            fill += (n);                                                                                              \
        }                                                                                                             \
    } while (0)

/* Lower-cases and classifies a text of `n` bytes. */
STANCE_CLONES
static int lower_text(text_buffers *t, const unsigned char *text, size_t n)
{
    uint64_t word_fill = 0, mark_fill = 0;
    size_t full = 0, i = 0;
    unsigned fill = 0;
    unsigned char *to = t->lowered;
    uint64_t *word_bits = t->word_bits, *mark_bits = t->mark_bits;
    t->continuations = t->foreign = 0;
    while (i < n) {
        class_bits bits;
        unsigned ready = 64;
        if (STANCE_LIKELY(n - i >= 64)) {
            bits = classify(text + i, to);
        } else {
            unsigned char last[64];
            memset(last, 0, 64);
            memcpy(last, text + i, n - i);
            ready = (unsigned)(n - i);
            bits = classify(last, to);
        }
        if (bits.beyond) {
            unsigned ascii = lowest_bit(bits.beyond);
            ready = ascii;
            bits.word &= ((uint64_t)1 << ascii) - 1;
            bits.mark &= ((uint64_t)1 << ascii) - 1;
        }
        if (ready) {
            APPEND_BITS(bits.word, bits.mark, ready);
            to += ready;
            i += ready;
        }
        while (i < n && text[i] >= 0x80) {
            uint32_t point, entry;
            const uint32_t *page;
            unsigned length = read_point(text + i, n - i, &point);
            if (!length || (t->strict && point >> 11 == 0xD800 >> 11)) return TEXT_MALFORMED;
            page = STANCE_LOAD(&unicode_pages[point >> 8]);
            if (!page) {
                t->missing_page = point >> 8;
                return TEXT_NEEDS_PAGE;
            }
            entry = page[point & 0xFF];
            if (entry & POINT_NEEDS_LOWER) return TEXT_NEEDS_LOWER;
            i += length;
            if (entry & POINT_WORD) {
                uint32_t low = entry & POINT_MASK;
                uint64_t ones;
                length = write_point(to, low);
                ones = ((uint64_t)1 << length) - 1;
                APPEND_BITS(ones, (uint64_t)0, length);
                to += length;
                t->continuations += length - 1;
                t->foreign += low >= 0x250;
            } else {
                unsigned char byte = (unsigned char)(entry >> POINT_GAP_SHIFT);
                uint64_t mark = byte == '\'';
                *to++ = byte;
                APPEND_BITS((uint64_t)0, mark, 1);
            }
        }
    }
    word_bits[full] = word_fill;
    mark_bits[full] = mark_fill;
    word_bits[full + 1] = word_bits[full + 2] = 0;
    mark_bits[full + 1] = mark_bits[full + 2] = 0;
    t->lowered_length = (size_t)(to - t->lowered);
    memset(to, 0, 64);
    return TEXT_OK;
}

/* Writes the positions of all set bits; whole groups of 8, so that the branch is rarely missed. */
STANCE_INLINE size_t write_positions(uint64_t bits, uint32_t base, uint32_t *to)
{
    const uint64_t last = (uint64_t)1 << 63; /* where there is no bit left, any position does */
    unsigned count = count_bits(bits), done;
    for (done = 0; done < count; done += 8) {
        int i;
        for (i = 0; i < 8; i++) {
            uint32_t at = base + lowest_bit(bits | last);
            STANCE_IN_REGISTER(at);
            to[done + i] = at;
            bits &= bits - 1;
        }
    }
    return count;
}

/* Cuts the lowered text into tokens: runs of word characters, single apostrophes between them included. */
STANCE_CLONES
static void cut_tokens(text_buffers *t)
{
    size_t k, words = t->lowered_length / 64 + 2, edges = 0;
    const uint64_t *word_bits = t->word_bits, *mark_bits = t->mark_bits;
    uint32_t *to = t->edges;
    uint64_t word_carry = 0, carry = 0, marks = 0;
    for (k = 0; k < words; k++) {
        uint64_t w = word_bits[k], inside;
        inside = w | (mark_bits[k] & (w << 1 | word_carry) & (w >> 1 | word_bits[k + 1] << 63));
        word_carry = w >> 63;
        marks |= inside ^ w;
        edges += write_positions(inside ^ (inside << 1 | carry), (uint32_t)(64 * k), to + edges);
        carry = inside >> 63;
    }
    t->tokens = edges / 2;
    t->marks = marks != 0;
}

/* What stands before token `i`; see stance.model.tokens. */
STANCE_INLINE uint8_t gap_before(const text_buffers *t, size_t i)
{
    const unsigned char *p = t->lowered + (i ? TOKEN_END(t, i - 1) : 0);
    const unsigned char *end = t->lowered + TOKEN_START(t, i);
    unsigned gap = 0, stop = 0, lines = 0;
    if (end - p < 2) return 0;
    for (; p < end; p++) {
        unsigned c = gap_class[*p];
        lines += *p == '\n';
        gap |= c & (GAP_CLAUSE | GAP_QUOTE);
        if (c & GAP_DASH && p + 1 < end && p[1] == '-') gap |= GAP_CLAUSE;
        if (stop) continue;
        if (c & GAP_STOP) stop = '!';
        else if (c & GAP_DOT && (p + 1 == end || gap_class[p[1]] & GAP_LOOK)) stop = '.';
    }
    if (stop == '.' && i) {
        /* a full stop after a word of one character abbreviates, digits and "I" included */
        const unsigned char *word = t->lowered + TOKEN_START(t, i - 1);
        uint32_t length = t->words[i - 1].length;
        if (length == (*word < 0x80 ? 1u : *word < 0xE0 ? 2u : *word < 0xF0 ? 3u : 4u)) stop = 0;
    }
    return (uint8_t)(gap | (stop || lines > 1 ? GAP_SENTENCE : 0));
}

#endif
