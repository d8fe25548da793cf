# Part of _kernel.pyx: counting the terms of texts whose vocabulary is not known yet, for training.


cdef class TermCounter:
    """Counts terms as they turn up; `stance.model.kernel_terms` makes names and matrices of what it found.

    Parameters
    ----------
    tables : stance.model.kernel_tables.KernelTables
        A model without terms: its lexicons and settings.
    """

    cdef CompiledKernel kernel
    cdef learner l

    def __cinit__(self, tables):
        self.kernel = CompiledKernel(tables)
        if learner_begin(&self.l, self.kernel.m, self.kernel.loaded.n_words, self.kernel.loaded.n_keys):
            raise MemoryError

    def __dealloc__(self):
        learner_free(&self.l)

    def count(self, tuple texts not None, ends):
        """Read texts; writes into ``ends``, an array of int64, how many pairs there are after each."""
        cdef size_t n = len(texts), i, length
        cdef const unsigned char *pointer
        cdef int status
        cdef View into = View(ends, True)
        cdef workspace *w
        if <size_t>into.buffer.len < n * sizeof(int64_t):
            raise ValueError("no room for the ends")
        w = self.kernel.take()
        try:
            for i in range(n):
                kept = [point_to(texts[i], &pointer, &length)]
                status = TEXT_NEEDS_PAGE
                while status != TEXT_OK:
                    status = learn_text(self.kernel.m, w, pointer, length)
                    if self.l.failed == -2:
                        raise ValueError("two terms have one key, or there are too many")
                    if status != TEXT_OK:
                        kept.append(self.kernel.help(w, status, &pointer, &length, i))
                (<int64_t *>into.buffer.buf)[i] = self.l.n_pairs
        finally:
            self.kernel.give_back(w)

    def found(self):
        """As bytes: pairs of term and count (uint32), key (uint64) and block (uint8) of each term from 0 on."""
        cdef size_t n = self.l.terms + 1 if self.l.terms else 0
        return (
            (<char *>self.l.pairs)[: self.l.n_pairs * 8],
            (<char *>self.l.key_of_term)[: n * 8],
            (<char *>self.l.block_of_term)[:n],
        )

    def words(self):
        """All words as bytes, one after the other, and the end of each (uint32) by id."""
        cdef uint32_t *ends = self.kernel.m.words.ends
        return (<char *>self.kernel.m.words.bytes)[: ends[self.l.n_words]], (<char *>ends)[: (self.l.n_words + 1) * 4]

    def characters(self, size_t term):
        """A term of the block of characters."""
        if term > self.l.terms:
            raise IndexError(term)
        at = self.l.text_of_term[term]
        return (<char *>self.l.text)[at >> 24 : (at >> 24) + (at & 0xFFFFFF)]
