// Free lists, one per order: doubly linked, last in, first out. A link is 1 + a frame, and it is checked against the
// number of frames before it becomes an index, so that damaged words are reported instead of followed.
#pragma once

#include "bits.h"

// What list_pop returns for an empty list, and for one whose links are damaged.
#define LIST_EMPTY (-1)
#define LIST_DAMAGED (-2)

ALWAYS_INLINE uint32_t *list_head(const buddy *b, uint32_t order) { return b->words + BUDDY_HEADS_WORD + order; }

ALWAYS_INLINE uint32_t *list_count(const buddy *b, uint32_t order) { return b->words + BUDDY_COUNTS_WORD + order; }

// The two link words of the frame's pair: next and previous.
ALWAYS_INLINE uint32_t *list_links(const buddy *b, uint32_t frame) { return b->words + b->links + (frame & ~1u); }

// Puts a free block at its list's head; false when the list is damaged.
ALWAYS_INLINE bool list_push(const buddy *b, uint32_t order, uint32_t frame) {
  uint32_t head = *list_head(b, order);
  if (UNLIKELY(head > b->frames)) return false;
  uint32_t *links = list_links(b, frame);
  links[0] = head;
  links[1] = 0;
  if (head) list_links(b, head - 1)[1] = frame + 1;
  *list_head(b, order) = frame + 1;
  ++*list_count(b, order);
  set_order_entry(b, frame, order + 1);
  return true;
}

// Takes a free block out of the middle of its list; false when the list is damaged.
ALWAYS_INLINE bool list_remove(const buddy *b, uint32_t order, uint32_t frame) {
  const uint32_t *links = list_links(b, frame);
  uint32_t next = links[0];
  uint32_t previous = links[1];
  if (UNLIKELY(next > b->frames || previous > b->frames)) return false;
  if (previous) list_links(b, previous - 1)[0] = next;
  else *list_head(b, order) = next;
  if (next) list_links(b, next - 1)[1] = previous;
  --*list_count(b, order);
  set_order_entry(b, frame, 0);
  return true;
}

// Whether a block of that order can start at `frame`.
ALWAYS_INLINE bool is_block(const buddy *b, uint32_t frame, uint32_t order) {
  uint32_t size = 1u << order;
  return (frame & (size - 1)) == 0 && size <= b->frames && frame <= b->frames - size;
}

// Takes the block that was put last; its first frame, LIST_EMPTY, or LIST_DAMAGED.
ALWAYS_INLINE int32_t list_pop(const buddy *b, uint32_t order) {
  uint32_t head = *list_head(b, order);
  if (!head) return LIST_EMPTY;
  uint32_t frame = head - 1;
  if (UNLIKELY(!is_block(b, frame, order))) return LIST_DAMAGED;
  return list_remove(b, order, frame) ? (int32_t)frame : LIST_DAMAGED;
}
