// The systems and modes of the matrix. All on their own machines, with the limits and water marks that they have.
#include "tests/corruption/world.h"

namespace kmemlab::corruption {

namespace {

/// What the columns of one system have in common: the words of Column.
struct System {
  const char* name;
  const char* option;  ///< tells its modes apart
  std::vector<std::pair<std::string, std::string>> boot;
  const char *small, *smaller, *large;
  const char *free, *free_wrong, *wrong_is;
  const char* never_given;
};

const System bsd386{.name = "bsd386",
                    .option = "mode",
                    .boot = {},
                    .small = "malloc(128, M_TEMP, M_NOWAIT)",
                    .smaller = "malloc(100, M_TEMP, M_NOWAIT)",
                    .large = "malloc(9000, M_TEMP, M_NOWAIT)",
                    .free = "free(P, M_TEMP)",
                    .free_wrong = "free(P, M_VNODE)",
                    .wrong_is = "type",
                    .never_given = "end-page"};

const System osf1{.name = "osf1",
                  .option = "kmem_debug",
                  .boot = {},
                  .small = "malloc(128, M_TEMP, M_NOWAIT)",
                  .smaller = "malloc(100, M_TEMP, M_NOWAIT)",
                  .large = "malloc(20000, M_TEMP, M_WAITOK)",
                  .free = "free(P, M_TEMP, 0x1234)",
                  .free_wrong = "free(P, M_VNODE, 0x1234)",
                  .wrong_is = "type",
                  .never_given = "end-page"};

const System aix{.name = "aix",
                 .option = "strict",
                 .boot = {},
                 .small = "xmalloc(128, 0, kernel_heap)",
                 .smaller = "xmalloc(100, 0, kernel_heap)",
                 .large = "xmalloc(9000, 0, kernel_heap)",
                 .free = "xmfree(P, kernel_heap)",
                 .free_wrong = "xmfree(P, pinned_heap)",
                 .wrong_is = "heap",
                 .never_given = "galloc-page"};

const System beos{.name = "beos",
                  .option = "strict",
                  .boot = {{"module", "get_module(B_AREA_MALLOC_MODULE_NAME)"},
                           {"pool", "create_pool(B_ANY_ADDRESS, 64*page, B_FULL_LOCK, 3)"},
                           {"other", "create_pool(B_ANY_ADDRESS, 64*page, B_FULL_LOCK, 3)"}},
                  .small = "malloc(pool, 128)",
                  .smaller = "malloc(pool, 100)",
                  .large = "malloc(pool, 9000)",
                  .free = "free(pool, P)",
                  .free_wrong = "free(other, P)",
                  .wrong_is = "pool",
                  .never_given = "base+63*page"};

/// `mode` follows the system's name in the title; `value` is that of the system's option.
Column column(const System& s, const std::string& mode, const char* value) {
  Column c;
  c.title = s.name + mode;
  c.system = s.name;
  c.options = {{s.option, value}};
  c.boot = s.boot;
  c.small = s.small;
  c.smaller = s.smaller;
  c.large = s.large;
  c.free = c.free_large = s.free;
  c.free_wrong = s.free_wrong;
  c.wrong_is = s.wrong_is;
  c.never_given = s.never_given;
  return c;
}

}  // namespace

const std::vector<Column>& columns() {
  static const std::vector<Column> all = {column(bsd386, ", documented", "documented"),
                                          column(bsd386, ", faithful", "faithful"),
                                          column(osf1, ", kmem_debug=0", "0"),
                                          column(osf1, ", kmem_debug=1", "1"),
                                          column(aix, "", "no"),
                                          column(aix, ", strict", "yes"),
                                          column(beos, "", "no"),
                                          column(beos, ", strict", "yes")};
  return all;
}

}  // namespace kmemlab::corruption
