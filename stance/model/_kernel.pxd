# What _kernel.pyx calls in C; Cython reads this file before that one.

from cpython.ref cimport PyObject
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t


cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size)
    void PyErr_Clear()
    PyObject *PySequence_GetItem(object texts, Py_ssize_t i) except NULL
    void Py_DecRef(PyObject *o)
    char *PyBytes_AsString(object text) except NULL
    ctypedef struct Py_buffer:
        void *buf
        Py_ssize_t len
        Py_ssize_t itemsize
    int PyBUF_SIMPLE, PyBUF_WRITABLE
    int PyObject_GetBuffer(object owner, Py_buffer *view, int flags) except -1
    void PyBuffer_Release(Py_buffer *view)


cdef extern from "_kernel_softmax.h" nogil:
    void softmax_rows(const double *margins, const double *scale, const uint8_t *mentioned, size_t rows, size_t targets,
                      size_t labels, double *to)


cdef extern from "_kernel_score.h" nogil:
    enum: TEXT_OK, TEXT_NEEDS_PAGE, TEXT_NEEDS_LOWER, TEXT_MALFORMED, TEXT_NO_MEMORY, TEXT_TOO_LONG
    enum: ID_ABROAD
    enum: POINT_WORD, POINT_SPACE, POINT_NEEDS_LOWER, POINT_GAP_SHIFT, MOST_BLOCKS, MOST_TARGETS, COUNTS
    ctypedef struct token_word:
        uint32_t length
    ctypedef struct text_buffers:
        size_t tokens, capacity
        unsigned char *lowered
        uint32_t *edges
        token_word *words
        uint32_t missing_page
        int strict
    ctypedef struct word_table:
        void *memory
        unsigned char *bytes
        uint32_t *ends
    ctypedef struct key_table:
        void *memory
    ctypedef struct block:
        size_t base, rows
        uint32_t first, width
        double weight
        float *coef
    ctypedef struct phrase_value:
        uint16_t kind
    ctypedef struct model:
        word_table words
        key_table keys
        size_t rows
        float *idf
        block *blocks
        int n_blocks, outputs, sublinear
        double *intercept
        double *tf
        uint32_t least, most
        int characters
        uint32_t least_characters, most_characters
        unsigned char *character_bytes
        uint32_t *character_ends
        int n_targets, anchored
        uint32_t window
        uint32_t *phrase_of_word
        uint16_t *node_value
        uint8_t *node_goes_on
        phrase_value *values
        uint32_t *stem_of_word
        size_t groups
        int scenes
    ctypedef struct learner:
        int failed
        size_t n_words, terms, n_pairs
        uint64_t *key_of_term
        uint8_t *block_of_term
        uint64_t *text_of_term
        unsigned char *text
        uint32_t *pairs
    ctypedef struct counter:
        uint32_t count
    ctypedef struct place:
        uint32_t block, row
        uint32_t to
    ctypedef struct place_list:
        place *places
        size_t n
    ctypedef struct table_sizes:
        size_t ends, word_bytes, flags, keys, key_rows, roots, stems, nodes, goes_on, value_numbers
        size_t characters, character_bytes
    ctypedef struct workspace:
        text_buffers text
        counter *counters
        uint32_t *touched
        size_t *found
    const uint32_t *unicode_pages[]
    void fill_gap_class()
    void STORE_PAGE "STANCE_STORE"(const uint32_t **at, const uint32_t *page)
    uint64_t character_key(const unsigned char *p, size_t length)
    int fill_words(word_table *t, size_t n, const uint32_t *flags)
    int fill_keys(key_table *t, const uint64_t *keys, const uint32_t *rows, size_t n)
    void fill_filter(key_table *t, const uint64_t *keys, size_t n)
    workspace *workspace_new(const model *m)
    void workspace_free(workspace *w)
    void text_free(text_buffers *t)
    size_t TOUCHED(const model *m, int b)
    uint8_t gap_before(const text_buffers *t, size_t i)
    int read_tokens(const model *m, workspace *w, const unsigned char *text, size_t n)
    int read_text(const model *m, workspace *w, const unsigned char *text, size_t n, int64_t *counts)
    int read_places(const model *m, workspace *w, const unsigned char *text, size_t n, place_list *l)
    void edges_to_characters(const text_buffers *t, place_list *l, uint32_t *character)
    void forget(const model *m, workspace *w)
    const char *find_fault(const model *m, const table_sizes *n, const uint32_t *flags, const uint64_t *keys,
                           const uint32_t *rows)
    int learner_begin(learner *l, model *m, size_t n_words, size_t n_keys)
    void learner_free(learner *l)
    int learn_text(const model *m, workspace *w, const unsigned char *text, size_t n)
    size_t score_texts(const model *m, workspace *w, const unsigned char **texts, const size_t *lengths,
                       size_t i, size_t n, double *margins, int64_t *counts, int *status)
    size_t only_tokens(const model *m, workspace *w, const unsigned char **texts, const size_t *lengths,
                       size_t *i, size_t n, int *status)
