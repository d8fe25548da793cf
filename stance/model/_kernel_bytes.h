/* What differs from compiler to compiler and from machine to machine; and 64 bytes classified at a time. */
#ifndef STANCE_KERNEL_BYTES_H
#define STANCE_KERNEL_BYTES_H

#include <float.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Sums would have other bits, and what exp_below rounds by adding would keep its fraction: wrong probabilities. */
#if FLT_EVAL_METHOD == 2 || FLT_EVAL_METHOD < 0
#error "this machine computes with more digits than a double has: score in pure Python, or compile with -mfpmath=sse -msse2"
#endif

#if defined(__SSE2__) || defined(_M_X64)
#if !defined(STANCE_SCALAR)
#define STANCE_SSE2 1
#include <emmintrin.h>
#endif
#endif

#if defined(__GNUC__) || defined(__clang__)
#define STANCE_INLINE static inline __attribute__((always_inline))
#define STANCE_COLD static __attribute__((noinline))
#define STANCE_PREFETCH(p) __builtin_prefetch(p)
/* This value as it is: not gathered into a vector, nor taken apart to be put together at every turn of a loop. */
#define STANCE_IN_REGISTER(x) __asm__("" : "+r"(x))
#define STANCE_LIKELY(x) __builtin_expect(!!(x), 1)
#define STANCE_LOAD(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define STANCE_STORE(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
STANCE_INLINE unsigned lowest_bit(uint64_t bits) { return (unsigned)__builtin_ctzll(bits); }
STANCE_INLINE unsigned count_bits(uint64_t bits) { return (unsigned)__builtin_popcountll(bits); }
#else
#include <intrin.h>
/* /fp:precise fuses on ARM64 until Visual Studio 2022 */
#pragma fp_contract(off)
#define STANCE_INLINE static __forceinline
#define STANCE_COLD static __declspec(noinline)
#ifdef STANCE_SSE2
#define STANCE_PREFETCH(p) _mm_prefetch((const char *)(p), _MM_HINT_T0)
#else
#define STANCE_PREFETCH(p) ((void)(p))
#endif
#define STANCE_IN_REGISTER(x) ((void)0)
#define STANCE_LIKELY(x) (x)
#define STANCE_LOAD(p) (*(p))
/* For pointers, with a full barrier; what is read through one needs none. */
#define STANCE_STORE(p, v) ((void)_InterlockedExchangePointer((void *volatile *)(p), (void *)(v)))
STANCE_INLINE unsigned lowest_bit(uint64_t bits)
{
    unsigned long at;
    _BitScanForward64(&at, bits);
    return (unsigned)at;
}
STANCE_INLINE unsigned count_bits(uint64_t bits)
{
    unsigned n = 0;
    for (; bits; bits &= bits - 1) n++;
    return n;
}
#endif

/* Four numbers at once, in whatever vectors the machine has. */
#if (defined(__clang__) && __clang_major__ >= 9) || (defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12)
#define STANCE_VECTORS 1
typedef uint64_t four __attribute__((vector_size(32)));
typedef uint32_t four_small __attribute__((vector_size(16)));
typedef double four_doubles __attribute__((vector_size(32)));
#endif

/* Where the loader can choose, the hot loops are there twice: for any x86-64, and for one with AVX2 and bit counting.
 * Both do the same operations on doubles in the same order, fused ones excluded, and so give the same bits. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 && \
    !defined(STANCE_SCALAR) && !defined(__SANITIZE_ADDRESS__)
#define STANCE_CLONES __attribute__((noinline, flatten, target_clones("arch=x86-64-v3", "default")))
#else
#define STANCE_CLONES
#endif

/* Little-endian loads keep the order of bytes and bits the same everywhere. */
STANCE_INLINE uint64_t load8(const unsigned char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

typedef struct { uint64_t word, mark, beyond; } class_bits;

#ifdef STANCE_SSE2
#define IN_RANGE(v, a, b) _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8((a) - 1)), _mm_cmplt_epi8(v, _mm_set1_epi8((b) + 1)))
#define BITS(v, i) ((uint64_t)(uint32_t)_mm_movemask_epi8(v) << (16 * (i)))
#define ANY(v) _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(v[0], v[1]), _mm_or_si128(v[2], v[3])))

/* Lower-cases 64 bytes and says which are word characters, apostrophes, and not ASCII. */
STANCE_INLINE class_bits classify(const unsigned char *from, unsigned char *to)
{
    class_bits bits = {0, 0, 0};
    __m128i text[4], marks[4];
    int i;
    for (i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(from + 16 * i)), letters, others;
        letters = IN_RANGE(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z');
        others = _mm_or_si128(IN_RANGE(v, '0', '9'), _mm_cmpeq_epi8(v, _mm_set1_epi8('_')));
        _mm_storeu_si128((__m128i *)(to + 16 * i), _mm_or_si128(v, _mm_and_si128(letters, _mm_set1_epi8(0x20))));
        bits.word |= BITS(_mm_or_si128(letters, others), i);
        text[i] = v;
        marks[i] = _mm_cmpeq_epi8(v, _mm_set1_epi8('\''));
    }
    /* most blocks have neither */
    if (ANY(marks)) bits.mark = BITS(marks[0], 0) | BITS(marks[1], 1) | BITS(marks[2], 2) | BITS(marks[3], 3);
    if (ANY(text)) bits.beyond = BITS(text[0], 0) | BITS(text[1], 1) | BITS(text[2], 2) | BITS(text[3], 3);
    return bits;
}
#else
#define EACH 0x0101010101010101u
#define HIGH (0x80 * EACH)
/* Sets the high bit of every byte in [a, b]; bytes must be below 128. */
#define SWAR_RANGE(v, a, b) (((v) + (128 - (a)) * EACH) & ~((v) + (127 - (b)) * EACH) & HIGH)
/* Gathers the high bits of 8 bytes. */
#define GATHER(v) ((((v) >> 7) * 0x0102040810204080u) >> 56)

/* The same, 8 bytes to a register, where there is no vector unit we know. */
STANCE_INLINE class_bits classify(const unsigned char *from, unsigned char *to)
{
    class_bits bits = {0, 0, 0};
    int i;
    for (i = 0; i < 8; i++) {
        uint64_t v = load8(from + 8 * i), beyond = v & HIGH, seven = v & ~HIGH, low, word, mark;
        low = v | (SWAR_RANGE(seven, 'A', 'Z') & ~beyond) >> 2;
        seven = low & ~HIGH;
        word = SWAR_RANGE(seven, 'a', 'z') | SWAR_RANGE(seven, '0', '9') | SWAR_RANGE(seven, '_', '_');
        mark = SWAR_RANGE(seven, '\'', '\'');
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        low = __builtin_bswap64(low);
#endif
        memcpy(to + 8 * i, &low, 8);
        bits.word |= GATHER(word & ~beyond) << (8 * i);
        bits.mark |= GATHER(mark & ~beyond) << (8 * i);
        bits.beyond |= GATHER(beyond) << (8 * i);
    }
    return bits;
}
#endif

#endif
