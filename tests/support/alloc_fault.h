/* An allocator that makes mistakes visible:
 *
 *   - a block always moves when its size changes, and the old place is overwritten: a kept pointer reads rubbish
 *   - the old size that is handed back must be the size that was asked for; bytes around a block must be untouched; else abort
 *   - the nth allocation can be made to fail, once or from then on
 *   - bytes and blocks outstanding are counted
 *
 *       alloc_fault f;                          for (int64_t n = 0;; n++) {
 *       alloc_fault_init(&f);                       alloc_fault_fail_at(&f, n, false);
 *       attain_allocator a = ...(&f);               ... until the call succeeds ...  }                          */
#ifndef TEST_ALLOC_FAULT_H
#define TEST_ALLOC_FAULT_H

#include <attain/attain.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct alloc_fault {
    size_t bytes_outstanding;
    size_t blocks_outstanding;
    size_t bytes_peak;
    int64_t n_allocations; /* calls with new_size > 0 since the last fail_at */
    int64_t fail_at;       /* number of the allocation that fails, from 0; -1: none */
    bool fail_on;          /* all later ones fail too */
    bool failed;           /* one has failed since the last fail_at */
} alloc_fault;

void alloc_fault_init(alloc_fault *f);
/* The allocator; borrows f. */
attain_allocator alloc_fault_allocator(alloc_fault *f);
/* From now on the nth allocation (from 0) fails, with fail_on all after it too. n < 0: none. Counting starts again. */
void alloc_fault_fail_at(alloc_fault *f, int64_t n, bool fail_on);
/* Aborts with a message unless everything has been given back. */
void alloc_fault_expect_empty(const alloc_fault *f);

#endif
