// Names of the memory events, from 2.6.31 on (spec/trace_formats.md 1.4; LTTng's names from section 5). What is not
// here is a mark: mm_page_alloc_zone_locked, mm_page_pcpu_drain and mm_page_alloc_extfrag speak of pages inside the
// page allocator, not of pages that change hands.
#include "traces/readers/raw_record.h"

namespace kmemlab::traces {

RawKind kind_of_event(std::string_view name) {
  if (name.starts_with("kmem_") && !name.starts_with("kmem_cache_")) name.remove_prefix(5);  // LTTng: kmem_kmalloc
  if (name.starts_with('k')) {
    if (name == "kmalloc" || name == "kmem_cache_alloc") return RawKind::slab_alloc;
    if (name == "kmalloc_node" || name == "kmem_cache_alloc_node") return RawKind::slab_alloc;
    if (name == "kfree" || name == "kmem_cache_free") return RawKind::slab_free;
    return RawKind::mark;
  }
  if (!name.starts_with("mm_page")) return RawKind::mark;
  if (name == "mm_page_alloc") return RawKind::page_alloc;
  if (name == "mm_page_free" || name == "mm_page_free_batched") return RawKind::page_free;
  if (name == "mm_page_free_direct" || name == "mm_pagevec_free") return RawKind::page_free;
  return RawKind::mark;
}

}  // namespace kmemlab::traces
