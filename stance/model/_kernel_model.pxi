# Part of _kernel.pyx: the memory of a model, from arrays that are checked to what the C code follows.


cdef class View:
    """The memory of an object that has the buffer protocol, for as long as this lives."""

    cdef Py_buffer buffer

    def __cinit__(self, owner, bint writable=False):
        PyObject_GetBuffer(owner, &self.buffer, PyBUF_WRITABLE if writable else PyBUF_SIMPLE)

    def __dealloc__(self):
        PyBuffer_Release(&self.buffer)


cdef void *copy_buffer(object owner, size_t itemsize, size_t spare, size_t *count) except NULL:
    """A copy of an array's memory, with `spare` bytes of zeros after it."""
    cdef View view = View(owner)
    cdef char *copy
    if <size_t>view.buffer.len % itemsize:
        raise ValueError("an array of the kernel's tables has the wrong type")
    copy = <char *>calloc(view.buffer.len + spare + 1, 1)
    if copy == NULL:
        raise MemoryError
    memcpy(copy, view.buffer.buf, view.buffer.len)
    count[0] = <size_t>view.buffer.len // itemsize
    return copy


cdef class LoadedModel:
    """A model in C.

    Parameters
    ----------
    tables : stance.model.kernel_tables.KernelTables
        The model as arrays. All but the coefficients are copied and checked; these stay where they are.
    """

    cdef model m
    cdef size_t n_words, n_keys
    cdef list mapped

    def __cinit__(self, tables):
        cdef size_t n, i, rows = 0
        cdef uint32_t *flags = NULL
        cdef uint32_t *key_rows = NULL
        cdef uint64_t *keys = NULL
        cdef table_sizes sizes
        cdef int b, failed
        cdef block *k
        cdef model *m = &self.m
        cdef View view
        cdef const char *fault
        if len(tables.blocks) > MOST_BLOCKS or tables.targets > MOST_TARGETS:
            raise ValueError("more blocks or targets than the kernel has room for")
        self.mapped = []
        arrays = tables.arrays
        m.n_blocks = len(tables.blocks)
        m.n_targets = tables.targets
        m.anchored = m.n_blocks - 2 * m.n_targets
        m.sublinear, m.window, m.groups = tables.sublinear, tables.window, tables.groups
        m.least, m.most = tables.word_ngrams
        m.characters = 1 if tables.char_ngrams else 0
        if m.characters:
            m.least_characters, m.most_characters = tables.char_ngrams
        m.intercept = <double *>copy_buffer(tables.intercept, sizeof(double), 0, &n)
        m.outputs = <int>n
        for i, count in enumerate(tables.tf):
            m.tf[i] = count
        m.rows = sum([len(layout.idf) for layout in tables.blocks])
        m.idf = <float *>calloc(m.rows + 1, sizeof(float))
        if m.idf == NULL:
            raise MemoryError
        for b, (layout, weight) in enumerate(zip(tables.blocks, tables.weights, strict=True)):
            k = &m.blocks[b]
            k.base, k.rows, k.first, k.width, k.weight = rows, len(layout.idf), layout.first, layout.coef.shape[1], weight
            view = View(layout.idf)
            if <size_t>view.buffer.len != k.rows * sizeof(float):
                raise ValueError("a block of the kernel's tables has the wrong shape")
            memcpy(m.idf + rows, view.buffer.buf, view.buffer.len)
            # numbers, not indices: they stay where they are, in a file perhaps
            view = View(layout.coef)
            self.mapped.append(view)
            k.coef = <float *>view.buffer.buf
            if (
                <size_t>view.buffer.len != k.rows * k.width * sizeof(float)
                or k.first + k.width > <uint32_t>m.outputs
                or <size_t>view.buffer.buf % sizeof(float)
                or not k.rows
            ):
                raise ValueError("a block of the kernel's tables has the wrong shape")
            rows += k.rows
        m.words.bytes = <unsigned char *>copy_buffer(arrays["word_bytes"], 1, 32, &sizes.word_bytes)
        m.words.ends = <uint32_t *>copy_buffer(arrays["word_ends"], sizeof(uint32_t), 0, &sizes.ends)
        m.phrase_of_word = <uint32_t *>copy_buffer(arrays["phrase_of_word"], sizeof(uint32_t), 0, &sizes.roots)
        m.node_value = <uint16_t *>copy_buffer(arrays["node_value"], sizeof(uint16_t), 0, &sizes.nodes)
        m.node_goes_on = <uint8_t *>copy_buffer(arrays["node_goes_on"], 1, 0, &sizes.goes_on)
        m.values = <phrase_value *>copy_buffer(arrays["values"], sizeof(uint16_t), 0, &sizes.value_numbers)
        m.stem_of_word = <uint32_t *>copy_buffer(arrays["stem_of_word"], sizeof(uint32_t), 0, &sizes.stems)
        sizes.characters = sizes.character_bytes = 0
        if m.characters:
            m.character_bytes = <unsigned char *>copy_buffer(arrays["character_bytes"], 1, 32, &sizes.character_bytes)
            m.character_ends = <uint32_t *>copy_buffer(
                arrays["character_ends"], sizeof(uint32_t), 0, &sizes.characters
            )
        try:
            flags = <uint32_t *>copy_buffer(arrays["word_flags"], sizeof(uint32_t), 0, &sizes.flags)
            # with room for those of the character n-grams, which are hashed here
            key_rows = <uint32_t *>copy_buffer(arrays["key_rows"], sizeof(uint32_t), sizes.characters * 4, &sizes.key_rows)
            keys = <uint64_t *>copy_buffer(arrays["keys"], sizeof(uint64_t), sizes.characters * 8, &sizes.keys)
            if not sizes.ends:
                raise ValueError("the kernel's tables have no words")
            fault = find_fault(m, &sizes, flags, keys, key_rows)
            if fault != NULL:
                raise ValueError(f"the kernel's tables are damaged: {fault.decode()}")
            self.n_words, self.n_keys = sizes.ends - 1, sizes.keys
            for i in range(1, sizes.ends):
                m.scenes |= flags[i] & ID_ABROAD != 0
            failed = fill_words(&m.words, self.n_words, flags)
            if failed:
                raise MemoryError if failed == -1 else ValueError("two words have one key")
            for i in range(1, sizes.characters):
                keys[self.n_keys] = character_key(
                    m.character_bytes + m.character_ends[i - 1], m.character_ends[i] - m.character_ends[i - 1]
                )
                key_rows[self.n_keys] = <uint32_t>i
                self.n_keys += 1
            failed = fill_keys(&m.keys, keys, key_rows, self.n_keys)
            if failed:
                raise MemoryError if failed == -1 else ValueError("two terms have one key")
            fill_filter(&m.keys, keys, sizes.keys)
        finally:
            free(flags)
            free(keys)
            free(key_rows)

    def __dealloc__(self):
        cdef model *m = &self.m
        free(m.stem_of_word)
        free(m.words.memory)
        free(m.words.bytes)
        free(m.words.ends)
        free(m.keys.memory)
        free(m.idf)
        free(m.intercept)
        free(m.character_bytes)
        free(m.character_ends)
        free(m.phrase_of_word)
        free(m.node_value)
        free(m.node_goes_on)
        free(m.values)
