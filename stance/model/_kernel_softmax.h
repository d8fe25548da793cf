/* Margins to probabilities: the same bits on every machine, which no mathematical library promises of its exp(). */
#ifndef STANCE_KERNEL_SOFTMAX_H
#define STANCE_KERNEL_SOFTMAX_H

#include "_kernel_bytes.h"

#define TILE 512 /* numbers that are worked on while they lie in the nearest cache */

/* e^x of x <= 0, to two ulps: x = k ln 2 + r with ln 2 in two parts (Cody and Waite 1980), and the Taylor series of e^r,
 * whose first term left out is below 1e-17. 0 below about -708.7; NaN stays NaN. No branch and no
 * conversion, so that compilers do many at once. */
STANCE_INLINE double exp_below(double x)
{
    const double least = -709.09, rounding = 6755399441055744.0; /* 1.5 * 2^52: what is added to it loses its fraction */
    const double v = x < least ? least : x;
    double k = v * 1.4426950408889634 + rounding, r, power, sum = 1.0 / 6227020800.0;
    uint64_t bits;
    memcpy(&bits, &k, sizeof bits);
    bits = (bits + 1023) << 52; /* of k; all of 2^k, and of 0 for the least one */
    memcpy(&power, &bits, sizeof power);
    k -= rounding;
    r = (v - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    sum = sum * r + 1.0 / 479001600.0;
    sum = sum * r + 1.0 / 39916800.0;
    sum = sum * r + 1.0 / 3628800.0;
    sum = sum * r + 1.0 / 362880.0;
    sum = sum * r + 1.0 / 40320.0;
    sum = sum * r + 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    sum = sum * r + 1.0;
    return sum * power;
}

/* Rows of `labels` margins, one for each target of each paragraph; see Weights.probabilities. `mentioned` may be NULL. */
STANCE_INLINE void softmax_of_rows(const double *margins, const double *scale, const uint8_t *mentioned, size_t rows,
                                   size_t targets, const size_t labels, double *to)
{
    const size_t most = labels < TILE ? TILE / labels : 1;
    size_t done, t = 0, i, j;
    for (done = 0; done < rows; done += most) {
        const size_t many = rows - done < most ? rows - done : most;
        double *out = to + done * labels;
        for (i = 0; i < many; i++) {
            const double by = scale[2 * t + (mentioned && mentioned[done + i])];
            const double *from = margins + (done + i) * labels;
            double *row = out + i * labels, top = row[0] = from[0] * by;
            for (j = 1; j < labels; j++) {
                row[j] = from[j] * by;
                top = row[j] > top ? row[j] : top;
            }
            for (j = 0; j < labels; j++) row[j] -= top;
            t = t + 1 == targets ? 0 : t + 1;
        }
        for (i = 0; i < many * labels; i++) out[i] = exp_below(out[i]);
        for (i = 0; i < many; i++) {
            double *row = out + i * labels, total = row[0];
            for (j = 1; j < labels; j++) total += row[j];
            for (j = 0; j < labels; j++) row[j] /= total;
        }
    }
}

STANCE_CLONES
static void softmax_rows(const double *margins, const double *scale, const uint8_t *mentioned, size_t rows,
                         size_t targets, size_t labels, double *to)
{
    if (labels == 4) softmax_of_rows(margins, scale, mentioned, rows, targets, 4, to);
    else softmax_of_rows(margins, scale, mentioned, rows, targets, labels, to);
}

#endif
