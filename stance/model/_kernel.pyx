# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled kernel: `CompiledKernel` reads the tables of `stance.model.kernel_tables` and scores texts without the GIL.

The work is done in C, in the headers `_kernel_*.h`; here Python objects become pointers, and what needs the interpreter
(its Unicode tables, characters that become none or several) is done for a text before it is read again.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from stance.errors import ArticleError
from stance.model.tokens import fold


cdef extern from *:
    const uint64_t KERNEL_SOURCES  # a macro of setup.py

#: `stance.model.kernel_sources.hash_sources` of what this was built of.
SOURCES = KERNEL_SOURCES


cdef enum:
    CHUNK = 256  # texts between two looks at the GIL
    POOL = 16  # idle workspaces that are kept
    KEPT_CAPACITY = 1 << 20  # bytes of text; the buffers of a longer one are given back

# a quotation mark that closes no sentence, and any other character that is no word character; see _kernel_text.h
_GAP_BYTES = {"\u2019": 0x27, "\u201d": 0x22, "\u201c": 0x80, "\u00ab": 0x80, "\u00bb": 0x80, "\u2013": 0x3B, "\u2014": 0x3B}
_OTHER = 0x81


cdef int fill_page(uint32_t number) except -1:
    """Ask the interpreter about 256 code points; what `re` and `fold` say of them is the specification."""
    cdef uint32_t *page
    cdef uint32_t entry, i
    if unicode_pages[number] != NULL:
        return 0
    page = <uint32_t *>malloc(256 * sizeof(uint32_t))
    if page == NULL:
        raise MemoryError
    try:
        for i in range(256):
            low = fold(chr(256 * number + i))
            if len(low) != 1 or 256 * number + i == 0x3A3:
                page[i] = POINT_NEEDS_LOWER
                continue
            entry = ord(low)
            if low.isalnum() or low == "_":
                entry |= POINT_WORD
            if low.isspace():
                entry |= POINT_SPACE
            entry |= <uint32_t>_GAP_BYTES.get(low, 0x20 if low.isspace() else _OTHER) << POINT_GAP_SHIFT
            page[i] = entry
    except BaseException:
        free(page)
        raise
    STORE_PAGE(&unicode_pages[number], page)
    return 0


fill_gap_class()
fill_page(0)


include "_kernel_model.pxi"


cdef object point_to(object text, const unsigned char **pointer, size_t *length):
    """Where the UTF-8 of a str lies; returns what must be kept while it is read."""
    cdef Py_ssize_t size
    cdef const char *utf8 = PyUnicode_AsUTF8AndSize(text, &size)
    if utf8 != NULL:
        pointer[0] = <const unsigned char *>utf8
        length[0] = <size_t>size
        return None
    PyErr_Clear()
    if not isinstance(text, str):
        raise TypeError(f"a text must be str, not {type(text).__name__}")
    # lone surrogates: the kernel reads them, strict UTF-8 cannot hold them
    encoded = text.encode("utf-8", "surrogatepass")
    pointer[0] = <const unsigned char *>PyBytes_AsString(encoded)
    length[0] = <size_t>len(encoded)
    return encoded


cdef class Texts:
    """Some texts of a list or tuple, held while they are read: other threads may change a list meanwhile.

    Not a slice, which the garbage collector would follow from text to text.
    """

    cdef const unsigned char *pointers[CHUNK]
    cdef size_t lengths[CHUNK]
    cdef PyObject *held[CHUNK]
    cdef size_t n
    cdef tuple kept  # not a list, which would be another object for the garbage collector

    cdef int take(self, object texts, size_t first, size_t n) except -1:
        cdef size_t i
        self.release()
        try:
            # all of them first: their headers come to the cache one beside the other
            for i in range(n):
                self.held[i] = PySequence_GetItem(texts, first + i)
                self.n += 1
        except IndexError as error:
            raise RuntimeError("texts were taken out of the list while it was scored") from error
        for i in range(n):
            encoded = point_to(<object>self.held[i], &self.pointers[i], &self.lengths[i])
            if encoded is not None:
                self.kept = (*self.kept, encoded)
        return 0

    cdef void release(self) noexcept:
        while self.n:
            self.n -= 1
            Py_DecRef(self.held[self.n])
        self.kept = ()

    def __dealloc__(self):
        self.release()


def softmax(margins, scale, mentioned, into):
    """Probabilities as `Weights.probabilities` has them, of C-contiguous arrays of float64.

    Parameters
    ----------
    margins, into : ndarray, shape (..., targets, labels)
        What is read and what is written.
    scale : ndarray, shape (targets, 2)
        As of `Weights`.
    mentioned : ndarray of bool, shape (..., targets), or None
        Which number of `scale` counts; the first if it is None.
    """
    if margins.ndim < 2 or not margins.shape[margins.ndim - 1]:
        raise ValueError("margins are those of targets and labels")
    *_, targets, labels = margins.shape
    cdef size_t each = targets, width = labels, rows = margins.size // labels
    cdef View of = View(margins), by = View(scale), to = View(into, True), which
    cdef const uint8_t *flags = NULL
    if mentioned is not None:
        which = View(mentioned)
        flags = <const uint8_t *>which.buffer.buf
        if <size_t>which.buffer.len != rows:
            raise ValueError("mentioned has the wrong shape")
    if <size_t>of.buffer.len != rows * width * sizeof(double) or of.buffer.len != to.buffer.len:
        raise ValueError("margins and probabilities differ in shape or type")
    if <size_t>by.buffer.len != 2 * each * sizeof(double):
        raise ValueError("the scale has the wrong shape")
    with nogil:
        softmax_rows(<const double *>of.buffer.buf, <const double *>by.buffer.buf, flags, rows, each, width,
                     <double *>to.buffer.buf)


cdef class CompiledKernel:
    """A model in the memory layout of the kernel.

    Parameters
    ----------
    tables : stance.model.kernel_tables.KernelTables
        The model as arrays; see `LoadedModel`.

    Notes
    -----
    Any number of threads may score at once: each takes a workspace of its own.
    """

    cdef LoadedModel loaded
    cdef model *m
    cdef workspace *pool[POOL]
    cdef int pooled

    def __cinit__(self, tables):
        self.loaded = LoadedModel(tables)
        self.m = &self.loaded.m

    def __dealloc__(self):
        cdef int i
        for i in range(self.pooled):
            workspace_free(self.pool[i])

    def __reduce__(self):
        raise TypeError("a kernel is not pickled; pickle the model, which builds its own")

    cdef workspace *take(self) except NULL:
        cdef workspace *w
        if self.pooled:
            self.pooled -= 1
            return self.pool[self.pooled]
        w = workspace_new(self.m)
        if w == NULL:
            raise MemoryError
        return w

    cdef void give_back(self, workspace *w) noexcept:
        if w.text.capacity > KEPT_CAPACITY:
            text_free(&w.text)
        if self.pooled < POOL:
            self.pool[self.pooled] = w
            self.pooled += 1
        else:
            workspace_free(w)

    cdef object help(self, workspace *w, int status, const unsigned char **text, size_t *length, size_t position):
        """Do what needs the interpreter, so that a text can be read again; returns bytes that must be kept."""
        if status == TEXT_NEEDS_PAGE:
            fill_page(w.text.missing_page)
            return None
        if status == TEXT_NEEDS_LOWER:
            # some become none or several characters, and what becomes of a sigma depends on its neighbours
            try:
                folded = fold(text[0][: length[0]].decode("utf-8", "surrogatepass")).encode("utf-8", "surrogatepass")
            except UnicodeDecodeError as error:
                raise ArticleError(f"texts[{position}] is not valid UTF-8", None, position) from error
            text[0] = <const unsigned char *>PyBytes_AsString(folded)
            length[0] = len(folded)
            return folded
        if status == TEXT_MALFORMED:
            raise ArticleError(f"texts[{position}] is not valid UTF-8", None, position)
        if status == TEXT_TOO_LONG:
            raise ArticleError(f"texts[{position}] is longer than 1 GiB", None, position)
        raise MemoryError

    cdef int run(self, workspace *w, const unsigned char **texts, size_t *lengths, size_t n, size_t position,
                 double *margins, int64_t *counts) except -1:
        cdef size_t i = 0
        cdef int status = TEXT_OK
        kept = ()
        while True:
            with nogil:
                i = score_texts(self.m, w, texts, lengths, i, n, margins, counts, &status)
            if status == TEXT_OK:
                return 0
            kept = (*kept, self.help(w, status, &texts[i], &lengths[i], position + i))

    cdef int check_room(self, View margins, View counts, size_t n) except -1:
        if <size_t>margins.buffer.len < n * self.m.outputs * sizeof(double):
            raise ValueError("no room for the margins")
        if <size_t>counts.buffer.len < n * COUNTS * sizeof(int64_t):
            raise ValueError("no room for the counts")
        return 0

    def score(self, texts not None, margins, counts, size_t before=0):
        """Score a list or tuple of str into two C-contiguous arrays: float64 (n, outputs), int64 (n, 6).

        ``before`` is how many texts went before these: errors count from the beginning.
        """
        cdef size_t n = len(texts), first, many
        cdef Texts taken = Texts()
        cdef View into = View(margins, True), tally = View(counts, True)
        cdef workspace *w
        self.check_room(into, tally, n)
        w = self.take()
        try:
            for first in range(0, n, CHUNK):
                many = min(<size_t>CHUNK, n - first)
                taken.take(texts, first, many)
                self.run(w, taken.pointers, taken.lengths, many, before + first,
                         <double *>into.buffer.buf + first * self.m.outputs,
                         <int64_t *>tally.buffer.buf + first * COUNTS)
        finally:
            self.give_back(w)

    def score_buffers(self, offsets, data, bint wide, size_t skip, size_t n, margins, counts, size_t before=0):
        """Score Arrow strings ``skip`` to ``skip + n``; ``wide`` if their offsets are int64. No text is copied.

        ``before`` is how many texts of the same array went before: errors count from its beginning.
        """
        cdef const unsigned char *pointers[CHUNK]
        cdef size_t lengths[CHUNK]
        cdef size_t i, first, many, at
        cdef int64_t start, end
        cdef View where = View(offsets), strings = View(data)
        cdef View into = View(margins, True), tally = View(counts, True)
        cdef workspace *w
        self.check_room(into, tally, n)
        if n and <size_t>where.buffer.len < (skip + n + 1) * (8 if wide else 4):
            raise ValueError("the offsets end early")
        w = self.take()
        w.text.strict = True
        try:
            for first in range(0, n, CHUNK):
                many = min(<size_t>CHUNK, n - first)
                for i in range(many):
                    at = skip + first + i
                    start = (<int64_t *>where.buffer.buf)[at] if wide else (<int32_t *>where.buffer.buf)[at]
                    end = (<int64_t *>where.buffer.buf)[at + 1] if wide else (<int32_t *>where.buffer.buf)[at + 1]
                    if start < 0 or end < start or end > strings.buffer.len:
                        raise ValueError("the offsets do not fit the data")
                    pointers[i] = <const unsigned char *>strings.buffer.buf + start
                    lengths[i] = <size_t>(end - start)
                self.run(w, pointers, lengths, many, before + first, <double *>into.buffer.buf + first * self.m.outputs,
                         <int64_t *>tally.buffer.buf + first * COUNTS)
        finally:
            w.text.strict = False
            self.give_back(w)

    def count_tokens(self, texts not None):
        """Number of tokens of a list or tuple of str, and nothing else: the roofline of `score`."""
        cdef size_t n = len(texts), i, first, many, tokens = 0
        cdef Texts taken = Texts()
        cdef int status
        cdef workspace *w = self.take()
        try:
            for first in range(0, n, CHUNK):
                many = min(<size_t>CHUNK, n - first)
                taken.take(texts, first, many)
                i, status = 0, TEXT_NEEDS_PAGE
                while i < many:
                    with nogil:
                        tokens += only_tokens(self.m, w, taken.pointers, taken.lengths, &i, many, &status)
                    if status != TEXT_OK:
                        helped = self.help(w, status, &taken.pointers[i], &taken.lengths[i], first + i)
                        taken.kept = (*taken.kept, helped)
        finally:
            self.give_back(w)
        return tokens

    cdef int read(self, workspace *w, object text, bint terms, list kept) except -1:
        cdef const unsigned char *pointer
        cdef size_t length
        cdef int64_t counts[COUNTS]
        cdef int status = TEXT_NEEDS_PAGE
        kept.append(point_to(text, &pointer, &length))
        while status != TEXT_OK:
            if terms:
                status = read_text(self.m, w, pointer, length, counts)
            else:
                status = read_tokens(self.m, w, pointer, length)
            if status != TEXT_OK:
                kept.append(self.help(w, status, &pointer, &length, 0))
        return 0

    def tokens(self, str text not None):
        """Word, first and last byte in the lowered text, and gap of each token, as the kernel sees them."""
        cdef workspace *w = self.take()
        cdef size_t i
        cdef text_buffers *t = &w.text
        found, kept = [], []
        try:
            self.read(w, text, False, kept)
            for i in range(t.tokens):
                word = (<char *>t.lowered)[t.edges[2 * i] : t.edges[2 * i] + t.words[i].length]
                found.append((word.decode("utf-8"), t.edges[2 * i], t.edges[2 * i + 1], gap_before(t, i)))
        finally:
            self.give_back(w)
        return found

    def rows(self, str text not None):
        """For each block, the count of each row that the text has terms of; row 0 holds all unknown terms."""
        cdef workspace *w = self.take()
        cdef size_t i
        cdef int b
        cdef uint32_t row
        found, kept = [], []
        try:
            self.read(w, text, True, kept)
            for b in range(self.m.n_blocks):
                found.append({})
                for i in range(w.found[b]):
                    row = w.touched[TOUCHED(self.m, b) + i]
                    count = (w.counters + self.m.blocks[b].base + row).count
                    if count:
                        found[b][row] = count
            forget(self.m, w)
        finally:
            self.give_back(w)
        return found

    def places(self, str text not None):
        """Block, row, first character and the end (uint32) of each known term, those of characters left out.

        The end is twice the character after the last one, and one more if a word ends there. The characters are those
        of the folded text, which is longer or shorter now and then.
        """
        cdef workspace *w = self.take()
        cdef place_list found
        cdef uint32_t *characters = NULL
        cdef const unsigned char *pointer
        cdef size_t length
        cdef int status = TEXT_NEEDS_PAGE
        memset(&found, 0, sizeof(found))
        kept = [point_to(text, &pointer, &length)]
        try:
            while status != TEXT_OK:
                status = read_places(self.m, w, pointer, length, &found)
                if status != TEXT_OK:
                    kept.append(self.help(w, status, &pointer, &length, 0))
            characters = <uint32_t *>malloc((2 * w.text.tokens + 2) * sizeof(uint32_t))
            if characters == NULL:
                raise MemoryError
            edges_to_characters(&w.text, &found, characters)
            return (<char *>found.places)[: found.n * sizeof(place)] if found.n else b""
        finally:
            free(found.places)
            free(characters)
            self.give_back(w)


include "_kernel_terms.pxi"
