// The rules of page_rule.h in words.
#include "sim/observe/page_reason.h"

#include <algorithm>
#include <string>

namespace kmemlab::sim {

namespace {

/// 12345 as "12,345".
std::string grouped(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string number(const PageRule& rule, std::size_t i) {
  return grouped(rule.numbers[i].value);
}

std::string live_blocks(const PageRule& rule) {
  const std::uint64_t all = rule.numbers[1].value;
  const std::uint64_t live = all - std::min(rule.numbers[0].value, all);
  const std::string term = "(" + std::string(rule.term) + ")";
  const std::string whose = rule.system == "OSF/1" ? "Only when all are free may the pool's thread give it back."
                            : rule.system == "AIX" ? "It goes back when the last of them is freed."
                                                   : "Only when all are free may it go back, and if its bucket has a "
                                                     "surplus then.";
  if (all <= 1) return "Its one block, of " + number(rule, 2) + " bytes, lives " + term + ".";
  return grouped(live) + " of its " + grouped(all) + " blocks of " + number(rule, 2) + " bytes " +
         (live == 1 ? "lives " : "live ") + term + ". " + whose;
}

std::string surplus(const PageRule& rule) {
  return "All its blocks are free, and its bucket has " + number(rule, 0) + " free blocks, more than the " +
         number(rule, 1) + " that it may keep (kb_highwat). ";
}

std::string thread(const PageRule& rule, const std::string& state) {
  return surplus(rule) + "The pool's thread takes such pages, lowest first, at most " + number(rule, 2) +
         " in a run (collect_pages_max): " + state;
}

std::string area(const PageRule& rule) {
  const std::uint64_t live = rule.numbers[0].value;
  const std::string on_it =
      live == 0 ? "No block lives on it, but no call "
                : grouped(live) + (live == 1 ? " block lives" : " blocks live") + " on it, and no call ";
  const std::string since = rule.code == PageCode::area ? "A page that was touched stays"
                                                        : "All its pages are there from create_pool on, and stay,";
  return "It belongs to the area of a pool of " + number(rule, 1) + " pages. " + on_it + "gives single pages back. " +
         since + " until delete_pool deletes the area (" + std::string(rule.term) + ").";
}

std::string page_of(const PageRule& rule) {
  return "It is page " + grouped(rule.numbers[1].value + 1) + " of " + number(rule, 0) + " of ";
}

}  // namespace

std::string sentence_of(const PageRule& rule) {
  switch (rule.code) {
    case PageCode::not_held:
      return "It has no frame: nothing keeps it.";
    case PageCode::in_the_middle:
      return "It has a frame, but no entry in " + std::string(rule.term) +
             ": a call is in the middle of taking or giving it.";
    case PageCode::live_blocks:
      return live_blocks(rule);
    case PageCode::large_block:
      return page_of(rule) + "one live block of whole pages (" + std::string(rule.term) +
             "). They all go back when it is freed.";
    case PageCode::no_surplus:
      return "All its blocks are free, but its bucket has " + number(rule, 0) + " free blocks of " + number(rule, 2) +
             " bytes and may keep " + number(rule, 1) + " (kb_highwat): only what is more is a surplus.";
    case PageCode::no_candidate:
      return surplus(rule) +
             "But free() looks only at the page of the block that it is freeing, and this one came free when it could "
             "not go. It goes when its blocks are used and freed again, if there is a surplus then.";
    case PageCode::thread_due:
      return thread(rule, "it was woken, and has not run yet.");
    case PageCode::thread_done:
      return thread(rule, "it has done so, and sleeps until a free wakes it.");
    case PageCode::records:
      return "It holds the system's own records (" + std::string(rule.term) + "): " +
             (rule.system == "BeOS" ? "they stay until delete_pool." : "they grow with the heap, and stay.");
    case PageCode::pinned:
      return "Nothing on it lives, but it is pinned " + number(rule, 0) +
             (rule.numbers[0].value == 1 ? " time" : " times") +
             " (pin count): it was freed meanwhile, and keeps its frame.";
    case PageCode::region:
      return page_of(rule) + "a region of vm_galloc. They all go back with vm_gfree.";
    case PageCode::area:
    case PageCode::locked_area:
      return area(rule);
  }
  return {};
}

}  // namespace kmemlab::sim
